// What the pages gain from a script. Everything works without it; no rule is decided here, and no word is
// spelt here: texts come from data attributes, times from the server's clock.

export const all = (selector, within = document) => [...within.querySelectorAll(selector)];
export const one = (selector, within = document) => within.querySelector(selector);
const status = one('[data-status]');
export const say = (text) => { if (status && text) status.textContent = text; };
export const fill = (text, value) => (text || '').replace('%', value);

// The server's clock: its time when the page was drawn, carried on by this device's.
const ahead = Number(document.body.dataset.now) - Date.now();
const now = () => Date.now() + ahead;

// Digits of any script that people type codes in, by the zero each begins at.
const ZEROS = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50,
  0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0xff10];
export const asciiDigits = (text) => text.replace(/\p{Nd}/gu, (digit) => {
  const point = digit.codePointAt(0);
  const zero = ZEROS.find((zero) => point >= zero && point < zero + 10);
  return zero === undefined ? digit : String(point - zero);
});

// The code in a pasted text: the machine-readable last line, else a run of exactly so many digits, else one
// with spaces or dashes between them. Empty when there is none.
function codeIn(text, digits) {
  const plain = asciiDigits(text);
  const gap = '[\\s\\u00ad.\\-\\u2010-\\u2015\\u2212]?';
  const shapes = [
    `^@\\S+ #(\\d{${digits}})(?!\\d)`,
    `(?<![\\d+])(\\d{${digits}})(?!\\d)`,
    `(?<![\\d+])(\\d(?:${gap}\\d){${digits - 1}})(?!${gap}\\d)`,
  ];
  for (const shape of shapes) {
    const found = plain.match(new RegExp(shape, 'm'));
    if (found) return found[1].replace(/\D/g, '');
  }
  return '';
}

function codeForm(form) {
  const digits = Number(form.dataset.code);
  const field = one('[autocomplete="one-time-code"]', form);
  const before = field.value;
  let length = before.length;
  let sent = false;
  // Only for a code that came whole (paste, autofill, WebOTP), and once; never while someone types.
  const arrived = (code) => {
    field.value = code;
    length = code.length;
    const empty = all('[required]', form).find((other) => !other.value);
    if (empty) return empty.focus();
    // What moves value is never sent but by its own button.
    if ('careful' in form.dataset) return one('button.main', form).focus();
    if (!sent) form.requestSubmit();
    sent = true;
  };
  field.addEventListener('paste', (event) => {
    const code = codeIn(event.clipboardData?.getData('text') || '', digits);
    if (!code) return;
    event.preventDefault();
    arrived(code);
  });
  field.addEventListener('input', () => {
    const grown = field.value.length - length;
    length = field.value.length;
    const code = grown >= digits ? codeIn(field.value, digits) : '';
    if (code) arrived(code);
  });
  const clean = () => { field.value = codeIn(field.value, digits) || asciiDigits(field.value); };
  field.addEventListener('change', clean);
  form.addEventListener('submit', clean);
  if (field.hasAttribute('aria-invalid')) {
    field.focus();
    field.select();
  }
  if (!('webotp' in form.dataset) || !('OTPCredential' in window)) return;
  const stop = new AbortController();
  form.addEventListener('submit', () => stop.abort());
  const received = (otp) => {
    const code = codeIn(otp?.code || '', digits);
    if (code) arrived(code);
  };
  navigator.credentials.get({ otp: { transport: ['sms'] }, signal: stop.signal }).then(received, () => {});
}

// The last half minute is announced where more time can be had; at the end what is confirmed stays on the page, and
// only the ways to confirm it go.
function deadline(seconds) {
  for (const warning of all('[data-soon]')) warning.hidden = seconds > 30;
  if (seconds > 0) return;
  for (const part of all('[data-while]')) part.hidden = true;
  for (const part of all('[data-after]')) {
    part.hidden = false;
    part.focus();
  }
}

// The number that ticks is silent to readers; the status beside it speaks at 60, 30 and 10 seconds and at the
// end.
function countdown(timer) {
  const end = Number(timer.dataset.countdown);
  const left = () => Math.max(0, Math.ceil((end - now()) / 1000));
  let shown = left();
  const own = timer.closest('button');
  // Other ways of sending wait for the same moment.
  const wakes = own ? [own, ...all(`button[data-wakes="${end}"]`)] : [];
  const decides = 'deadline' in timer.dataset;
  const tick = () => {
    const seconds = left();
    timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const passed = [60, 30, 10].filter((mark) => shown > mark && seconds <= mark && seconds > 0).pop();
    if (passed && timer.dataset.say) say(fill(timer.dataset.say, passed));
    if (seconds === 0 && shown > 0) say(timer.dataset.sayEnd);
    if (decides) deadline(seconds);
    shown = seconds;
    if (seconds > 0) return;
    if (own) timer.hidden = true;
    for (const button of wakes) button.disabled = false;
    clearInterval(beat);
  };
  timer.hidden = false;
  for (const button of wakes) button.disabled = true;
  const beat = setInterval(tick, 500);
  tick();
  // A phone that slept must not show stale time.
  document.addEventListener('visibilitychange', tick);
}

