// A machine's page: its executions, beside its picture.

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];
const PER_PAGE = 50;
// The name is not a filter of the API: so many pages are looked through for it.
const MOST_PAGES = 40;
const MOST_AT_ONCE = 1000;

async function prepareMachine() {
  const box = byId('runs');
  document.body.classList.add('machine');
  const machine = await call('DescribeStateMachine', {stateMachineArn: pageArn()});
  data.definition = machine.definition;
  if (!picked.card) pick({}, true);
  byId('meta').replaceChildren(shown([machine.type.toLowerCase(), plural(states.length, 'state'), ''].join('  ·  ')), arnText(machine.stateMachineArn));
  const isExpress = machine.type === 'EXPRESS';
  const start = button('Start execution', () => startForm(machine, '{}'), {class: 'primary', id: 'start'});
  document.querySelector('header .buttons').prepend(start);
  if (isExpress) box.append(el('p', {class: 'dim empty'}, 'Express executions are not kept. Start one to see what it comes to.'));
  else prepareRuns(box, machine);
  every(2000, () => watchMachine(machine));
}

// The picture is that of one definition: another one is told, and shown when one asks for it.
async function watchMachine({stateMachineArn, definition}) {
  try {
    const now = await call('DescribeStateMachine', {stateMachineArn});
    if (now.definition === definition) return;
    notice('The definition has changed since this page was loaded. ', button('Show the new one', () => location.reload()));
  } catch (error) {
    tellError(error);
  }
}

function prepareRuns(box, machine) {
  const status = el('select', {id: 'status', 'aria-label': 'Status'}, el('option', {value: ''}, 'All statuses'),
    STATUSES.map((word) => el('option', {value: word}, WORDS[statusOf(word)][1])));
  const name = el('input', {type: 'search', id: 'name', placeholder: 'Name', 'aria-label': 'Name contains'});
  const rows = el('tbody', {}), more = button('More', () => next(), {id: 'more', hidden: true});
  const count = el('span', {class: 'dim count', role: 'status'});
  const headings = ['Name', 'Status', 'Started', 'Took'].map((text) => el('th', {scope: 'col'}, text));
  box.append(el('div', {class: 'bar'}, el('h2', {}, 'Executions'), el('div', {class: 'filters'}, count, status, name)),
    el('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'List of executions'},
      el('table', {class: 'cards'}, el('thead', {}, el('tr', {}, headings)), rows), more));
  // What is shown, and where the next page begins. A newer search makes an older one stop.
  let shownNow = [], token, search = 0;
  const fits = (run) => run.name.toLowerCase().includes(name.value.trim().toLowerCase());
  const page = (nextToken, maxResults = PER_PAGE) => call('ListExecutions', {
    stateMachineArn: machine.stateMachineArn, statusFilter: status.value || undefined, maxResults, nextToken});
  const draw = () => {
    const none = name.value.trim() ? 'No execution has such a name.' : status.value ? 'No execution has this status.' : 'No executions.';
    refill(rows, shownNow.length ? shownNow.map(row) : [el('tr', {}, el('td', {colspan: 4, class: 'dim long'}, none))]);
    more.hidden = !token;
    count.textContent = `${shownNow.length}${token ? '+' : ''}`;
  };
  const next = async (fresh) => {
    const mine = ++search;
    const found = fresh ? [] : [...shownNow];
    const enough = found.length + PER_PAGE;
    let at = fresh ? undefined : token;
    for (let pages = 0; pages < MOST_PAGES && found.length < enough; pages++) {
      const told = await page(at, name.value ? MOST_AT_ONCE : PER_PAGE).catch(() => undefined);
      if (mine !== search || !told) return;
      found.push(...told.executions.filter(fits));
      at = told.nextToken;
      if (!at) break;
    }
    [shownNow, token] = [found, at];
    draw();
  };
  status.addEventListener('change', () => next(true));
  name.addEventListener('input', () => next(true));
  next(true);
  every(2000, async () => {
    const isFirst = shownNow.length <= PER_PAGE && !name.value;
    const mine = search, told = await page(undefined, isFirst ? PER_PAGE : MOST_AT_ONCE).catch(() => undefined);
    if (mine !== search || !told) return;
    // What is older than the newest ones stays as it was found.
    const last = told.nextToken && told.executions.at(-1), known = new Set(told.executions.map((run) => run.executionArn));
    const older = shownNow.filter((run) => last && run.startDate <= last.startDate && !known.has(run.executionArn));
    const newest = told.executions.filter(fits);
    if (isFirst) [shownNow, token] = [newest, told.nextToken];
    // Whoever asked for so many sees no more of the older ones than that.
    else shownNow = [...token ? newest.filter((run) => !shownNow.length || run.startDate >= shownNow.at(-1).startDate) : newest, ...older];
    draw();
  });
}

function row(run) {
  const status = statusOf(run.status);
  const end = run.stopDate ?? Date.now() / 1000;
  return el('tr', {}, el('th', {scope: 'row'}, el('a', {href: toExecution(run.executionArn)}, run.name)),
    el('td', {'data-title': 'Status'}, sign(status), WORDS[status][1]),
    el('td', {'data-title': 'Started'}, ago(run.startDate)),
    el('td', {'data-title': 'Took'}, duration(Math.max(Math.round((end - run.startDate) * 1000), 0))));
}
