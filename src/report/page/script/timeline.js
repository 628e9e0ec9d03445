// The timeline: visits with what is inside of them, and when they were at work.

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
    return el('div', {class: 'time rest'}, el('span', {class: 'cell name dim', style: indent}, `… ${plural(row.count, 'succeeded item')}`));
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

// As wide as a mark's text mostly is.
const TICK = 52;

// Marks at round times, as many as have room.
function axis() {
  const total = Math.max(execution.millis, 1);
  const track = byId('view-timeline').querySelector('.head .track');
  const room = track.clientWidth || 5 * TICK;
  const most = Math.min(Math.max(Math.floor(room / TICK), 1), 5);
  const units = [[1, 'ms', 1000], [1e3, 's', 60], [6e4, 'min', 60], [36e5, 'h', 24], [864e5, 'd', 1e9]];
  const [unit, name] = units.find(([unit,, most]) => total < unit * most * 2);
  const power = 10 ** Math.max(Math.floor(Math.log10(total / unit / 5)), unit > 1 ? -1 : 0);
  const step = unit * ([1, 2, 5, 10, 15, 30, 60].map((times) => times * power).find((step) => total / unit / step <= most) || 1);
  const ticks = [];
  for (let at = 0; !at || (1 - at / total) * room > TICK * 0.7; at += step) {
    ticks.push(el('i', {class: 'tick', style: {left: `${at / total * 100}%`}}, `${+(at / unit).toFixed(1)} ${name}`));
  }
  track.replaceChildren(...ticks);
}
