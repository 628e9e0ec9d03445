// The head of the page, its keys, and what happens first.

function prepareHead() {
  prepareTheme();
  if (execution) tellHead();
  else byId('meta').textContent = plural(states.length, 'state');
}

function tellHead() {
  if (!execution.events) return;
  const date = new Date(start).toISOString().replace('T', ' ').slice(0, 19);
  byId('meta').textContent = shown([duration(tookAll()), plural(execution.events, 'event'), `${date} UTC`,
    execution.name === data.title ? '' : execution.name].filter(Boolean).join('  ·  '));
  const badge = byId('badge');
  badge.hidden = false;
  badge.className = execution.status;
  badge.replaceChildren(sign(execution.status), WORDS[execution.status][1]);
  if (execution.failure) failureBlock(execution.failure);
  else byId('failure').hidden = true;
}

const visitLink = (name, entered) => link(name, () => pickVisit(entered));

// How each kind of line in the failure block is laid out.
const TOLD = {
  place: ({name, entered, words, event}) => [visitLink(name, entered), ` ${words}, `, eventLink(event)],
  path: ({machine, hops}) => [machine, ...hops.flatMap((hop) => [
    el('span', {class: 'dim'}, hop.caught ? ' ⇢ ' : ' › '), hop.name === undefined ? '…'
      : visitLink(hop.name + (hop.number === undefined ? '' : `[${hop.number}]`), hop.entered)])],
  error: ({text}) => [el('strong', {}, text)],
  text: ({text}) => [text],
  document: ({text}) => [jsonOrText(text)],
  input: ({name, entered}) => {
    const text = detailsOf(eventOf(entered) || {}).input;
    return [text === undefined ? `of ${shown(name)}` : part(`at ${name}`, text, {open: false, note: cutNote(entered)})];
  },
};

function failureBlock(failure) {
  const box = byId('failure');
  // A name stays as it is.
  const title = failure.first === undefined ? failure.title.replace(/^the/, 'The') : failure.title;
  box.replaceChildren(el('h2', {id: 'failure-title'}, sign(execution.status), ` ${title}`));
  // Documents stand beside the rest: they are long.
  const isLong = (row) => row.kind === 'document' || row.kind === 'input';
  for (const rows of [failure.rows.filter((row) => !isLong(row)), failure.rows.filter(isLong)]) {
    if (rows.length) box.append(pairList(rows.map((row) => [row.label, TOLD[row.kind](row)])));
  }
  box.hidden = false;
}

function prepareKeys() {
  const help = byId('help');
  byId('keys').addEventListener('click', () => help.showModal());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === 'Escape') {
      const shape = picked.card && shapes.get(picked.card.id);
      if (typing && search.value) {
        search.value = '';
        filterEvents();
      } else {
        const inPanel = panel.contains(document.activeElement);
        pick({});
        if (inPanel) (shape || stage).focus({preventScroll: true});
      }
    } else if (typing) return;
    else if (event.key === '/' && execution) {
      openTab('events');
      search.focus();
    } else if (event.key === '?') help.showModal();
    else return;
    event.preventDefault();
  });
}

// On paper all rows are there, in dark ink.
let worn;

function print(limit) {
  for (const list of Object.values(lists)) {
    list.limit = limit;
    list.measure();
  }
  if (limit) worn = document.documentElement.dataset.theme;
  setTheme(limit ? 'light' : worn);
}

window.addEventListener('beforeprint', () => print(2000));
window.addEventListener('afterprint', () => print(0));

prepareHead();
prepareKeys();
document.body.classList.toggle('drawn', !!svg);
document.body.classList.toggle('ran', !!execution);
if (svg) {
  prepareStates();
  prepareStage();
} else stage.hidden = true;
if (execution) prepareViews();
pick({}, true);
if (svg) {
  fit(false);
}
goToAddress();
window.addEventListener('hashchange', goToAddress);
document.body.classList.add('ready');