function localTimes() {
  const styles = {
    clock: { timeStyle: 'short' },
    exact: { timeStyle: 'medium' },
    day: { dateStyle: 'medium' },
    full: { dateStyle: 'medium', timeStyle: 'short' },
  };
  // Written in the page's language, in the way of the reader's country: 14:32 in Britain, 2:32 PM in America.
  const { lang } = document.documentElement;
  const habit = navigator.languages.find((tag) => tag.split('-')[0] === lang) || lang;
  for (const time of all('time[data-local]')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = time.textContent;
    const format = new Intl.DateTimeFormat(habit, styles[time.dataset.local]);
    time.textContent = format.format(at);
  }
}

// A second press while the first is on its way changes nothing; Back to a kept page makes its forms usable
// again.
function onceOnly() {
  document.addEventListener('submit', (event) => {
    if (event.target.ariaBusy === 'true') return event.preventDefault();
    event.target.ariaBusy = 'true';
  });
  addEventListener('pageshow', () => all('form').forEach((form) => { form.ariaBusy = null; }));
}

// Signed out elsewhere: this page must not go on showing the account.
function keepWatch() {
  if (!('session' in document.body.dataset)) return;
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch('/session', { cache: 'no-store' }).catch(() => null);
    if (answer?.status === 401) location.assign('/signin?notice=ended');
  };
  setInterval(look, 4000);
  document.addEventListener('visibilitychange', look);
}

// Waits for the holder's own text, and goes on by itself once it has come.
function awaitText(form) {
  const look = async () => {
    if (document.hidden || form.ariaBusy === 'true') return;
    const answer = await fetch(form.dataset.awaits, { cache: 'no-store' }).catch(() => null);
    if (answer?.status === 410) clearInterval(beat);
    if (answer?.status !== 204 || form.ariaBusy === 'true') return;
    clearInterval(beat);
    say(form.dataset.arrived);
    form.requestSubmit();
  };
  const beat = setInterval(look, 3000);
  // Back from the messages, the answer may be there already.
  document.addEventListener('visibilitychange', look);
}

// Follows something that others decide, and shows it again once it stands elsewhere.
function follow(place) {
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(place.dataset.follows, { cache: 'no-store' }).catch(() => null);
    if (answer?.status === 410) clearInterval(beat);
    if (answer?.status !== 200 || (await answer.text()) === place.dataset.followsFrom) return;
    clearInterval(beat);
    location.replace(location.pathname + location.search);
  };
  const beat = setInterval(look, 3000);
  document.addEventListener('visibilitychange', look);
}

// What is shown once: the way on wakes when it was copied, downloaded or printed.
function keepFirst() {
  const onward = one('[data-once-kept]');
  if (!onward) return;
  const { href } = onward;
  const awake = (kept) => {
    onward.setAttribute('aria-disabled', String(!kept));
    if (kept) onward.href = href;
    else onward.removeAttribute('href');
    one('[data-keep-first]').hidden = kept;
  };
  awake(false);
  for (const button of all('[data-download], [data-print]')) button.hidden = false;
  one('[data-download]').addEventListener('click', ({ target }) => {
    const text = document.getElementById(target.dataset.download).textContent.trim();
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
    link.download = target.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  one('[data-print]').addEventListener('click', () => print());
  for (const button of all('[data-keeps]')) button.addEventListener('click', () => awake(true));
}

function smallThings() {
  for (const button of all('[data-reveal]')) {
    button.hidden = false;
    const field = document.getElementById(button.dataset.reveal);
    button.addEventListener('click', () => {
      const shown = field.type === 'password';
      field.type = shown ? 'text' : 'password';
      button.setAttribute('aria-pressed', String(shown));
    });
    field.form.addEventListener('submit', () => { field.type = 'password'; });
  }
  for (const button of all('[data-copy]')) {
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      say(document.body.dataset.copied);
    });
  }
  keepFirst();
  const theme = one('select[name="theme"]');
  theme?.addEventListener('change', () => { document.documentElement.dataset.theme = theme.value; });
  // Someone who types a national number is shown where its country is chosen.
  const identifier = one('[data-identifier]');
  // While they type: at the blur the button that took the focus would move away from under the pointer.
  identifier?.addEventListener('input', () => {
    if (/^[\d\s().-]{5,}$/.test(asciiDigits(identifier.value))) one('[data-for-phone]').open = true;
  });
}

onceOnly();
all('form[data-code]').forEach(codeForm);
all('[data-countdown]').forEach(countdown);
all('form[data-awaits]').forEach(awaitText);
all('[data-follows]').forEach(follow);
localTimes();
smallThings();
keepWatch();
const select = one('select[data-picker]');
const number = one('[data-number], [data-identifier]');
// Not awaited: the other file imports from this one, and would wait for it in turn.
if (one('[data-passkey-get], [data-passkey-create], [data-passkey-signal]')) {
  import('./passkey.js').then(({ passkeys }) => passkeys());
}
if (select) import('./picker.js').then(({ picker }) => picker(select, number));
const decision = one('form[data-decides]');
if (decision) import('./cases.js').then(({ decideByKeys }) => decideByKeys(decision));
const template = one('form[data-template]');
if (one('[data-upload]')) import('./upload.js').then(({ uploads }) => uploads());
if (template) import('./templates.js').then(({ live }) => live(template));
const bar = one('[data-command]');
if (bar) import('./console.js').then(({ command }) => command(bar));
if (one('textarea[data-mask]')) import('./support.js').then(({ support }) => support());
