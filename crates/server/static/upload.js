// Sends a picture in pieces: a line that is cut costs one piece, and the rest goes on by itself when there is a line
// again. Where the server stands is asked, never assumed; whether the picture is taken is decided there alone.

import { all, one, say } from './app.js';

const PIECE_BYTES = 512 * 1024;
const WAITS_S = [1, 2, 4, 8, 15, 30];

// Refused: what the server said is shown. Lost: the page is too old to go on. Anything else is tried again.
class Refused extends Error {}
class Lost extends Error {}

async function judged(response) {
  if (response.ok || response.status === 409) return response;
  if (response.status === 422) throw new Refused((await response.json()).title);
  if ([408, 429].includes(response.status) || response.status >= 500) throw new Error('try again');
  throw new Lost();
}

const offsetOf = (response) => Number(response.headers.get('upload-offset'));
const isComplete = (response) => response.headers.get('upload-complete') === '?1';

// Until the wait is over, there is a line again, or somebody asks.
function pause(seconds, again) {
  return new Promise((done) => {
    const timer = seconds && setTimeout(end, seconds * 1000);
    function end() {
      clearTimeout(timer);
      removeEventListener('online', end);
      again.removeEventListener('click', end);
      again.hidden = true;
      done();
    }
    addEventListener('online', end);
    again.addEventListener('click', end);
    again.hidden = false;
  });
}

function upload(form) {
  const { upload: slot, bytesMax, sending, sent, checking, waiting, lost, tooLarge } = form.dataset;
  const fields = all('input[type="file"]', form);
  const last = fields[fields.length - 1];
  const problem = one('.slot', form);
  const box = one('.progress', form);
  const bar = one('progress', form);
  const words = one('[data-progress]', form);
  const again = one('[data-again]', form);
  let current = 0;

  const ask = (path, method, headers, body) =>
    fetch(path, { method, body, headers: { 'x-csrf': form.elements.csrf.value, ...headers } }).then(judged);

  const tell = (text) => {
    problem.textContent = text;
    problem.classList.toggle('bad', Boolean(text));
    fields.forEach((field) => field.toggleAttribute('aria-invalid', Boolean(text)));
    say(text);
  };

  const progress = (text, share) => {
    box.hidden = !text;
    if (words.textContent !== text) say(text);
    words.textContent = text;
    if (share !== undefined) bar.value = share * 100;
  };

  function show(path) {
    progress('');
    say(sent);
    // By its address: a page that answered a form would send that form again.
    if ('reloads' in form.dataset) return location.replace(location.pathname + location.search);
    const image = one('.picture img', form);
    image.src = path;
    image.parentElement.hidden = false;
    fields.forEach((field) => { field.value = ''; });
    return form.dispatchEvent(new CustomEvent('uploaded', { bubbles: true }));
  }

  // One try from wherever the server stands; answers where the picture is once all of it is there.
  async function go(file, state, isCurrent) {
    if (!state.path) {
      const headers = { 'upload-length': String(file.size), 'upload-slot': slot };
      state.path = (await ask(form.action, 'POST', headers)).headers.get('location');
    } else {
      const response = await ask(state.path, 'HEAD', {});
      if (isComplete(response)) return;
      state.offset = offsetOf(response);
    }
    for (;;) {
      const end = Math.min(state.offset + PIECE_BYTES, file.size);
      progress(end === file.size ? checking : sending, state.offset / file.size);
      const headers = { 'upload-offset': String(state.offset), 'content-type': 'application/offset+octet-stream' };
      const response = await ask(state.path, 'PATCH', headers, file.slice(state.offset, end));
      if (!isCurrent()) return;
      state.failures = 0;
      if (isComplete(response)) return;
      state.offset = offsetOf(response);
      progress(sending, state.offset / file.size);
    }
  }

  async function send(file) {
    const turn = ++current;
    const isCurrent = () => turn === current;
    tell('');
    if (file.size > Number(bytesMax)) return tell(tooLarge);
    const state = { path: '', offset: 0, failures: 0 };
    while (isCurrent()) {
      try {
        await go(file, state, isCurrent);
        return isCurrent() && show(state.path);
      } catch (fault) {
        if (!isCurrent()) return undefined;
        if (fault instanceof Refused || fault instanceof Lost) {
          progress('');
          tell(fault instanceof Refused ? fault.message : lost);
          return last.focus();
        }
        progress(waiting);
        await pause(WAITS_S[state.failures++], again);
      }
    }
    return undefined;
  }

  for (const field of fields) {
    field.addEventListener('change', () => {
      if (!field.files.length) return;
      fields.filter((other) => other !== field).forEach((other) => { other.value = ''; });
      send(field.files[0]);
    });
  }
  for (const button of all('[data-without-script]', form)) button.hidden = true;
}

export const uploads = () => all('[data-upload]').forEach(upload);
