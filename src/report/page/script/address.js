// The address of what is selected: `#state=Charge+the+card`, `#state=Price&visit=2`, `#event=17`.
// What stands there is looked up, and otherwise only ever said as text.

function setAddress(card, visit, next) {
  const wanted = new URLSearchParams();
  if (next.event !== undefined) wanted.set('event', events[next.event].id);
  else if (card || visit) {
    const {name} = card || visit;
    wanted.set('state', name);
    if (visit && next.visit !== worst({name})) wanted.set('visit', visitsOf.get(name).indexOf(next.visit) + 1);
  }
  const hash = wanted.toString();
  try {
    // The way back leads out of the page, not through every state that was looked at.
    window.history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    // A page inside of another one may not change its address, nor may one that does so all the time.
  }
}

function goToAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const [name, id] = [wanted.get('state'), wanted.get('event')];
  if (id !== null && eventAt.has(Number(id))) findEvent(Number(id));
  else if (name !== null && (cards.has(name) || visitsOf.has(name))) {
    const visit = visitsOf.get(name)?.[wanted.get('visit') - 1];
    pick({card: cards.get(name), visit: visit ?? worst({name})});
  } else if (id !== null) say(`There is no event ${id} in this page`);
  else if (name !== null) say(`There is no state "${name}" in this page`);
}
