// What people paste by mistake and attackers send on purpose: markup, template and SQL marks, forms sent
// twice, forms of another site, sessions that are gone. Nothing breaks, nothing is believed, nothing typed is
// lost.

import assert from 'node:assert/strict';
import test from 'node:test';
import {
  PASSWORD, bindPhone, button, enterCode, enterNumber, openAccount, problem, proveEmail, sendCodeTo, sent,
  signIn, signInHolder, signUp,
} from './journeys.mjs';
import { world } from './support.mjs';

const here = world();
const POISON = [
  '"><script>window.poisoned = 1</script><img src=x onerror="window.poisoned = 1">',
  '{{7*7}}${7*7}{% raw %}<%= 7*7 %>',
  "' OR 1=1 -- ; DROP TABLE accounts; --",
  '\u202eABC\u0000\u200b\r\nX-Injected: 1',
  'ü'.repeat(1_000),
];

/** The token of the page's forms. */
const token = (page) => page.locator('input[name=csrf]').first().inputValue();

/** Sends a form as a program would, with the browser's cookies. */
const post = (page, path, form, headers = {}) => page.request.post(path, { form, headers, maxRedirects: 0 });

async function staysWell(page, answer, poison) {
  assert.ok(answer.status() < 500, `${answer.status()} for ${poison.slice(0, 40)}`);
  const html = await answer.text();
  assert.ok(!html.includes('<script>window'), 'markup got into the page');
  assert.ok(!html.includes('$49') && !/[^0-9a-f]49\$/.test(html), 'a template mark was evaluated');
  assert.equal(await page.evaluate(() => window.poisoned), undefined);
  assert.equal(answer.headers()['x-injected'], undefined);
}

test('markup and code in the fields of the signed-out pages stay text', async () => {
  const page = await here.browser();
  for (const poison of POISON) {
    for (const path of ['/signup', '/signin']) {
      await page.goto(path);
      await page.locator('#identifier').fill(poison);
      await page.locator('#password').fill(poison);
      // A page cannot hold U+0000: browsers show U+FFFD for it.
      const kept = (await page.locator('#identifier').inputValue()).replaceAll('\0', '\ufffd');
      const answer = await sent(page, () => page.locator('form button.main').click());
      assert.equal(answer.status(), 422);
      await staysWell(page, answer, poison);
      const shown = await page.locator('#identifier').inputValue();
      assert.ok(shown === kept || (shown.length === 300 && kept.startsWith(shown)), 'what was typed is kept');
      const wild = { csrf: await token(page), identifier: 'a@b.example', region: poison, password: poison };
      await staysWell(page, await post(page, path, wild), poison);
    }
    const part = encodeURIComponent(poison.slice(0, 200));
    await staysWell(page, await page.goto(`/signin?notice=${part}`), poison);
    await staysWell(page, await page.goto(`/${part}`), poison);
  }
});

test('and in those of the signed-in pages', async () => {
  const page = await here.browser();
  await signInHolder(here, page);
  const csrf = await token(page);
  for (const poison of POISON) {
    for (const [path, form] of [
      ['/security/phone/prove', { method: poison }],
      ['/security/sms', { state: poison, password: poison }],
      ['/security/sms', { state: 'on', password: poison }],
      ['/security/devices/end', { session: poison }],
      ['/security/devices/forget', { device: poison }],
      ['/preferences', { language: poison, theme: poison, back: poison }],
    ].filter(([, form]) => form.password !== POISON[4])) {
      await staysWell(page, await post(page, path, { csrf, ...form }), poison);
    }
    const query = encodeURIComponent(poison.slice(0, 300));
    await staysWell(page, await page.goto(`/security/activity?kind=${query}&after=${query}`), poison);
  }
  // Nobody is sent to another host by what a form says about the way back.
  for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example']) {
    const answer = await post(page, '/preferences', { csrf, language: 'en', theme: 'dark', back });
    assert.equal(answer.headers().location, '/security');
  }
});

test('and in the code and number fields of a binding', async () => {
  const page = await here.browser();
  const email = 'poison@people.example';
  await signUp(page, email);
  for (const poison of POISON.slice(0, 3)) {
    await page.locator('#code').fill(poison);
    const answer = await sent(page, () => page.locator('form[data-code] button.main').click());
    assert.equal(answer.status(), 422);
    await staysWell(page, answer, poison);
  }
  await enterCode(page, await here.mailedCode(email));
  await page.waitForURL('**/security?notice=welcome');
  await proveEmail(here, page, email, 2);
  for (const poison of POISON) {
    const answer = await enterNumber(page, poison);
    assert.equal(answer.status(), 422);
    await staysWell(page, answer, poison);
  }
});

test('a code form sent twice has one effect', async () => {
  const page = await here.browser();
  const email = 'twice@people.example';
  await openAccount(here, page, email);
  await proveEmail(here, page, email, 2);
  await sendCodeTo(page, '+447400170001');
  const form = { csrf: await token(page), code: await here.textedCode('+447400170001') };
  const [one, two] = await Promise.all([1, 2].map(() => post(page, '/security/phone/code', form)));
  const to = [one, two].map((answer) => answer.headers().location);
  assert.ok(to.includes('/security/phone/done'), `${to}`);
  const late = await post(page, '/security/phone/code', form);
  assert.equal(late.status(), 303);
  await page.goto('/security/activity?kind=changes');
  const told = await page.locator('.events .what').allTextContents();
  assert.equal(told.filter((sentence) => /^The phone .* was set\.$/.test(sentence)).length, 1, `${told}`);
  // The same for asking for a code: pressed twice, sent once.
  const other = await here.browser();
  await openAccount(here, other, 'again@people.example');
  await proveEmail(here, other, 'again@people.example', 2);
  await enterNumber(other, '+447400170002');
  await other.waitForURL('**/security/phone/confirm');
  const csrf = await token(other);
  await Promise.all([1, 2, 3].map(() => post(other, '/security/phone/confirm', { csrf })));
  await here.textedCode('+447400170002');
  await other.goto('/security/activity?kind=codes');
  const sends = (await other.locator('.events .what').allTextContents())
    .filter((sentence) => sentence.includes('02') && sentence.startsWith('A code was sent to +'));
  assert.equal(sends.length, 1, `${sends}`);
});

