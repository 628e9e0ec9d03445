'use strict';
// The page: a picture that can be moved, what happened in each state, a timeline, events, items.
// What users wrote is only ever set as text; nothing here makes markup of it.
(() => {
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId('data').textContent);
const events = JSON.parse(byId('events').textContent);
const {states, visits, execution} = data;

const WORDS = {
  succeeded: ['✔', 'succeeded'], caught: ['⚠', 'caught'], failed: ['✖', 'failed'],
  'timed-out': ['⧗', 'timed out'], aborted: ['⊘', 'aborted'], running: ['●', 'running'],
  added: ['+', 'added'], removed: ['−', 'removed'], changed: ['≠', 'changed'],
};
// What is looked for first.
const RANK = ['failed', 'timed-out', 'caught', 'running', 'aborted', 'succeeded'];

// ── Text ────────────────────────────────────────────────────────────────────────────────────────

// Characters that are not seen, or that turn the text around them.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const shown = (text) => String(text).replace(UNSEEN,
  (found) => '\\u' + found.charCodeAt(0).toString(16).padStart(4, '0'));

// An element; children are elements or texts.
function el(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(made.style, value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue;
    made.append(child instanceof Node ? child : shown(child));
  }
  return made;
}

function duration(millis) {
  if (millis < 1000) return `${millis} ms`;
  if (millis < 60000) return `${(millis / 1000).toFixed(2)} s`;
  const parts = [[86400000, 'd'], [3600000, 'h'], [60000, 'min'], [1000, 's']];
  const first = parts.findIndex(([size]) => millis >= size);
  return parts.slice(first, first + 2)
    .map(([size, unit], at) => [Math.floor((at ? millis % parts[first][0] : millis) / size), unit])
    .filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ');
}

