// The panel: what is known of the state or the event that is selected.

const panel = byId('panel');
let picked = {};

// The visit that is looked for: the first of those that came out worst.
function worst(card) {
  const all = visitsOf.get(card.name) || [];
  const rank = (index) => RANK.indexOf(visits[index].status);
  return all.length ? all.reduce((best, index) => rank(index) < rank(best) ? index : best) : undefined;
}

function showPicked() {
  for (const [id, shape] of shapes) {
    shape.classList.toggle('picked', id === picked.card?.id);
    shape.setAttribute('aria-pressed', id === picked.card?.id);
  }
}

function pick(next, quiet) {
  picked = next;
  const visit = visits[next.visit];
  const card = next.card || (visit && cards.get(visit.name));
  picked.card = card;
  document.body.classList.toggle('picked', !!(card || visit || next.event !== undefined));
  showPicked();
  if (!quiet && card && shapes.has(card.id) && stage.offsetParent !== null) reveal(shapes.get(card.id));
  panel.replaceChildren(...(card || visit || next.event !== undefined ? told(card, visit, next) : overview()));
  panel.scrollTop = 0;
  for (const list of Object.values(lists)) list.render();
  if (quiet) return;
  setAddress(card, visit, next);
  const name = card ? card.name : visit ? visit.name : next.event !== undefined ? events[next.event].type : '';
  say(name ? `${name}${visit ? ', ' + WORDS[visit.status][1] : ''}` : 'Nothing is selected');
}

const pickVisit = (entered) => {
  const index = visitAt.get(entered);
  if (index !== undefined) pick({visit: index});
};

function told(card, visit, {event, visit: index}) {
  const name = card ? card.name : visit ? visit.name : events[event].type;
  const line = card ? card.line : visit ? [visit.type, visit.resource].filter(Boolean).join(' · ') : 'Event';
  const parts = [el('div', {class: 'title'},
    el('div', {}, el('p', {class: 'dim'}, line), el('h2', {}, name)),
    button('×', () => pick({}), {class: 'close', 'aria-label': 'Close the details'}))];
  if (event !== undefined) parts.push(eventPart(events[event]));
  if (visit) parts.push(...visitParts(visit, index));
  else if (card && card.mark) {
    const mark = card.mark.replace(' ', '-');
    parts.push(el('p', {class: `outcome ${mark}`}, sign(mark), card.mark), noteOf(card) && el('p', {}, clock(() => noteOf(card))));
  } else if (execution && card) parts.push(el('p', {class: 'dim'}, 'Not reached in this execution.'));
  if (card) {
    parts.push(card.definition ? part('Definition', card.definition, {open: !visit})
      : el('p', {class: 'dim'}, 'The definition is too long for this page.'));
    if (card.href) parts.push(el('p', {class: 'links'}, el('a', {href: card.href, target: '_blank', rel: 'noreferrer'}, 'Definition in its file')));
  }
  return parts.filter(Boolean);
}

function visitParts(visit, index) {
  const all = visitsOf.get(visit.name);
  const place = all.indexOf(index);
  const go = (step) => () => {
    pick({visit: all[place + step]});
    const again = panel.querySelector(step > 0 ? '.next' : '.before');
    (again.disabled ? panel : again).focus();
  };
  const parts = [el('p', {class: `outcome ${visit.status}`}, sign(visit.status), WORDS[visit.status][1],
    el('span', {class: 'dim'}, clock(() => duration(took(visit))), `, from ${since(visit.start)}`))];
  const where = around(visit);
  if (where) parts.push(el('p', {class: 'dim'}, `in ${where}`));
  if (all.length > 1) {
    parts.push(el('div', {class: 'pager', role: 'group', 'aria-label': 'Visits'},
      button('‹', go(-1), {class: 'before', 'aria-label': 'The visit before', disabled: place === 0}),
      el('span', {}, `Visit ${place + 1} of ${all.length}`),
      button('›', go(1), {class: 'next', 'aria-label': 'The next visit', disabled: place === all.length - 1})));
  }
  const failing = eventOf(visit.failed);
  const causes = failing ? detailsOf(failing) : {};
  if (visit.error || visit.failed) {
    const last = visit.type === 'Fail' && execution.failure ? execution.failure.cause : undefined;
    parts.push(errorPart(visit.error || 'An error without a name', causes.cause || last, visit.failed));
  }
  if (visit.tries && (visit.tries.length > 1 || visit.error)) parts.push(triesPart(visit));
  if (visit.items && visit.items.length) {
    parts.push(el('p', {}, link(`Show ${plural(visit.items.length, 'item')}`, () => showItems(index))));
  }
  if (visit.distributed) parts.push(el('p', {class: 'dim'}, 'Its children are executions of their own: they are not in this log.'));
  const payload = (title, id, name) => {
    const event = eventOf(id);
    const text = event && detailsOf(event)[name];
    if (text === undefined) return;
    parts.push(part(title, text, {note: cutNote(id)}));
  };
  payload('Input', visit.entered, 'input');
  payload('Output', visit.exited, 'output');
  const exit = eventOf(visit.exited);
  const assigned = exit && detailsOf(exit).assignedVariables;
  if (assigned) parts.push(part('Assigned variables', `{${Object.entries(assigned)
    .map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`));
  parts.push(el('p', {class: 'links'}, 'Events ', eventLink(visit.entered), visit.exited ? ' – ' : '',
    visit.exited && eventLink(visit.exited), ' · ',
    link('all of this visit', () => showEventsOf(index))));
  return parts;
}

