// The API, as everybody calls it, and what its answers look like.

class Unanswered extends Error {}

async function call(operation, members, options) {
  let answer, text;
  try {
    answer = await fetch('/', {
      method: 'POST', body: JSON.stringify(members), ...options,
      headers: {'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AWSStepFunctions.${operation}`},
    });
    text = await answer.text();
  } catch (error) {
    if (options?.signal?.aborted) throw error;
    tellLost();
    throw new Unanswered('The server does not answer.');
  }
  byId('lost').hidden = true;
  const told = isJson(text) ? JSON.parse(text) : {message: text};
  if (!answer.ok) throw new Error(told.message || told.__type || `The server answers with ${answer.status}.`);
  return told;
}

// One notice for all pages, with what is to be known of what they show.
function prepareNotices() {
  document.querySelector('header').after(
    el('p', {id: 'lost', class: 'problem', role: 'status', hidden: true}, 'The server does not answer: what is shown may be old. It is asked again.'),
    el('p', {id: 'notice', class: 'problem', role: 'status', hidden: true}));
}

let asking;

function tellLost() {
  byId('lost').hidden = false;
  asking ??= setTimeout(async () => {
    asking = undefined;
    try {
      await fetch('/health');
      byId('lost').hidden = true;
    } catch {
      tellLost();
    }
  }, 2000);
}

function notice(...parts) {
  byId('notice').replaceChildren(el('span', {}, parts));
  byId('notice').hidden = false;
}

function tellError(error) {
  if (!(error instanceof Unanswered)) notice(error.message);
}

// New rows for old ones: who is at one of them stays there, and who presses one does so.
function refill(box, made) {
  if (box.querySelector(':active')) return;
  const nameOf = (it) => it.dataset.is || it.getAttribute('href') || it.getAttribute('aria-label');
  const focused = box.contains(document.activeElement) && nameOf(document.activeElement);
  box.replaceChildren(...made);
  if (focused) [...box.querySelectorAll('a, button')].find((it) => nameOf(it) === focused)?.focus({preventScroll: true});
}

const STATUS = {
  RUNNING: 'running', SUCCEEDED: 'succeeded', FAILED: 'failed', TIMED_OUT: 'timed-out', ABORTED: 'aborted',
  PENDING_REDRIVE: 'running',
};
const statusOf = (word) => STATUS[word] || 'running';
const toMachine = (arn) => `/console/machine?arn=${encodeURIComponent(arn)}`;
const toExecution = (arn) => `/console/execution?arn=${encodeURIComponent(arn)}`;
const day = (seconds) => new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19) + ' UTC';
const pageArn = () => new URLSearchParams(location.search).get('arn');

// `3 min ago`; the whole time is its title.
function ago(seconds) {
  const millis = Math.max(Date.now() - seconds * 1000, 0);
  const told = millis < 1000 ? 'just now' : `${duration(Math.floor(millis / 1000) * 1000).replace(/\.\d+/, '')} ago`;
  return el('time', {datetime: new Date(seconds * 1000).toISOString(), title: day(seconds)}, told);
}

// The colours that were chosen stay chosen.
function keepTheme() {
  try {
    const kept = localStorage.getItem('asl-theme');
    if (THEMES.some(([name]) => name === kept)) setTheme(kept);
    byId('theme').addEventListener('click', () => localStorage.setItem('asl-theme', document.documentElement.dataset.theme));
  } catch {
    // A browser may keep nothing.
  }
}

// Does something every now and then, while anybody looks.
function every(millis, work) {
  const again = async () => {
    if (!document.hidden) await work();
    setTimeout(again, millis);
  };
  setTimeout(again, millis);
}
