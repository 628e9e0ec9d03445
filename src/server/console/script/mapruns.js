// The Map Runs of an execution: how many items came to what, and their executions.

const RUNS_SHOWN = 10, CHILDREN_SHOWN = 50;
const COUNTS = [['succeeded', 'succeeded'], ['failed', 'failed'], ['timedOut', 'timed-out'], ['aborted', 'aborted'], ['running', 'running'], ['pending', 'pending']];
// When they are asked for again; never, once the server does not know them.
let askedMapRuns = 0;
// The executions of each Map Run: what was unfolded stays so.
const unfoldedRuns = new Map();

async function askMapRuns() {
  const isOver = execution.status !== 'running';
  if (!visits.some((visit) => visit.distributed) || (!isOver && Date.now() < askedMapRuns)) return;
  askedMapRuns = Infinity;
  const told = await call('ListMapRuns', {executionArn: pageArn(), maxResults: RUNS_SHOWN});
  drawMapRuns(await Promise.all(told.mapRuns.map(({mapRunArn}) => call('DescribeMapRun', {mapRunArn}))));
  askedMapRuns = Date.now() + 1500;
}

function drawMapRuns(runs) {
  const box = byId('map-runs');
  box.hidden = !runs.length;
  if (box.querySelector(':active')) return;
  const focused = box.contains(document.activeElement) && document.activeElement;
  box.replaceChildren(el('h2', {}, plural(runs.length, 'Map Run')), el('ul', {}, runs.map((run) => {
    const status = statusOf(run.status), {total} = run.itemCounts;
    const parts = COUNTS.map(([member, word]) => [word, run.itemCounts[member] || 0]).filter(([, count]) => count);
    const label = run.mapRunArn.split(':mapRun:').pop().split(':')[0].split('/').pop();
    return el('li', {}, el('p', {}, sign(status), el('strong', {}, label), ` ${plural(total, 'item')}`,
      parts.map(([word, count]) => el('span', {class: 'dim'}, ` · ${count} ${WORDS[word]?.[1] ?? word}`))),
    el('div', {class: 'share', 'aria-hidden': 'true'}, parts.map(([word, count]) => el('i', {class: word, style: {flexGrow: count}}))), childrenPart(run.mapRunArn));
  })));
  if (focused) focused.focus({preventScroll: true});
}

function childrenPart(mapRunArn) {
  const known = unfoldedRuns.get(mapRunArn);
  const part = known ?? el('details', {ontoggle: () => drawChildren(mapRunArn, part)},
    el('summary', {}, 'Executions'), el('div', {class: 'children'}));
  unfoldedRuns.set(mapRunArn, part);
  if (known) drawChildren(mapRunArn, part);
  return part;
}

async function drawChildren(mapRunArn, part) {
  if (!part.open) return;
  const box = part.querySelector('.children');
  try {
    const told = await call('ListExecutions', {mapRunArn, maxResults: CHILDREN_SHOWN});
    refill(box, [told.executions.length ? el('ul', {}, told.executions.map((run) => el('li', {},
      sign(statusOf(run.status)), el('a', {href: toExecution(run.executionArn)}, run.name)))) : el('p', {class: 'dim'}, 'None is kept.')]);
  } catch (error) {
    if (!(error instanceof Unanswered)) box.replaceChildren(el('p', {class: 'dim'}, error.message));
  }
}
