// Texts and elements. What users wrote is only ever set as text: nothing here makes markup of it.

const WORDS = {
  succeeded: ['✔', 'succeeded'], caught: ['⚠', 'caught'], failed: ['✖', 'failed'],
  'timed-out': ['⧗', 'timed out'], aborted: ['⊘', 'aborted'], running: ['●', 'running'],
  added: ['+', 'added'], removed: ['−', 'removed'], changed: ['≠', 'changed'],
};

// Characters that are not seen, or that turn the text around them.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const byId = (id) => document.getElementById(id);
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
  for (const child of children.flat(2)) {
    if (child === undefined || child === null || child === false) continue;
    made.append(child instanceof Node ? child : shown(child));
  }
  return made;
}

// A button; its title is an element or a text.
const button = (title, onclick, props) => el('button', {type: 'button', onclick, ...props}, title);
const link = (title, onclick) => button(title, onclick, {class: 'link'});

function duration(millis) {
  if (millis < 1000) return `${millis} ms`;
  if (millis < 60000) return `${(millis / 1000).toFixed(2)} s`;
  const parts = [[864e5, 'd'], [36e5, 'h'], [6e4, 'min'], [1e3, 's']];
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

// A text that goes on by itself: `tickClocks` says it anew.
const clocks = new WeakMap();

function clock(read) {
  const made = el('span', {class: 'clock'}, read());
  clocks.set(made, read);
  return made;
}

function tickClocks() {
  for (const made of document.querySelectorAll('.clock')) made.textContent = shown(clocks.get(made)?.() ?? made.textContent);
}

// A long name, to break between its parts and to take along where the browser allows it.
function arnText(text) {
  const parts = String(text).split(/(?<=[:/])/).flatMap((piece) => [piece, el('wbr')]);
  const copy = navigator.clipboard && button('Copy', async () => {
    try {
      await navigator.clipboard.writeText(text);
      say('Copied');
    } catch {
      return say('The browser does not allow to copy');
    }
    copy.textContent = 'Copied';
    setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
  }, {class: 'copy', 'aria-label': 'Copy the ARN'});
  return el('span', {class: 'arn'}, parts.slice(0, -1), copy);
}

const pairList = (pairs) => el('dl', {}, pairs.filter(([, value]) => value !== undefined)
  .flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));

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
