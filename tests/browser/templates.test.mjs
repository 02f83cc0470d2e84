// The count that runs while an operator writes, without a browser: its alphabet against the table that perl's Encode
// wrote, its cuts by the numbers of 3GPP TS 23.040, its text by the rules of core/src/template.rs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path) => readFileSync(new URL(`../../crates/${path}`, import.meta.url), 'utf8');
// As text: without a package that says so, older versions of Node.js take no .js file for a module.
const script = `data:text/javascript,${encodeURIComponent(read('server/static/templates.js'))}`;
const { measure, whole, written } = await import(script);

const rows = read('smpp/tests/fixtures/gsm0338.txt').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(' '));

test('every character of the GSM alphabet counts as in the standard, and no other is in it', () => {
  assert.equal(rows.length, 137);
  const known = new Map(rows.map(([septets, point]) => [parseInt(point, 16), septets.length / 2]));
  for (let point = 1; point < 0x2500; point += 1) {
    const { gsm, units } = measure(String.fromCodePoint(point));
    assert.equal(gsm, known.has(point), point.toString(16));
    if (gsm) assert.equal(units, known.get(point), point.toString(16));
  }
});

test('messages are cut where routes cut them', () => {
  const cases = [
    ['a'.repeat(160), 160, 1], ['a'.repeat(161), 161, 2], ['a'.repeat(306), 306, 2], ['a'.repeat(307), 307, 3],
    ['€'.repeat(80), 160, 1], [`a${'€'.repeat(80)}`, 161, 2],
    // An escape that would be cut goes to the next message: 152 and not 153.
    [`${'a'.repeat(152)}${'€'.repeat(77)}`, 306, 3],
    ['я'.repeat(70), 70, 1], ['я'.repeat(71), 71, 2], ['я'.repeat(134), 134, 2], ['я'.repeat(135), 135, 3],
    ['🙂'.repeat(35), 70, 1], ['🙂'.repeat(36), 72, 2], ['🙂'.repeat(67), 134, 3],
  ];
  for (const [text, units, segments] of cases) {
    const found = measure(text);
    assert.deepEqual([found.units, found.segments], [units, segments], text.slice(0, 3));
  }
  assert.deepEqual(measure('“a” ’').outside, ['“', '”', '’']);
});

const values = {
  code: '482913', brand: 'Acme', purpose: 'to sign in', words: 'ocean tiger', minutes: '2', warning: 'Tell nobody.',
};
const none = { ...values, words: '' };

test('a text is written as the server writes it', () => {
  assert.equal(written(' {code} for {brand}. ', values), '482913 for Acme. (ocean tiger) Tell nobody.');
  assert.equal(written('{warning} {code} ({words})', values), 'Tell nobody. 482913 (ocean tiger)');
  assert.equal(written('{code} ({words}). {warning}', none), '482913. Tell nobody.');
  assert.equal(written('{code} [{words}]! {warning}', none), '482913! Tell nobody.');
  assert.equal(written('({words}) {code} {warning}', none), '482913 Tell nobody.');
  for (const unreadable of ['', ' ', '{code', 'code}', '{{code}}', '{Code}', '{amount}', '{}']) {
    assert.equal(written(unreadable, values), null, unreadable);
  }
});

test('the line for the app stands above the last one, where the text is short enough', () => {
  const [app, origin] = ['\nFA+9qCX9VSu', '\n@acme.example #482913'];
  assert.equal(whole('hi', app, origin), `hi${app}${origin}`);
  const room = 140 - app.length - origin.length;
  assert.equal(whole('a'.repeat(room), app, origin), 'a'.repeat(room) + app + origin);
  assert.equal(whole('a'.repeat(room + 1), app, origin), 'a'.repeat(room + 1) + origin);
  assert.equal(whole('hi', '', origin), `hi${origin}`);
});
