// What the pages gain from a script. Everything works without it, and no rule is decided here.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const status = document.querySelector('[data-status]');
const say = (text) => { status.textContent = text; };

// The server's clock: its time when the page was drawn, carried on by this device's.
let ahead = Number(document.body.dataset.now) - Date.now();
const now = () => Date.now() + ahead;

let shown = Infinity;
function countdown() {
  for (const timer of all('[data-countdown]')) {
    const seconds = Math.max(0, Math.ceil((Number(timer.dataset.countdown) - now()) / 1000));
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    // Spoken at these marks only; a ticking number would never let anybody finish a sentence.
    const mark = [60, 30, 10].find((mark) => shown > mark && seconds <= mark && seconds > mark - 5);
    if (mark) say(`${mark} seconds left`);
    if (seconds === 0 && shown > 0 && shown !== Infinity) say("Time's up.");
    shown = seconds;
  }
}

function localTimes() {
  const format = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium', timeStyle: 'short' });
  for (const time of all('time[data-local]:not([title])')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = time.textContent;
    time.textContent = format.format(at);
  }
}

// While something waits for a confirmation, the page follows what the exchange knows.
async function follow() {
  const live = document.querySelector('[data-live]');
  if (!live || document.hidden) return;
  // A redirect is the person's to follow: the page behind it may show something only once.
  const answer = await fetch(location.href, { cache: 'no-store', redirect: 'manual' }).catch(() => null);
  if (answer?.type === 'opaqueredirect') return location.assign('/return');
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const next = fresh.getElementById('live');
  ahead = Number(fresh.body.dataset.now) - Date.now();
  // What has not changed is left alone, and with it the focus.
  if (!next || next.dataset.live === live.dataset.live) return;
  live.replaceWith(next);
  document.title = fresh.title;
  say(next.querySelector('h1')?.textContent || '');
  document.getElementById('main').focus();
  localTimes();
}

// A second press while the first is on its way changes nothing; Back to a kept page makes its forms usable again.
document.addEventListener('submit', (event) => {
  if (event.target.ariaBusy === 'true') return event.preventDefault();
  event.target.ariaBusy = 'true';
});
addEventListener('pageshow', () => all('form').forEach((form) => { form.ariaBusy = null; }));

for (const button of all('[data-copy]')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = 'Copied';
    say('Copied');
  });
}

countdown();
localTimes();
setInterval(countdown, 500);
setInterval(follow, 2000);
// A phone that slept must not show stale time.
document.addEventListener('visibilitychange', () => { countdown(); follow(); });
