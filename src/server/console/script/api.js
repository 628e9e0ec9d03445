// The API, as everybody calls it, and what its answers look like.

async function call(operation, members, options) {
  const answer = await fetch('/', {
    method: 'POST', body: JSON.stringify(members), ...options,
    headers: {'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AWSStepFunctions.${operation}`},
  });
  const told = JSON.parse(await answer.text());
  if (!answer.ok) throw new Error(told.message || told.__type);
  return told;
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