test('a form of another site, or without its token, changes nothing and shows what was typed', async () => {
  const page = await here.browser();
  await page.goto('/signup');
  const csrf = await token(page);
  const stranger = await here.browser();
  await stranger.goto('/signup');
  const fields = { identifier: 'kept@people.example', password: PASSWORD };
  const forged = [
    [fields, {}],
    [{ ...fields, csrf: '' }, {}],
    [{ ...fields, csrf: csrf.slice(0, -1) }, {}],
    [{ ...fields, csrf: await token(stranger) }, {}],
    [{ ...fields, csrf }, { origin: 'https://evil.example' }],
    [{ ...fields, csrf }, { origin: 'null' }],
    [{ ...fields, csrf }, { 'sec-fetch-site': 'cross-site' }],
    [{ ...fields, csrf }, { 'sec-fetch-site': 'same-site' }],
  ];
  for (const [form, headers] of forged) {
    const answer = await post(page, '/signup', form, headers);
    assert.equal(answer.status(), 403, JSON.stringify(headers));
    const html = await answer.text();
    assert.ok(html.includes('kept@people.example'), 'what was typed is shown');
    assert.ok(!html.includes(PASSWORD), 'but never the password');
  }
  assert.deepEqual(await here.mail('kept@people.example'), []);
  assert.equal((await post(page, '/signup', { ...fields, csrf })).status(), 303, 'the right one is taken');
});

test('a session that ends in the middle of binding leads to sign-in, and nothing is broken', async () => {
  const page = await here.browser();
  const email = 'midway@people.example';
  await openAccount(here, page, email);
  await proveEmail(here, page, email, 2);
  await page.context().clearCookies({ name: 'cs_session' });
  const answer = await enterNumber(page, '+447400170003');
  assert.ok([401, 403].includes(answer.status()), `${answer.status()}`);
  await page.getByText('+447400170003').waitFor();
  await page.goto('/security/phone/number');
  await page.waitForURL('**/signin');
  await signIn(page, email);
  await page.waitForURL('**/security');
  await page.getByText('No phone set', { exact: true }).waitFor();
  assert.deepEqual(await here.texts('+447400170003'), []);
});

test('a session cookie that nobody was given is no session', async () => {
  const page = await here.browser();
  for (const value of ['0'.repeat(64), 'x', '%00', `${'a'.repeat(4_000)}`]) {
    await page.context().addCookies([{ name: 'cs_session', value, url: here.base }]);
    await page.goto('/security/phone');
    assert.equal(new URL(page.url()).pathname, '/signin');
  }
});

test('an unknown account and a wrong password give the same page to the byte', async () => {
  const page = await here.browser();
  const look = async (identifier) => {
    await page.goto('/signin');
    const form = { csrf: await token(page), identifier, password: 'not the password at all' };
    const answer = await post(page, '/signin', form);
    const { 'x-request-id': id, date, 'content-length': length, ...headers } = answer.headers();
    const html = (await answer.text()).replaceAll(identifier, 'WHO').replace(/data-now="\d+"/, '');
    return { status: answer.status(), headers, html };
  };
  const known = await look(here.demo.holder.email);
  assert.equal(known.status, 422);
  assert.ok(known.html.includes('These details don&#39;t match an account.'), known.html);
  assert.deepEqual(await look('nobody@acme.example'), known);
  assert.deepEqual(await look('+447400170009'), known);
});

test('bodies that are too large, of another kind or broken get a clear answer', async () => {
  const page = await here.browser();
  await page.goto('/signin');
  const request = (options) => page.request.post('/signin', { maxRedirects: 0, ...options });
  const kind = { 'content-type': 'application/x-www-form-urlencoded' };
  const huge = `identifier=${'a'.repeat(10_000_000)}`;
  const large = await request({ headers: kind, data: huge });
  assert.equal(large.status(), 413);
  assert.equal((await request({ headers: kind, data: 'identifier=%ff%fe' })).status(), 400);
  const json = { 'content-type': 'application/json' };
  assert.equal((await request({ headers: json, data: '{}' })).status(), 400);
  assert.equal((await request({ multipart: { identifier: 'a@b.example' } })).status(), 400);
});

test('a code page answers as an expired step when its journey is gone', async () => {
  const page = await here.browser();
  await openAccount(here, page, 'gone@people.example');
  await bindPhone(here, page, 'gone@people.example', '+447400170004');
  for (const path of ['/security/phone/code', '/security/phone/confirm', '/security/phone/number',
    '/security/phone/prove', '/signin/code', '/signup/code', '/signin/method']) {
    const answer = await page.goto(path);
    assert.equal(answer.status(), 200, path);
  }
  await page.goto('/security/phone');
  await page.getByText('+44 7400 170004').waitFor();
  assert.equal(await problem(page, 'number').count(), 0);
  assert.equal(await button(page, 'Sign out').count(), 1);
});
