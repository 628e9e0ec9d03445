// The picture: moved, zoomed, and walked through with the arrow keys.

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
  const room = {width: stage.clientWidth - 32, height: stage.clientHeight - 76};
  const all = Math.min(room.width / width, room.height / height, 1.25);
  const least = whole ? 0.02 : 0.6;
  view.scale = Math.max(all, least, 0.02);
  const [wide, high] = [width * view.scale, height * view.scale];
  view.x = (stage.clientWidth - wide) / 2;
  view.y = Math.max((stage.clientHeight - 44 - high) / 2, 16);
  if (wide > room.width + 1) {
    // Its beginning, then.
    const begin = svg.querySelector('.start');
    const x = begin ? begin.cx.baseVal.value * view.scale : 0;
    view.x = Math.min(Math.max(stage.clientWidth / 2 - x, stage.clientWidth - 16 - wide), 16);
  }
  paint();
  // What is selected is what one wants to see, or what failed.
  const wanted = !whole && (picked.card || cards.get(execution?.failure?.first));
  const shape = wanted && shapes.get(wanted.id);
  if (shape) reveal(shape);
  view.moved = false;
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
  if (event.key === 'Enter' || event.key === ' ') {
    pick({card, visit: worst(card)});
    panel.focus();
  } else if (ARROWS[event.key]) focusState(beside(event.currentTarget, ...ARROWS[event.key]));
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