function errorPart(error, cause, event) {
  return el('div', {class: 'error'}, el('strong', {}, error), cause && jsonOrText(cause),
    event && el('p', {class: 'links'}, eventLink(event)));
}

function triesPart(visit) {
  const rows = visit.tries.map((each, at) => el('tr', {},
    el('td', {}, sign(each.status), ` ${at + 1}`),
    el('td', {}, since(each.start)),
    el('td', {}, clock(() => duration(Math.max(ended(each) - each.start, 0)))),
    el('td', {}, each.error || (each.status === 'failed' ? 'failed' : WORDS[each.status][1]))));
  const heads = ['Try', 'Began', 'Took', 'Result'].map((text) => el('th', {scope: 'col'}, text));
  return el('table', {class: 'tries'}, el('caption', {}, plural(visit.tries.length, visit.type === 'Task' ? 'try' : 'attempt').replace('trys', 'tries')),
    el('thead', {}, el('tr', {}, heads)), el('tbody', {}, rows));
}

function eventPart(event) {
  const told = detailsOf(event);
  const box = el('div', {class: 'event'}, el('p', {},
    el('strong', {}, `${event.id} ${event.type}`), el('span', {class: 'dim'}, since(at(event)))));
  for (const [name, value] of Object.entries(told)) {
    if (typeof value === 'string' && (value.length > 60 || /^[{[]/.test(value))) {
      box.append(part(name, value, {note: cutNote(event.id)}));
    } else if (typeof value !== 'object') box.append(el('p', {class: 'pair'}, el('span', {class: 'dim'}, name), ` ${value}`));
  }
  box.append(el('p', {class: 'links'}, el('span', {class: 'dim'}, 'after '), eventLink(event.previousEventId)));
  return box;
}

function eventLink(id) {
  if (!eventAt.has(id)) return el('span', {class: 'dim'}, id);
  return link(`event ${id}`, () => showEvent(id));
}

// What stands in the panel when nothing is selected.
function overview() {
  const parts = [];
  if (execution?.events) {
    parts.push(el('h2', {}, 'Execution'));
    const pairs = [['Name', execution.name], ['ARN', execution.arn && arnText(execution.arn)], ['Started', new Date(start).toISOString()],
      ['Took', clock(() => duration(tookAll()))], ['Events', execution.events], ['Transitions', execution.transitions],
      ['Redrives', execution.redrives || undefined]];
    parts.push(pairList(pairs));
    for (const [title, id, name] of [['Input', execution.input, 'input'], ['Output', execution.output, 'output']]) {
      const event = id !== undefined && eventOf(id);
      const text = event && detailsOf(event)[name];
      if (text) parts.push(part(title, text, {note: cutNote(id)}));
    }
    if (data.leftOut) parts.push(el('p', {class: 'dim'}, `The last ${data.leftOut} events are not in this page.`));
  }
  // The whole text, where a server has it.
  if (data.definition) parts.push(part('Definition', data.definition, {open: false}));
  if (states.length) {
    parts.push(el('h2', {}, plural(states.length, 'state')));
    const line = (card) => el('li', {}, button(el('span', {},
      el('span', {class: 'name'}, card.mark ? sign(card.mark.replace(' ', '-')) : '', card.name),
      el('span', {class: 'dim'}, clock(() => noteOf(card) || card.line))), () => pick({card, visit: worst(card)})));
    parts.push(el('ul', {class: 'states'}, states.slice(0, 500).map(line)));
    if (states.length > 500) parts.push(el('p', {class: 'dim'}, `and ${states.length - 500} more in the picture`));
  }
  return parts;
}
