// What the page knows: events, the visits they are about, and what those are inside of.

const data = JSON.parse(byId('data').textContent);
const events = JSON.parse(byId('events').textContent);
const {states, visits, execution} = data;
// What is looked for first.
const RANK = ['failed', 'timed-out', 'caught', 'running', 'aborted', 'succeeded'];
let start = execution ? execution.started : 0;
const eventAt = new Map(events.map((event, at) => [event.id, at]));
const cut = new Map(data.cut);
const cutNote = (id) => cut.has(id) ? `the beginning of ${size(cut.get(id))}` : undefined;
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

function enlist(visit, index) {
  if (!visitsOf.has(visit.name)) visitsOf.set(visit.name, []);
  visitsOf.get(visit.name).push(index);
  visitAt.set(visit.entered, index);
  const around = visit.inside ? visit.inside[0] : -1;
  if (!inside.has(around)) inside.set(around, []);
  inside.get(around).push(index);
}

visits.forEach(enlist);
const ended = (visit) => visit.end ?? (execution ? execution.millis : visit.start);
const took = (visit) => Math.max(ended(visit) - visit.start, 0);
// A server knows when it began and ended an execution; the events tell a little less.
const tookAll = () => execution.took ?? execution.millis;
// What the note of a state says, and how long it has been at work.
const noteOf = (card) => {
  const visit = card.mark === 'running' ? visits[worst(card)] : undefined;
  return [card.note, visit?.status === 'running' && duration(took(visit))].filter(Boolean).join(' · ');
};

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
