// Takes in what is new of an execution: a page that a server keeps up to date is the same page.

// The Maps that are known.
const isMap = new Set(maps);

// All that came is learned, and shown once.
function take(all) {
  all.forEach(learn);
  grouped = {};
  const drawn = all.map((news) => news.drawn).filter(Boolean).pop();
  if (drawn && svg) redraw(drawn);
  tellHead();
  tellViews();
  tellPanel();
}

function learn(news) {
  start = news.execution.started;
  for (const key of Object.keys(execution)) delete execution[key];
  Object.assign(execution, news.execution);
  for (const event of news.events) {
    eventAt.set(event.id, events.length);
    events.push(event);
  }
  for (const visit of news.about) data.about.push(visit);
  data.leftOut = news.leftOut;
  for (const [id, bytes] of news.cut) cut.set(id, bytes);
  for (const [index, visit] of news.visits) {
    const isNew = index >= visits.length;
    visits[index] = visit;
    if (isNew) enlist(visit, index);
    if (visit.items && !isMap.has(index)) maps.push(index);
    if (visit.items) isMap.add(index);
  }
  for (let at = haystack?.length; at < events.length; at++) haystack.push(said(events[at], at));
}

// The styles stay where they are: only shapes are replaced.
function redraw({picture, marks}) {
  const fresh = new DOMParser().parseFromString(picture, 'image/svg+xml').documentElement;
  const focused = document.activeElement?.closest?.('.s')?.id;
  const size = `${svg.getAttribute('width')} ${svg.getAttribute('height')}`;
  for (const name of ['width', 'height', 'viewBox']) svg.setAttribute(name, fresh.getAttribute(name));
  const shapesOf = (from) => [...from.children].filter((child) => child.tagName !== 'style');
  for (const old of shapesOf(svg)) old.remove();
  svg.append(...shapesOf(fresh).map((child) => document.importNode(child, true)));
  const marked = new Map(marks.map((mark) => [mark.id, mark]));
  for (const card of states) Object.assign(card, {mark: undefined, note: undefined}, marked.get(card.id));
  prepareStates();
  showPicked();
  if (focused && byId(focused)) {
    for (const [id, shape] of shapes) shape.setAttribute('tabindex', id === focused ? 0 : -1);
    byId(focused).focus({preventScroll: true});
  }
  if (!view.moved && size !== `${svg.getAttribute('width')} ${svg.getAttribute('height')}`) fit(false);
}

function tellViews() {
  axis();
  lists.timeline.set(timeline());
  filterEvents();
  tellMaps();
}

// What is told of the state that is selected, or of the execution; where one was reading stays.
let panelTells;

function tellPanel() {
  const visit = visits[picked.visit];
  const tells = JSON.stringify([picked.card?.name, picked.visit, picked.event, visit ?? execution, picked.card?.mark]);
  if (tells === panelTells) return;
  panelTells = tells;
  const all = (what) => [...panel.querySelectorAll(what)];
  const folded = all('details').map((it) => it.open), top = panel.scrollTop;
  const focused = all('a, button, summary, pre').indexOf(document.activeElement);
  // A state that was not reached yet is shown with its first visit.
  const found = visit || !picked.card || picked.event !== undefined ? picked.visit : worst(picked.card);
  const wasOpen = found === picked.visit;
  pick({...picked, visit: found}, true);
  if (wasOpen) all('details').forEach((it, at) => { it.open = folded[at] ?? it.open; });
  panel.scrollTop = top;
  if (focused >= 0) all('a, button, summary, pre')[focused]?.focus({preventScroll: true});
}
