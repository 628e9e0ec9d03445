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

// A table whose rows replace those before, unless one is about to use them.
function fill(table, rows, empty) {
  const body = table.tBodies[0];
  if (body.contains(document.activeElement)) return;
  const columns = table.tHead.rows[0].cells.length;
  body.replaceChildren(...rows.length ? rows : [el('tr', {}, el('td', {colspan: columns, class: 'dim'}, empty))]);
}

const td = (title, ...children) => el('td', {'data-title': title}, ...children);

function drawMachines() {
  const wanted = byId('search').value.trim().toLowerCase();
  const found = machines.filter((machine) => machine.name.toLowerCase().includes(wanted));
  byId('count').textContent = found.length === machines.length ? plural(machines.length, 'machine') : `${found.length} of ${plural(machines.length, 'machine')}`;
  fill(byId('machines'), found.map((machine) => {
    const last = lasts.get(machine.stateMachineArn);
    return el('tr', {}, el('th', {scope: 'row'}, el('a', {href: toMachine(machine.stateMachineArn)}, machine.name)),
      td('Last execution', last ? [el('a', {href: toExecution(last.executionArn)}, sign(statusOf(last.status)), WORDS[statusOf(last.status)][1]), ' ', ago(last.startDate)] : el('span', {class: 'dim'}, 'none')),
      td('Type', machine.type.toLowerCase()), td('Created', ago(machine.creationDate)));
  }), machines.length ? 'No machine has such a name.' : 'There is no state machine yet: name a definition when the server starts, or call CreateStateMachine.');
}

function drawActivities() {
  byId('activities').closest('section').hidden = !activities.length;
  fill(byId('activities'), activities.map((activity) => el('tr', {}, el('th', {scope: 'row'}, activity.name),
    td('ARN', activity.activityArn), td('Created', ago(activity.creationDate)),
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
    if (!stop.signal.aborted) byId('meta').textContent = shown(error.message);
  });
}

async function load() {
  try {
    [machines, activities] = await Promise.all([all('ListStateMachines', 'stateMachines'), all('ListActivities', 'activities')]);
    const standard = machines.filter((machine) => machine.type === 'STANDARD').slice(0, ASKED);
    await Promise.all(standard.map(async ({stateMachineArn}) => {
      // It may be deleted at this moment.
      const told = await call('ListExecutions', {stateMachineArn, maxResults: 1}).catch(() => ({executions: []}));
      lasts.set(stateMachineArn, told.executions[0]);
    }));
    byId('meta').textContent = '';
    drawMachines();
    drawActivities();
  } catch (error) {
    byId('meta').textContent = shown(`The server does not answer: ${error.message}`);
  }
}

prepareTheme();
keepTheme();
byId('search').addEventListener('input', drawMachines);
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
  event.preventDefault();
  byId('search').focus();
});
load().then(() => {
  document.body.classList.add('ready');
  every(5000, load);
});