const since = (millis) => '+' + (millis < 60000 ? `${(millis / 1000).toFixed(3)} s` : duration(millis));
const size = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576
  ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1048576).toFixed(1)} MiB`;
const plural = (count, one) => `${count} ${one}${count === 1 ? '' : 's'}`;
const sign = (status) => el('span', {class: `sign ${status}`, title: WORDS[status][1]}, WORDS[status][0]);
const say = (text) => { byId('live').textContent = shown(text); };

// JSON with a member on each line, token by token: numbers and repeated keys stay as they are.
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

function pretty(text) {
  const pre = el('pre', {class: 'json', tabindex: 0});
  let plain = '', depth = 0;
  const flush = () => { if (plain) pre.append(shown(plain)); plain = ''; };
  const tokens = text.match(TOKEN) || [];
  tokens.forEach((token, at) => {
    const next = tokens[at + 1];
    if (token === '{' || token === '[') {
      plain += token;
      if (next !== '}' && next !== ']') plain += '\n' + '  '.repeat(++depth);
    } else if (token === '}' || token === ']') {
      const before = tokens[at - 1];
      if (before !== '{' && before !== '[') plain += '\n' + '  '.repeat(Math.max(--depth, 0));
      plain += token;
    } else if (token === ',') plain += ',\n' + '  '.repeat(depth);
    else if (token === ':') plain += ': ';
    else {
      flush();
      const kind = token[0] !== '"' ? 'value' : next === ':' ? 'key' : 'text';
      pre.append(el('span', {class: kind}, token));
    }
  });
  flush();
  return pre;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const jsonOrText = (text) => isJson(text) ? pretty(text) : el('pre', {tabindex: 0}, text);

// A part of the panel that can be folded.
function part(title, text, {open = true, note} = {}) {
  const body = jsonOrText(text);
  return el('details', {open, class: 'part'}, el('summary', {}, title,
    el('span', {class: 'dim'}, note || size(new Blob([text]).size))), body);
}

// ── Events and visits ───────────────────────────────────────────────────────────────────────────

const start = execution ? execution.started : 0;
const eventAt = new Map(events.map((event, at) => [event.id, at]));
const cut = new Map(data.cut);
const at = (event) => Math.round(event.timestamp * 1000) - start;
const detailsOf = (event) => {
  for (const key in event) if (key.endsWith('EventDetails')) return event[key];
  return {};
};
const eventOf = (id) => events[eventAt.get(id)];
const cards = new Map();
for (const card of states) if (!cards.has(card.name)) cards.set(card.name, card);
const visitsOf = new Map();
const visitAt = new Map();
const inside = new Map();
visits.forEach((visit, index) => {
  if (!visitsOf.has(visit.name)) visitsOf.set(visit.name, []);
  visitsOf.get(visit.name).push(index);
  visitAt.set(visit.entered, index);
  const around = visit.inside ? visit.inside[0] : -1;
  if (!inside.has(around)) inside.set(around, []);
  inside.get(around).push(index);
});
const ended = (visit) => visit.end ?? (execution ? execution.millis : visit.start);
const took = (visit) => Math.max(ended(visit) - visit.start, 0);

// `Fulfil[1] › `: what a visit is inside of.
function around(visit) {
  const names = [];
  for (let at = visit.inside; at; at = visits[at[0]].inside) names.unshift(`${visits[at[0]].name}[${at[1]}]`);
  return names.join(' › ');
}

// What an event says, in a line.
function gist(event) {
  const told = detailsOf(event);
  const parts = [];
  if (told.error || told.cause) parts.push([told.error, told.cause].filter(Boolean).join(': ').slice(0, 300));
  if (told.resource) parts.push(told.resourceType ? `${told.resourceType}:${told.resource}` : told.resource);
  if (told.index !== undefined) parts.push(`item ${told.index}`);
  if (told.length !== undefined) parts.push(plural(told.length, 'item'));
  for (const name of ['input', 'output', 'parameters']) {
    if (told[name] === undefined) continue;
    const text = told[name];
    parts.push(text.length > 72 ? `${name} ${text.slice(0, 72)}…` : `${name} ${text}`);
  }
  return parts.join('  ');
}

const isBad = (event) => /Failed|TimedOut|Aborted/.test(event.type);

// ── The picture ─────────────────────────────────────────────────────────────────────────────────

const stage = byId('stage'), canvas = byId('canvas');
const svg = canvas.querySelector('svg');
const view = {x: 0, y: 0, scale: 1, moved: false};
const shapes = new Map();

function paint() {
  svg.style.transform = `translate(${view.x}px,${view.y}px) scale(${view.scale})`;
  byId('zoom').textContent = `${Math.round(view.scale * 100)} %`;
}

// Everything, or as much as can be read of it.
function fit(whole) {
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  const room = {width: stage.clientWidth - 32, height: stage.clientHeight - 32};
  const all = Math.min(room.width / width, room.height / height, 1.25);
  const least = whole ? 0.02 : Math.min(0.5, room.width / width);
  view.scale = Math.max(all, least, 0.02);
  view.x = Math.max((stage.clientWidth - width * view.scale) / 2, whole ? -1e9 : 16);
  view.y = height * view.scale > room.height + 1 ? 16 : (stage.clientHeight - height * view.scale) / 2;
  if (width * view.scale > room.width + 1) view.x = (stage.clientWidth - width * view.scale) / 2;
  view.moved = false;
  paint();
}

function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, 0.02), 6);
  view.x = x - (x - view.x) * scale / view.scale;
  view.y = y - (y - view.y) * scale / view.scale;
  Object.assign(view, {scale, moved: true});
  paint();
}

function move(x, y) {
  view.x += x;
  view.y += y;
  view.moved = true;
  paint();
}

// Moves the picture until a state can be seen.
function reveal(shape) {
  const [box, frame] = [shape.getBoundingClientRect(), stage.getBoundingClientRect()];
  const gap = (from, to, low, high) => from < low ? low - from : to > high ? Math.max(high - to, low - from) : 0;
  const x = gap(box.left, box.right, frame.left + 24, frame.right - 24);
  const y = gap(box.top, box.bottom, frame.top + 24, frame.bottom - 64);
  if (x || y) move(x, y);
}

// The state that is next in a direction, as the arrow keys mean it.
function beside(shape, dx, dy) {
  const middle = (it) => {
    const box = it.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
  };
  const [x, y] = middle(shape);
  let best = null, least = Infinity;
  for (const other of shapes.values()) {
    const [ox, oy] = middle(other);
    const along = (ox - x) * dx + (oy - y) * dy;
    const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    const far = along + 2.5 * aside;
    if (other !== shape && along > 4 && far < least) [best, least] = [other, far];
  }
  return best;
}

function focusState(shape) {
  if (!shape) return;
  for (const other of shapes.values()) other.setAttribute('tabindex', other === shape ? 0 : -1);
  shape.focus({preventScroll: true});
  reveal(shape);
}

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function stateKey(event, card) {
  if (event.key === 'Enter' || event.key === ' ') pick({card, visit: worst(card)});
  else if (ARROWS[event.key]) focusState(beside(event.currentTarget, ...ARROWS[event.key]));
  else if (event.key === 'Home') focusState(shapes.values().next().value);
  else if (event.key === 'End') focusState([...shapes.values()].pop());
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function prepareStates() {
  // Its parts are to be used, not only seen.
  svg.setAttribute('role', 'group');
  svg.setAttribute('aria-label', 'States');
  for (const card of states) {
    const shape = byId(card.id);
    if (!shape) continue;
    const word = card.mark ? `, ${card.mark}` : '';
    shape.setAttribute('role', 'button');
    shape.setAttribute('tabindex', shapes.size ? -1 : 0);
    shape.setAttribute('aria-label', shown(`${card.name}, ${card.line}${word}`));
    shape.addEventListener('click', (event) => {
      event.stopPropagation();
      if (!dragged) pick({card, visit: worst(card)});
    });
    shape.addEventListener('keydown', (event) => stateKey(event, card));
    shape.addEventListener('focus', () => reveal(shape));
    shapes.set(card.id, shape);
  }
}

let dragged = false;

function prepareStage() {
  const pointers = new Map();
  stage.addEventListener('pointerdown', (event) => {
    if (event.button || event.target.closest('.tools')) return;
    if (!pointers.size) dragged = false;
    pointers.set(event.pointerId, event);
  });
  window.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const [x, y] = [event.clientX - before.clientX, event.clientY - before.clientY];
    if (!dragged && Math.hypot(x, y) < 5) return;
    dragged = true;
    stage.classList.add('dragged');
    const other = [...pointers.values()].find((it) => it.pointerId !== event.pointerId);
    if (other) {
      const far = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      const frame = stage.getBoundingClientRect();
      zoom(far(event) / far(before), (event.clientX + other.clientX) / 2 - frame.left,
        (event.clientY + other.clientY) / 2 - frame.top);
    } else move(x, y);
    pointers.set(event.pointerId, event);
  });
  for (const name of ['pointerup', 'pointercancel']) {
    window.addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      stage.classList.remove('dragged');
    });
  }
  stage.addEventListener('wheel', (event) => {
    event.preventDefault();
    const frame = stage.getBoundingClientRect();
    const lines = event.deltaMode ? 16 : 1;
    zoom(Math.exp(-event.deltaY * lines * 0.0016), event.clientX - frame.left, event.clientY - frame.top);
  }, {passive: false});
  stage.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) move(-60 * arrow[0], -60 * arrow[1]);
    else if (event.key === '+' || event.key === '=') zoom(1.25);
    else if (event.key === '-') zoom(0.8);
    else if (event.key === '0') fit(true);
    else if (event.key === 'Enter' && event.target === stage) {
      focusState([...shapes.values()].find((it) => it.getAttribute('tabindex') === '0'));
    } else return;
    event.preventDefault();
  });
  byId('in').addEventListener('click', () => zoom(1.25));
  byId('out').addEventListener('click', () => zoom(0.8));
  byId('fit').addEventListener('click', () => fit(true));
  new ResizeObserver(() => { if (!view.moved) fit(false); }).observe(stage);
  // The browser scrolls what is focused into view; here the picture is moved instead.
  stage.addEventListener('scroll', () => stage.scrollTo(0, 0));
}

// ── The panel ───────────────────────────────────────────────────────────────────────────────────

const panel = byId('panel');
let picked = {};

// The visit that is looked for: the first of those that came out worst.
function worst(card) {
  const all = visitsOf.get(card.name) || [];
  const rank = (index) => RANK.indexOf(visits[index].status);
  return all.length ? all.reduce((best, index) => rank(index) < rank(best) ? index : best) : undefined;
}

function pick(next, quiet) {
  picked = next;
  const visit = visits[next.visit];
  const card = next.card || (visit && cards.get(visit.name));
  picked.card = card;
  document.body.classList.toggle('picked', !!(card || visit || next.event !== undefined));
  for (const [id, shape] of shapes) {
    shape.classList.toggle('picked', !!card && id === card.id);
    shape.setAttribute('aria-pressed', !!card && id === card.id);
  }
  if (card && shapes.has(card.id) && stage.offsetParent !== null) reveal(shapes.get(card.id));
  panel.replaceChildren(...(card || visit || next.event !== undefined ? told(card, visit, next) : overview()));
  panel.scrollTop = 0;
  for (const list of Object.values(lists)) list.mark();
  if (quiet) return;
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
    el('button', {type: 'button', class: 'close', 'aria-label': 'Close the details', onclick: () => pick({})}, '×'))];
  if (event !== undefined) parts.push(eventPart(events[event]));
  if (visit) parts.push(...visitParts(visit, index));
  else if (card && card.mark) {
    const mark = card.mark.replace(' ', '-');
    parts.push(el('p', {class: `outcome ${mark}`}, sign(mark), card.mark), card.note && el('p', {}, card.note));
  } else if (execution && card) parts.push(el('p', {class: 'dim'}, 'Not reached in this execution.'));
  if (card) {
    parts.push(card.definition ? part('Definition', card.definition, {open: !visit})
      : el('p', {class: 'dim'}, 'The definition is too long for this page.'));
  }
  return parts.filter(Boolean);
}

function visitParts(visit, index) {
  const all = visitsOf.get(visit.name);
  const place = all.indexOf(index);
  const go = (step) => () => {
    pick({visit: all[place + step]});
    const button = panel.querySelector(step > 0 ? '.pager .next' : '.pager .before');
    (button.disabled ? panel : button).focus();
  };
  const parts = [el('p', {class: `outcome ${visit.status}`}, sign(visit.status), WORDS[visit.status][1],
    el('span', {class: 'dim'}, `${duration(took(visit))}, from ${since(visit.start)}`))];
  const where = around(visit);
  if (where) parts.push(el('p', {class: 'dim'}, `in ${where}`));
  if (all.length > 1) {
    parts.push(el('div', {class: 'pager', role: 'group', 'aria-label': 'Visits'},
      el('button', {type: 'button', class: 'before', 'aria-label': 'The visit before', disabled: place === 0, onclick: go(-1)}, '‹'),
      el('span', {}, `Visit ${place + 1} of ${all.length}`),
      el('button', {type: 'button', class: 'next', 'aria-label': 'The next visit', disabled: place === all.length - 1, onclick: go(1)}, '›')));
  }
  const failing = eventOf(visit.failed);
  const causes = failing ? detailsOf(failing) : {};
  if (visit.error || visit.failed) {
    const last = visit.type === 'Fail' && execution.failure ? execution.failure.cause : undefined;
    parts.push(errorPart(visit.error || 'An error without a name', causes.cause || last, visit.failed));
  }
  if (visit.tries && (visit.tries.length > 1 || visit.error)) parts.push(triesPart(visit));
  if (visit.items && visit.items.length) {
    parts.push(el('p', {}, el('button', {type: 'button', class: 'link', onclick: () => showItems(index)},
      `Show ${plural(visit.items.length, 'item')}`)));
  }
  if (visit.distributed) parts.push(el('p', {class: 'dim'}, 'Its children are executions of their own: they are not in this log.'));
  const payload = (title, id, name, open) => {
    const event = eventOf(id);
    const text = event && detailsOf(event)[name];
    if (text === undefined) return;
    parts.push(part(title, text, {open, note: cut.has(id) ? `the beginning of ${size(cut.get(id))}` : undefined}));
  };
  payload('Input', visit.entered, 'input', true);
  payload('Output', visit.exited, 'output', true);
  const exit = eventOf(visit.exited);
  const assigned = exit && detailsOf(exit).assignedVariables;
  if (assigned) parts.push(part('Assigned variables', `{${Object.entries(assigned)
    .map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`));
  parts.push(el('p', {class: 'links'}, 'Events ', eventLink(visit.entered), visit.exited ? ' – ' : '',
    visit.exited && eventLink(visit.exited), ' · ',
    el('button', {type: 'button', class: 'link', onclick: () => showEventsOf(index)}, 'all of this visit')));
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
    el('td', {}, each.end === undefined ? '' : duration(each.end - each.start)),
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
      box.append(part(name, value, {note: cut.has(event.id) ? `the beginning of ${size(cut.get(event.id))}` : undefined}));
    } else if (typeof value !== 'object') box.append(el('p', {class: 'pair'}, el('span', {class: 'dim'}, name), ` ${value}`));
  }
  box.append(el('p', {class: 'links'}, el('span', {class: 'dim'}, 'after event '), eventLink(event.previousEventId)));
  return box;
}

function eventLink(id) {
  if (!eventAt.has(id)) return el('span', {class: 'dim'}, id);
  return el('button', {type: 'button', class: 'link', onclick: () => showEvent(id)}, `event ${id}`);
}

// What stands in the panel when nothing is selected.
function overview() {
  const parts = [];
  if (execution) {
    parts.push(el('h2', {}, 'Execution'));
    const pairs = [['Name', execution.name], ['ARN', execution.arn], ['Started', new Date(start).toISOString()],
      ['Took', duration(execution.millis)], ['Events', execution.events], ['Transitions', execution.transitions],
      ['Redrives', execution.redrives || undefined]];
    parts.push(el('dl', {}, pairs.filter(([, value]) => value !== undefined)
      .flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])));
    for (const [title, id, name] of [['Input', execution.input, 'input'], ['Output', execution.output, 'output']]) {
      const event = id !== undefined && eventOf(id);
      const text = event && detailsOf(event)[name];
      if (text) parts.push(part(title, text, {note: cut.has(id) ? `the beginning of ${size(cut.get(id))}` : undefined}));
    }
    if (data.leftOut) parts.push(el('p', {class: 'dim'}, `The last ${data.leftOut} events are not in this page.`));
  }
  if (states.length) {
    parts.push(el('h2', {}, plural(states.length, 'state')));
    const line = (card) => el('li', {}, el('button', {type: 'button', onclick: () => pick({card, visit: worst(card)})},
      el('span', {class: 'name'}, card.mark ? sign(card.mark.replace(' ', '-')) : '', card.name),
      el('span', {class: 'dim'}, card.note || card.line)));
    parts.push(el('ul', {class: 'states'}, states.slice(0, 500).map(line)));
    if (states.length > 500) parts.push(el('p', {class: 'dim'}, `and ${states.length - 500} more in the picture`));
  }
  return parts;
}

// ── Lists of any length ─────────────────────────────────────────────────────────────────────────

const ROW = 30;
const lists = {};

// A list of which only the rows in sight are made.
class List {
  constructor(name, {head, draw, open, isPicked}) {
    Object.assign(this, {name, draw, open, isPicked, rows: [], active: -1, limit: 0});
    this.inner = el('div', {class: 'rows', role: 'presentation'});
    this.box = el('div', {class: 'list', role: 'grid', tabindex: 0, 'aria-label': name}, head, this.inner);
    this.box.addEventListener('scroll', () => this.render());
    this.box.addEventListener('keydown', (event) => this.key(event));
    this.box.addEventListener('click', (event) => {
      const row = event.target.closest('.row');
      if (row && this.inner.contains(row)) this.choose(Number(row.dataset.at));
    });
    new ResizeObserver(() => this.render()).observe(this.box);
    lists[name] = this;
  }

  set(rows) {
    this.rows = rows;
    this.active = Math.min(this.active, rows.length - 1);
    this.inner.style.height = `${rows.length * ROW}px`;
    this.box.setAttribute('aria-rowcount', rows.length);
    this.render();
  }

  // All rows when they are printed, as far as anybody reads them on paper.
  render() {
    const height = this.box.clientHeight;
    if (!height && !this.limit) return;
    const first = this.limit ? 0 : Math.max(Math.floor(this.box.scrollTop / ROW) - 8, 0);
    const last = Math.min(this.limit || first + Math.ceil(height / ROW) + 16, this.rows.length);
    const made = [];
    for (let at = first; at < last; at++) {
      const row = this.draw(this.rows[at]);
      row.classList.add('row');
      if (at === this.active) row.classList.add('active');
      if (this.isPicked(this.rows[at])) row.classList.add('picked');
      row.id = `${this.name}-${at}`;
      row.dataset.at = at;
      row.setAttribute('role', 'row');
      row.setAttribute('aria-rowindex', at + 1);
      row.setAttribute('aria-selected', row.classList.contains('picked'));
      for (const cell of row.children) cell.setAttribute('role', 'gridcell');
      if (!this.limit) row.style.top = `${at * ROW}px`;
      made.push(row);
    }
    this.inner.replaceChildren(...made);
    if (this.active >= first && this.active < last) this.box.setAttribute('aria-activedescendant', `${this.name}-${this.active}`);
    else this.box.removeAttribute('aria-activedescendant');
  }

  mark() {
    this.render();
  }

  choose(at) {
    this.active = at;
    this.open(this.rows[at], at);
    this.render();
  }

  show(at) {
    if (at < 0) return;
    this.active = at;
    const [top, room] = [at * ROW, this.box.clientHeight - ROW];
    if (top < this.box.scrollTop || top + ROW > this.box.scrollTop + room) this.box.scrollTop = Math.max(top - room / 2, 0);
    this.render();
  }

  key(event) {
    const page = Math.max(Math.floor(this.box.clientHeight / ROW) - 2, 1);
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity};
    if (event.key in steps && this.rows.length) {
      this.show(Math.min(Math.max(this.active + steps[event.key], 0), this.rows.length - 1));
    } else if (event.key === 'Enter' && this.rows[this.active]) this.choose(this.active);
    else return;
    event.preventDefault();
  }
}

const cell = (name, ...children) => el('span', {class: `cell ${name}`}, ...children);

// ── Timeline ────────────────────────────────────────────────────────────────────────────────────

const unfolded = new Set();

function byItem(index) {
  const groups = new Map();
  for (const child of inside.get(index) || []) {
    const number = visits[child].inside[1];
    if (!groups.has(number)) groups.set(number, []);
    groups.get(number).push(child);
  }
  return [...groups.entries()].sort(([one], [other]) => one - other);
}

// Visits with what is inside of them; of a Map the items with something to tell.
function timeline() {
  const rows = [];
  const pending = (inside.get(-1) || []).map((visit) => ({visit, depth: 0})).reverse();
  while (pending.length) {
    const row = pending.pop();
    rows.push(row);
    if (row.visit === undefined || row.item) continue;
    const visit = visits[row.visit];
    const depth = row.depth + 1;
    const next = [];
    const items = new Map((visit.items || []).map((item) => [item.index, item]));
    let quiet = 0;
    for (const [number, children] of byItem(row.visit)) {
      const item = items.get(number);
      if (item && item.status === 'succeeded' && !unfolded.has(row.visit)) {
        quiet += 1;
        continue;
      }
      if (item) next.push({visit: row.visit, item, depth});
      children.forEach((child, at) => next.push({visit: child, depth: depth + (item ? 1 : 0), branch: item || at ? undefined : number}));
    }
    if (quiet) next.push({rest: row.visit, count: quiet, depth});
    pending.push(...next.reverse());
  }
  return rows;
}

function drawTime(row) {
  const indent = {paddingLeft: `${12 + Math.min(row.depth, 12) * 16}px`};
  if (row.rest !== undefined) {
    return el('div', {class: 'time'}, el('span', {class: 'cell name dim', style: indent},
      `… ${plural(row.count, 'succeeded item')}`), cell('track'), cell('took'));
  }
  const visit = visits[row.visit], told = row.item || visit;
  const name = row.item ? `[${row.item.index}]` : (row.branch === undefined ? '' : `${row.branch} › `) + visit.name;
  const total = Math.max(execution.millis, 1);
  const from = (millis) => `${Math.min(Math.max(millis / total * 100, 0), 99.8)}%`;
  const bar = (piece, kind) => el('i', {class: kind, style: {
    left: from(piece.start), width: `max(3px, ${Math.max(ended(piece) - piece.start, 0) / total * 100}%)`}});
  const track = cell('track', bar(told, `bar ${told.status}${visit.tries && visit.tries.length > 1 && !row.item ? ' pale' : ''}`));
  if (!row.item && visit.tries && visit.tries.length > 1) {
    visit.tries.forEach((each) => track.append(bar({...each, end: each.end ?? ended(visit)}, `bar ${each.status === 'failed' ? 'try' : each.status}`)));
  }
  return el('div', {class: 'time'}, el('span', {class: 'cell name', style: indent}, sign(told.status), name),
    track, cell('took', duration(Math.max(ended(told) - told.start, 0))));
}

function axis() {
  const total = Math.max(execution.millis, 1);
  const power = 10 ** Math.floor(Math.log10(total / 4));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => total / size <= 6);
  const ticks = [];
  for (let at = 0; at <= total * 0.95; at += Math.max(step, 1)) {
    ticks.push(el('i', {class: 'tick', style: {left: `${at / total * 100}%`}},
      total < 60000 ? at >= 1000 || total > 4000 ? `${at / 1000} s` : `${at} ms` : duration(at)));
  }
  return el('div', {class: 'head time', 'aria-hidden': true}, cell('name', 'State'), cell('track', ticks), cell('took', 'Took'));
}

// ── Views ───────────────────────────────────────────────────────────────────────────────────────

const maps = visits.flatMap((visit, index) => visit.items && visit.items.length ? [index] : []);
const filters = byId('filters');
const view3 = {};
let only, itemsOf = maps.find((index) => visits[index].status !== 'succeeded') ?? maps[0], kinds = new Set();

const search = el('input', {type: 'search', id: 'search', placeholder: 'Search events  /', 'aria-label': 'Search events'});
const count = el('span', {class: 'dim count'});
const chip = el('button', {type: 'button', class: 'chip', hidden: true, onclick: () => { only = undefined; filterEvents(); search.focus(); }});

function eventName(index) {
  const visit = data.about[index];
  return visit === null || visit === undefined ? '' : visits[visit].name;
}

// Everything that an event says, for the search.
const said = (event, at) => [event.id, event.type, eventName(at), ...Object.values(detailsOf(event))
  .map((value) => typeof value === 'object' ? JSON.stringify(value) : value)].join('\n').toLowerCase();

let haystack;

function filterEvents() {
  const wanted = search.value.trim().toLowerCase();
  if (wanted && !haystack) haystack = events.map(said);
  const found = [];
  events.forEach((event, at) => {
    if (only !== undefined && data.about[at] !== only) return;
    if (!wanted || haystack[at].includes(wanted)) found.push(at);
  });
  chip.hidden = only === undefined;
  if (only !== undefined) chip.replaceChildren(shown(`only ${visits[only].name} ×`));
  const text = found.length === events.length ? plural(events.length, 'event') : `${found.length} of ${plural(events.length, 'event')}`;
  count.textContent = text;
  lists.events.set(found);
  if (wanted) say(text);
}

function drawEvent(at) {
  const event = events[at];
  return el('div', {class: `told${isBad(event) ? ' bad' : ''}`}, cell('id', event.id), cell('when', since(Math.round(event.timestamp * 1000) - start)),
    cell('type', event.type), cell('state', eventName(at)), cell('detail', gist(event)));
}

function drawItem(item) {
  const children = childrenOf(item);
  const first = children.length ? detailsOf(eventOf(visits[children[0]].entered) || {}).input : undefined;
  const bad = children.find((child) => visits[child].error);
  return el('div', {class: 'item'}, cell('id', sign(item.status), ` [${item.index}]`),
    cell('detail', bad === undefined ? '' : el('b', {}, visits[bad].error + '  '), children.map((child) => visits[child].name).join(' → ')),
    cell('preview', first === undefined ? '' : first.slice(0, 120)), cell('took', item.end === undefined ? '' : duration(item.end - item.start)));
}

let grouped = {};

function childrenOf(item) {
  if (grouped.of !== itemsOf) grouped = {of: itemsOf, items: new Map(byItem(itemsOf))};
  return grouped.items.get(item.index) || [];
}

function filterItems() {
  const newest = new Map(visits[itemsOf].items.map((item) => [item.index, item]));
  const all = [...newest.values()];
  const counts = RANK.map((status) => [status, all.filter((item) => item.status === status).length]).filter(([, many]) => many);
  const chips = counts.map(([status, many]) => el('button', {type: 'button', class: 'chip', 'aria-pressed': kinds.has(status),
    onclick: () => {
      if (!kinds.delete(status)) kinds.add(status);
      filterItems();
      filters.querySelector(`[data-status="${status}"]`)?.focus();
    }, 'data-status': status}, sign(status), ` ${many} ${WORDS[status][1]}`));
  const which = maps.length > 1 && el('select', {'aria-label': 'Map', onchange: (event) => {
    itemsOf = Number(event.target.value);
    kinds = new Set();
    filterItems();
  }}, maps.slice(0, 1000).map((index) => el('option', {value: index, selected: index === itemsOf},
    [around(visits[index]), visits[index].name].filter(Boolean).join(' › '))));
  view3.items = [which, ...chips].filter(Boolean);
  if (tab === 'items') filters.replaceChildren(...view3.items);
  const rank = (item) => RANK.indexOf(item.status);
  lists.items.set(all.filter((item) => !kinds.size || kinds.has(item.status))
    .sort((one, other) => rank(one) - rank(other) || one.index - other.index));
}

let tab;

function openTab(name, focus) {
  tab = name;
  for (const button of document.querySelectorAll('[role=tab]')) {
    const is = button.id === `tab-${name}`;
    button.setAttribute('aria-selected', is);
    button.tabIndex = is ? 0 : -1;
    byId(button.getAttribute('aria-controls')).hidden = !is;
    if (is && focus) button.focus();
  }
  filters.replaceChildren(...(view3[name] || []));
  lists[name].render();
}

function showEvent(id) {
  const index = eventAt.get(id);
  openTab('events');
  if (!lists.events.rows.includes(index)) {
    search.value = '';
    only = undefined;
    filterEvents();
  }
  pick({event: index, visit: data.about[index] ?? undefined});
  lists.events.show(lists.events.rows.indexOf(index));
  lists.events.box.focus({preventScroll: true});
}

function showEventsOf(visit) {
  only = visit;
  search.value = '';
  openTab('events');
  filterEvents();
  lists.events.box.focus({preventScroll: true});
  say(`Events of ${visits[visit].name}`);
}

function showItems(index) {
  itemsOf = index;
  kinds = new Set();
  openTab('items');
  filterItems();
  lists.items.box.focus({preventScroll: true});
}

function prepareViews() {
  const made = [['timeline', 'Timeline', new List('timeline', {
    head: axis(), draw: drawTime, isPicked: (row) => !row.item && row.visit !== undefined && row.visit === picked.visit,
    open: (row) => {
      if (row.rest !== undefined) {
        unfolded.add(row.rest);
        lists.timeline.set(timeline());
      } else pick({visit: row.visit});
    },
  })], ['events', 'Events', new List('events', {
    head: el('div', {class: 'head told', 'aria-hidden': true}, cell('id', 'Id'), cell('when', 'Time'), cell('type', 'Event'), cell('state', 'State'), cell('detail', 'Detail')),
    draw: drawEvent, isPicked: (index) => index === picked.event,
    open: (index) => pick({event: index, visit: data.about[index] ?? undefined}),
  })]];
  if (maps.length) {
    made.push(['items', 'Items', new List('items', {
      head: el('div', {class: 'head item', 'aria-hidden': true}, cell('id', 'Item'), cell('detail', 'States'), cell('preview', 'Input'), cell('took', 'Took')),
      draw: drawItem, isPicked: (item) => childrenOf(item).includes(picked.visit),
      open: (item) => {
        const children = childrenOf(item);
        const visit = children.find((child) => visits[child].error) ?? children[children.length - 1];
        if (visit !== undefined) pick({visit});
      },
    })]);
  }
  const bar = document.querySelector('[role=tablist]');
  for (const [name, title, list] of made) {
    bar.append(el('button', {type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `view-${name}`, onclick: () => openTab(name)}, title));
    byId('views').append(el('div', {role: 'tabpanel', id: `view-${name}`, 'aria-labelledby': `tab-${name}`, hidden: true}, el('h2', {class: 'paper'}, title), list.box));
  }
  bar.addEventListener('keydown', (event) => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!step) return;
    const names = made.map(([name]) => name);
    openTab(names[(names.indexOf(tab) + step + names.length) % names.length], true);
  });
  search.addEventListener('input', filterEvents);
  view3.events = [chip, count, search];
  lists.timeline.set(timeline());
  filterEvents();
  if (maps.length) filterItems();
  byId('below').hidden = false;
  openTab('timeline');
}

// ── Around it ───────────────────────────────────────────────────────────────────────────────────

const THEMES = [['auto', '◐ Auto'], ['light', '☀ Light'], ['dark', '☾ Dark']];
const darkRules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  .filter((rule) => rule instanceof CSSMediaRule && /color-scheme:\s*dark/.test(rule.conditionText));

// The style sheets know dark pages by what the system prefers; the button prefers for it.
function setTheme(name) {
  const media = {auto: '(prefers-color-scheme: dark)', light: 'not all', dark: 'all'}[name];
  for (const rule of darkRules) rule.media.mediaText = media;
  document.documentElement.dataset.theme = name;
  const title = THEMES.find(([theme]) => theme === name)[1];
  byId('theme').textContent = title;
  byId('theme').setAttribute('aria-label', `Theme: ${name}`);
}

function prepareHead() {
  setTheme(document.documentElement.dataset.theme);
  byId('theme').addEventListener('click', () => {
    const at = THEMES.findIndex(([name]) => name === document.documentElement.dataset.theme);
    setTheme(THEMES[(at + 1) % THEMES.length][0]);
  });
  const meta = byId('meta');
  if (!execution) {
    meta.textContent = plural(states.length, 'state');
    return;
  }
  meta.textContent = shown([duration(execution.millis), plural(execution.events, 'event'), new Date(start).toISOString().replace('T', ' ').slice(0, 19) + ' UTC', execution.name].filter(Boolean).join('  ·  '));
  const badge = byId('badge');
  badge.hidden = false;
  badge.className = execution.status;
  badge.append(sign(execution.status), WORDS[execution.status][1]);
  if (execution.failure) failureBlock(execution.failure);
}

function failureBlock(failure) {
  const box = byId('failure');
  const link = (name, entered) => el('button', {type: 'button', class: 'link', onclick: () => pickVisit(entered)}, name);
  const {first} = failure;
  box.append(el('h2', {id: 'failure-title'}, sign(execution.status), ` ${failure.title}`));
  const pairs = [];
  if (first) pairs.push(['First cause', [link(first.name, first.entered), ' · ', eventLink(first.event)]]);
  if (failure.path.length > 1) {
    pairs.push(['Way', failure.path.slice(-12).flatMap((hop, at) => [
      at ? el('span', {class: 'dim'}, hop.caught ? ' ⇢ ' : ' › ') : '',
      link(hop.name + (hop.number === undefined ? '' : `[${hop.number}]`), hop.entered)])]);
  }
  if (failure.error) pairs.push(['Error', [el('strong', {}, failure.error)]]);
  if (failure.cause) pairs.push(['Cause', [jsonOrText(failure.cause)]]);
  if (failure.handled) pairs.push(['Handled by', [failure.handled]]);
  for (const work of failure.atWork) pairs.push(['At work', [link(work.name, work.entered), ` for ${duration(work.millis)}`]]);
  box.append(el('dl', {}, pairs.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])));
  box.hidden = false;
}

const KEYS = [['Tab', 'from part to part'], ['Arrow keys', 'move the picture, or go from state to state, from row to row'],
  ['+  −  0', 'zoom the picture in, out, to fit'], ['Enter', 'into the picture; select what has the focus'], ['/', 'search events'],
  ['Esc', 'close the details'], ['?', 'these keys']];

function help() {
  const box = byId('help');
  if (box.open) return;
  box.replaceChildren(el('h2', {id: 'help-title'}, 'Keys'), el('dl', {}, KEYS.flatMap(([key, what]) => [
    el('dt', {}, el('kbd', {}, key)), el('dd', {}, what)])),
  el('button', {type: 'button', onclick: () => box.close()}, 'Close'));
  box.showModal();
}

function prepareKeys() {
  byId('keys').addEventListener('click', help);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || byId('help').open) return;
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
    } else if (event.key === '?') help();
    else return;
    event.preventDefault();
  });
}

const printed = (limit) => () => {
  for (const list of Object.values(lists)) {
    list.limit = limit;
    list.inner.style.height = limit ? 'auto' : `${list.rows.length * ROW}px`;
    list.render();
  }
};
window.addEventListener('beforeprint', printed(2000));
window.addEventListener('afterprint', printed(0));

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
  const first = execution && execution.failure && execution.failure.first;
  const shape = first && cards.has(first.name) && shapes.get(cards.get(first.name).id);
  if (shape) {
    const moved = view.moved;
    reveal(shape);
    view.moved = moved;
  }
}
document.body.classList.add('ready');
})();
