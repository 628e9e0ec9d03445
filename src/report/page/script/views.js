// Events with a search, items of a Map, and the tabs between them.

const maps = visits.flatMap((visit, index) => visit.items ? [index] : []);
const search = byId('search');
// The one visit whose events are shown; the Map whose items are, and with which outcomes.
let only, itemsOf = maps.find((index) => visits[index].status !== 'succeeded') ?? maps[0], kinds = new Set();
let tab, haystack, counted;

function eventName(index) {
  const visit = data.about[index];
  return visit === null || visit === undefined ? '' : visits[visit].name;
}

// Everything that an event says, for the search.
const said = (event, at) => [event.id, event.type, eventName(at), ...Object.values(detailsOf(event))
  .map((value) => typeof value === 'object' ? JSON.stringify(value) : value)].join('\n').toLowerCase();

function filterEvents() {
  const wanted = search.value.trim().toLowerCase();
  if (wanted && !haystack) haystack = events.map(said);
  const found = [];
  events.forEach((event, at) => {
    if (only !== undefined && data.about[at] !== only) return;
    if (!wanted || haystack[at].includes(wanted)) found.push(at);
  });
  byId('only').hidden = only === undefined;
  if (only !== undefined) byId('only').textContent = shown(`only ${visits[only].name} ×`);
  const all = plural(events.length, 'event');
  const text = found.length === events.length ? all : `${found.length} of ${all}`;
  byId('count').textContent = text;
  lists.events.set(found);
  if (wanted && counted !== text) say(text);
  counted = text;
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
  const chips = counts.map(([status, many]) => button(el('span', {}, sign(status), ` ${many} ${WORDS[status][1]}`), () => {
    if (!kinds.delete(status)) kinds.add(status);
    filterItems();
    byId(`only-${status}`).focus();
  }, {class: 'chip', id: `only-${status}`, 'aria-pressed': String(kinds.has(status))}));
  const which = maps.length > 1 && el('select', {'aria-label': 'Map', onchange: (event) => {
    itemsOf = Number(event.target.value);
    kinds = new Set();
    filterItems();
  }}, maps.slice(0, 1000).map((index) => el('option', {value: index, selected: index === itemsOf},
    [around(visits[index]), visits[index].name].filter(Boolean).join(' › '))));
  byId('filters-items').replaceChildren(...[which, ...chips].filter(Boolean));
  const rank = (item) => RANK.indexOf(item.status);
  lists.items.set(all.filter((item) => !kinds.size || kinds.has(item.status))
    .sort((one, other) => rank(one) - rank(other) || one.index - other.index));
}

function openTab(name, focus) {
  tab = name;
  for (const other of ['timeline', 'events', 'items']) {
    const [head, is] = [byId(`tab-${other}`), other === name];
    head.setAttribute('aria-selected', is);
    head.tabIndex = is ? 0 : -1;
    byId(`view-${other}`).hidden = !is;
    byId(`filters-${other}`).hidden = !is;
    if (is && focus) head.focus();
  }
  lists[name].render();
}

function showEvent(id) {
  findEvent(id);
  lists.events.box.focus({preventScroll: true});
}

function findEvent(id) {
  const index = eventAt.get(id);
  openTab('events');
  if (!lists.events.rows.includes(index)) {
    search.value = '';
    only = undefined;
    filterEvents();
  }
  openEvent(index);
  lists.events.show(lists.events.rows.indexOf(index));
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

function openEvent(index) {
  pick({event: index, visit: data.about[index] ?? undefined});
}

function openItem(item) {
  const children = childrenOf(item);
  const visit = children.find((child) => visits[child].error) ?? children[children.length - 1];
  if (visit !== undefined) pick({visit});
}

function openTime(row) {
  if (row.rest === undefined) return pick({visit: row.visit});
  unfolded.add(row.rest);
  lists.timeline.set(timeline());
}

function tellMaps() {
  byId('tab-items').hidden = !maps.length;
  if (!maps.length) return;
  itemsOf ??= maps[0];
  filterItems();
}

function prepareViews() {
  const isVisit = (row) => !row.item && row.visit !== undefined && row.visit === picked.visit;
  new List('timeline', {draw: drawTime, open: openTime, isPicked: isVisit}).set(timeline());
  new List('events', {draw: drawEvent, open: openEvent, isPicked: (index) => index === picked.event});
  new List('items', {draw: drawItem, open: openItem, isPicked: (item) => childrenOf(item).includes(picked.visit)});
  axis();
  new ResizeObserver(axis).observe(byId('view-timeline').querySelector('.head .track'));
  filterEvents();
  tellMaps();
  for (const name of ['timeline', 'events', 'items']) byId(`tab-${name}`).addEventListener('click', () => openTab(name));
  document.querySelector('[role=tablist]').addEventListener('keydown', (event) => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    const names = maps.length ? ['timeline', 'events', 'items'] : ['timeline', 'events'];
    if (step) openTab(names[(names.indexOf(tab) + step + names.length) % names.length], true);
  });
  search.addEventListener('input', filterEvents);
  byId('only').addEventListener('click', () => {
    only = undefined;
    filterEvents();
    search.focus();
  });
  byId('below').hidden = false;
  openTab('timeline');
}
