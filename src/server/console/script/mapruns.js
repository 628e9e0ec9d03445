// The Map Runs of an execution: how many items came to what, and their executions.

const RUNS_SHOWN = 10, CHILDREN_SHOWN = 50;
const COUNTS = [['succeeded', 'succeeded'], ['failed', 'failed'], ['timedOut', 'timed-out'], ['aborted', 'aborted'], ['running', 'running'], ['pending', 'pending']];
// When they are asked for again; never, once the server does not know them.
let askedMapRuns = 0;

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
  if (box.contains(document.activeElement)) return;
  const open = new Set([...box.querySelectorAll('details[open]')].map((it) => it.dataset.arn));
  box.replaceChildren(el('h2', {}, plural(runs.length, 'Map Run')), el('ul', {}, runs.map((run) => {
    const status = statusOf(run.status), {total} = run.itemCounts;
    const parts = COUNTS.map(([member, word]) => [word, run.itemCounts[member] || 0]).filter(([, count]) => count);
    const label = run.mapRunArn.split(':mapRun:').pop().split(':')[0].split('/').pop();
    const children = el('div', {class: 'children'});
    const details = el('details', {'data-arn': run.mapRunArn, ontoggle: (event) => event.target.open && drawChildren(run.mapRunArn, children)},
      el('summary', {}, 'Executions'), children);
    details.open = open.has(run.mapRunArn);
    return el('li', {}, el('p', {}, sign(status), el('strong', {}, label), ` ${plural(total, 'item')}`,
      parts.map(([word, count]) => el('span', {class: 'dim'}, ` · ${count} ${WORDS[word]?.[1] ?? word}`))),
    el('div', {class: 'share', 'aria-hidden': 'true'}, parts.map(([word, count]) => el('i', {class: word, style: {flexGrow: count}}))), details);
  })));
}

async function drawChildren(mapRunArn, box) {
  try {
    const told = await call('ListExecutions', {mapRunArn, maxResults: CHILDREN_SHOWN});
    box.replaceChildren(told.executions.length ? el('ul', {}, told.executions.map((run) => el('li', {},
      sign(statusOf(run.status)), el('a', {href: toExecution(run.executionArn)}, run.name)))) : el('p', {class: 'dim'}, 'None is kept.'));
  } catch (error) {
    box.replaceChildren(el('p', {class: 'dim'}, error.message));
  }
}
