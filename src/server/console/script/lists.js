// The first page: machines and activities.

const MOST = 1000;
// So many machines are asked for their last execution.
const ASKED = 60;
let machines = [], activities = [], lasts = new Map();

async function all(operation, member) {
  const found = [];
  let nextToken;
  do {
    const told = await call(operation, {maxResults: MOST, nextToken});
    found.push(...told[member]);
    nextToken = told.nextToken;
  } while (nextToken && found.length < 10 * MOST);
  return found;
}

// A table whose rows replace those before.
function fill(table, rows, empty) {
  const columns = table.tHead.rows[0].cells.length;
  refill(table.tBodies[0], rows.length ? rows : [el('tr', {}, el('td', {colspan: columns, class: 'dim long'}, empty))]);
}

const td = (title, ...children) => el('td', {'data-title': title}, ...children);

function found() {
  const wanted = byId('search').value.trim().toLowerCase();
  return machines.filter((machine) => machine.name.toLowerCase().includes(wanted));
}

function lastOf({type, stateMachineArn: arn}) {
  if (type === 'EXPRESS') return el('span', {class: 'dim'}, 'not kept');
  if (!lasts.has(arn)) return el('span', {class: 'dim', title: `Only the first ${ASKED} machines are asked: search for this one`}, 'not asked');
  const last = lasts.get(arn);
  if (!last) return el('span', {class: 'dim'}, 'none');
  const status = statusOf(last.status);
  return [el('a', {href: toExecution(last.executionArn), 'data-is': `last ${arn}`}, sign(status), WORDS[status][1]), ' ', ago(last.startDate)];
}

function drawMachines() {
  const some = found();
  byId('count').textContent = some.length === machines.length ? plural(machines.length, 'machine') : `${some.length} of ${plural(machines.length, 'machine')}`;
  fill(byId('machines'), some.map((machine) => el('tr', {},
    el('th', {scope: 'row'}, el('a', {href: toMachine(machine.stateMachineArn)}, machine.name)),
    td('Last execution', lastOf(machine)), td('Type', machine.type.toLowerCase()), td('Created', ago(machine.creationDate)))), machines.length ? 'No machine has such a name.' : 'There is no state machine yet: name a definition when the server starts, or call CreateStateMachine.');
}

function drawActivities() {
  byId('activities').closest('section').hidden = !activities.length;
  fill(byId('activities'), activities.map((activity) => el('tr', {}, el('th', {scope: 'row'}, activity.name),
    el('td', {'data-title': 'ARN', class: 'long'}, arnText(activity.activityArn)), td('Created', ago(activity.creationDate)),
    td('Work', button('Take a task', () => takeTask(activity), {'aria-label': `Take a task of ${activity.name}`})))), '');
}

// A person as worker: waits for a task as workers do, and answers it.
function takeTask(activity) {
  const stop = new AbortController();
  const box = ask(`Wait for a task of ${activity.name}`, 'Who takes a task must answer it: nobody else gets it.', [], []);
  box.addEventListener('close', () => stop.abort());
  const poll = async () => {
    const told = await call('GetActivityTask', {activityArn: activity.activityArn, workerName: 'console'}, {signal: stop.signal});
    if (!told.taskToken) return poll();
    box.close();
    answerForm(`a task of ${activity.name}`, told.taskToken, told.input);
  };
  poll().catch((error) => {
    if (!stop.signal.aborted && !(error instanceof Unanswered)) byId('meta').textContent = shown(error.message);
  });
}

// The last executions of the machines that come first in what is searched for.
async function askLasts() {
  const standard = found().filter((machine) => machine.type === 'STANDARD').slice(0, ASKED);
  await Promise.all(standard.map(async ({stateMachineArn}) => {
    const told = await call('ListExecutions', {stateMachineArn, maxResults: 1}).catch((error) => {
      if (error instanceof Unanswered) throw error;
      // It may be deleted at this moment.
      return {executions: []};
    });
    lasts.set(stateMachineArn, told.executions[0]);
  }));
}

async function load() {
  try {
    [machines, activities] = await Promise.all([all('ListStateMachines', 'stateMachines'), all('ListActivities', 'activities')]);
    await askLasts();
    byId('meta').textContent = '';
    drawMachines();
    drawActivities();
  } catch (error) {
    byId('meta').textContent = error instanceof Unanswered ? '' : shown(error.message);
  }
}

function searched() {
  drawMachines();
  if (found().some((machine) => machine.type === 'STANDARD' && !lasts.has(machine.stateMachineArn))) askLasts().then(drawMachines, () => {});
}

prepareTheme();
keepTheme();
prepareNotices();
byId('search').addEventListener('input', searched);
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
  event.preventDefault();
  byId('search').focus();
});
load().then(() => {
  document.body.classList.add('ready');
  every(5000, load);
});
