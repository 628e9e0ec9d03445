// An execution's page: kept up to date, and what can be done with the execution.

// A child is redriven with its Map Run.
let source, machineArn, isChild = false;
// What came and is not shown yet, and how long the next look at it waits: a long history takes its
// time, and the page shall answer in between.
let heard = [], pause = 0;

function follow() {
  source?.close();
  const after = events.length ? events[events.length - 1].id : 0;
  source = new EventSource(`/console/events?execution=${encodeURIComponent(pageArn())}&after=${after}`);
  source.addEventListener('message', (message) => {
    heard.push(JSON.parse(message.data));
    if (heard.length === 1) setTimeout(showHeard, pause);
  });
  source.addEventListener('end', () => {
    source.close();
    showHeard();
    say(`The execution has ${WORDS[execution.status][1]}`);
  });
  source.addEventListener('error', () => {
    // The browser asks again by itself, unless it was told that there is nothing to ask for.
    if (source.readyState === EventSource.CLOSED) notice('The server does not know this execution any more.');
    else tellLost();
  });
}

function showHeard() {
  if (!heard.length) return;
  const began = performance.now();
  const isFirst = !events.length;
  const {open} = heard.at(-1);
  take(heard.map(({page, took}) => {
    if (took !== null) page.execution.took = took;
    return page;
  }));
  heard = [];
  tick();
  tellOpen(open);
  tellActions();
  // A server without Map Runs says so once.
  askMapRuns().catch(() => {});
  byId('lost').hidden = true;
  if (isFirst) {
    if (svg && !view.moved) fit(false);
    goToAddress();
  }
  document.body.classList.add('followed');
  pause = Math.min(3 * (performance.now() - began), 2000);
}

// The clock goes on between events.
function tick() {
  if (execution.status !== 'running' || !events.length) return;
  execution.millis = Math.max(execution.millis, Date.now() - start);
  tellHead();
  axis();
  lists.timeline.set(timeline());
  tickClocks();
}

// Tasks that wait for somebody outside, with a form for each.
function tellOpen(open) {
  const waiting = open.map(([event, token]) => ({visit: visits[data.about[eventAt.get(event)]], token}))
    .filter(({visit}) => visit && /waitForTaskToken|activity/i.test(visit.resource || ''));
  const box = byId('waiting');
  const key = waiting.map(({token}) => token).join();
  box.hidden = !waiting.length;
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  box.replaceChildren(el('h2', {}, sign('running'), waiting.length === 1 ? '1 task waits for an answer' : `${waiting.length} tasks wait for an answer`),
    el('ul', {}, waiting.slice(0, 20).map(({visit, token}) => {
      const name = [around(visit), visit.name].filter(Boolean).join(' › ');
      const input = () => detailsOf(eventOf(visit.entered) || {}).input;
      return el('li', {}, link(visit.name, () => pickVisit(visit.entered)), ' ',
        button('Answer…', () => answerForm(name, token, input()), {'aria-label': `Answer ${name}`}));
    })));
  if (waiting.length) say(`${plural(waiting.length, 'task')} can be answered`);
}

// What can be done depends on how the execution stands.
function tellActions() {
  byId('stop').hidden = execution.status !== 'running';
  byId('redrive').hidden = isChild || !['failed', 'timed-out', 'aborted'].includes(execution.status);
}

function stopForm() {
  const error = textField('Error (optional)', {maxlength: 256}), cause = textField('Cause (optional)', {maxlength: 32768});
  ask('Stop the execution', 'It ends as aborted.', [error, cause], [
    ['Stop', () => call('StopExecution', {executionArn: pageArn(), error: valueOf(error) || undefined, cause: valueOf(cause) || undefined}), {class: 'primary danger'}],
  ]);
}

function redriveForm() {
  ask('Redrive the execution', 'It goes on with the states that did not succeed.', [], [
    ['Redrive', async () => {
      await call('RedriveExecution', {executionArn: pageArn()});
      follow();
    }, {class: 'primary'}],
  ]);
}

async function startAgain() {
  const input = detailsOf(eventOf(execution.input) || {}).input;
  const machine = await call('DescribeStateMachine', {stateMachineArn: machineArn});
  startForm(machine, input && !cut.has(execution.input) ? input : '{}');
}

async function prepareExecution() {
  document.body.classList.add('execution');
  document.querySelector('header .buttons').prepend(
    button('Stop', stopForm, {id: 'stop', hidden: true}), button('Redrive', redriveForm, {id: 'redrive', hidden: true, class: 'primary'}),
    button('New execution', () => startAgain().catch(tellError), {id: 'again'}));
  document.querySelector('header').after(
    el('section', {id: 'waiting', 'aria-label': 'Tasks that wait for an answer', hidden: true}),
    el('section', {id: 'map-runs', 'aria-label': 'Map Runs', hidden: true}));
  follow();
  setInterval(() => {
    tick();
    if (execution.status === 'running') askMapRuns().catch(() => {});
  }, 1000);
  const described = await call('DescribeExecution', {executionArn: pageArn()});
  // That of a child has the Map's label behind it.
  machineArn = described.stateMachineArn.split('/')[0];
  isChild = Boolean(described.mapRunArn);
  tellActions();
}
