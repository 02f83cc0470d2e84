// Counts a text message while an operator writes it: the same text, alphabet and segments that the server finds when
// it is asked (core/src/template.rs, 3GPP TS 23.038 and 23.040). What may be kept is decided there alone.

const BASIC = '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§'
  + '¿abcdefghijklmnopqrstuvwxyzäöñüà';
const ESCAPED = '\f^{}\\[~]|€';
const APP_BYTES_MAX = 140;

const septets = (character) => (BASIC.includes(character) ? 1 : ESCAPED.includes(character) ? 2 : 0);

// Alphabet, units and messages of a text; neither an escape nor a surrogate pair is cut.
export function measure(text) {
  const characters = [...text];
  const outside = [...new Set(characters.filter((character) => !septets(character)))];
  const gsm = !outside.length;
  const [single, part] = gsm ? [160, 153] : [70, 67];
  const each = characters.map((character) => (gsm ? septets(character) : character.length));
  const units = each.reduce((sum, one) => sum + one, 0);
  let [segments, room] = [1, part];
  for (const one of each) {
    if (one > room) [segments, room] = [segments + 1, part];
    room -= one;
  }
  return { gsm, units, single, outside, segments: units <= single ? 1 : segments };
}

// The text with its values; null while it cannot be read.
export function written(body, values) {
  let text = '';
  let closing = '';
  const source = body.trim();
  if (!source || /[{}]/.test(source.replace(/\{[a-z]+\}/g, ''))) return null;
  for (const [, words, place] of source.matchAll(/([^{]*)(?:\{([a-z]+)\})?/g)) {
    text += closing && words.startsWith(closing) ? words.slice(1) : words;
    if (words) closing = '';
    if (!place) continue;
    const value = values[place];
    if (value === undefined) return null;
    if (value) {
      text += value;
      continue;
    }
    // What is absent leaves no trace: neither its brackets nor the space before.
    closing = { '(': ')', '[': ']' }[text.slice(-1)] || '';
    text = (closing ? text.slice(0, -1) : text).trimEnd();
  }
  text = text.trim();
  if (values.words && !source.includes('{words}')) text += ` (${values.words})`;
  return source.includes('{warning}') ? text : `${text} ${values.warning}`;
}

// With the lines below it: the one for the app only where Android would hand the text over.
export function whole(text, appLine, originLine) {
  const told = text + appLine + originLine;
  const fits = new TextEncoder().encode(told).length <= APP_BYTES_MAX && measure(told).segments === 1;
  return appLine && fits ? told : text + originLine;
}

export function live(form, page = document) {
  const card = page.querySelector('[data-count]');
  const part = (name) => card.querySelector(`[data-count-${name}]`);
  const { appLine, originLine } = form.dataset;
  const values = JSON.parse(form.dataset.values);
  const field = form.elements.body;
  const count = () => {
    const text = written(field.value, values);
    card.hidden = text === null;
    if (text === null) return;
    const sent = whole(text, appLine, originLine);
    const { gsm, units, single, outside, segments } = measure(sent);
    part('text').textContent = sent;
    part('gsm').hidden = !gsm;
    part('ucs2').hidden = gsm;
    part('units').textContent = `${units} / ${single}`;
    part('segments').textContent = segments;
    part('outside').hidden = gsm;
    part('characters').textContent = outside.join(' ');
    part('split').hidden = segments < 2;
    part('app').hidden = !appLine || sent.includes(appLine);
  };
  field.addEventListener('input', count);
  count();
}
