// Every page that a holder meets, on a narrow phone in the dark and on a desktop in the light: axe finds
// nothing serious, nothing runs off the side, targets are large enough. `world` itself sees that no page asks
// another host, breaks its own policy or complains.

import assert from 'node:assert/strict';
import {
  bindPhone, button, enterCode, enterNumber, openAccount, proveEmail, sent, signIn, signInHolder, signUp,
  switchSmsOn,
} from './journeys.mjs';
import { looks } from './looks.mjs';
import { steps, world, wrongCode } from './support.mjs';

const here = world();
const test = steps();
const { look, seen, watched } = looks(here);

test('signing up', async () => {
  const page = await watched();
  await page.goto('/signup');
  await look(page, 'sign-up');
  await page.locator('#identifier').fill('07400 180001');
  await sent(page, () => button(page, 'Continue').click());
  await look(page, 'sign-up-problems');
  await signUp(page, 'looks@people.example');
  await look(page, 'sign-up-code');
  await enterCode(page, '12');
  await look(page, 'sign-up-code-problem');
  await page.goto('/no/such/page');
  await look(page, 'not-found');
});

test('an account without a phone, and binding one', async () => {
  const page = await watched();
  await openAccount(here, page, 'quite.a.long.name.that.goes.on@department.of.people.example');
  await look(page, 'overview-welcome');
  for (const [name, path] of [['phone-none', '/security/phone'], ['sms-no-phone', '/security/sms'],
    ['devices-one', '/security/devices'], ['prove', '/security/phone/prove']]) {
    await page.goto(path);
    await look(page, name);
  }
  await proveEmail(here, page, 'quite.a.long.name.that.goes.on@department.of.people.example', 2);
  await look(page, 'number');
  await page.getByRole('combobox', { name: 'Country or territory' }).fill('united');
  await look(page, 'number-picking');
  await page.keyboard.press('Escape');
  await enterNumber(page, '+44 20 7031 3000');
  await look(page, 'number-landline');
  await enterNumber(page, '+44 7400 180001');
  await look(page, 'confirm');
  await button(page, 'Send code').click();
  await page.waitForURL('**/security/phone/code');
  await look(page, 'activate');
  const code = await here.textedCode('+447400180001');
  for (const step of [1, 2, 3]) await enterCode(page, wrongCode(code, step));
  await page.getByText("Didn't get a code?").click();
  await look(page, 'activate-wrong');
  await enterCode(page, code);
  await page.waitForURL('**/security/phone/done');
  await look(page, 'done');
});

test('SMS, devices and activity of an account in use', async () => {
  const page = await watched();
  const email = 'used@people.example';
  await openAccount(here, page, email);
  await bindPhone(here, page, email, '+447400180002');
  await page.goto('/security/sms');
  await look(page, 'sms-off');
  await page.locator('#password').fill('wrong');
  await sent(page, () => button(page, 'Switch on').click());
  await look(page, 'sms-password-wrong');
  await switchSmsOn(page);
  await look(page, 'sms-on');

  const other = await watched();
  await signIn(other, email, 'wrong, all of it');
  await look(other, 'sign-in-refused');
  await signIn(other, email);
  await other.waitForURL('**/signin/code');
  await look(other, 'sign-in-code');
  await other.goto('/signin/method');
  await look(other, 'method');
  await other.goto('/signin/phone-unavailable');
  await look(other, 'phone-unavailable');
  await other.goto('/signin/code');
  const code = await here.textedCode('+447400180002', 2);
  for (const step of [1, 2, 3, 4, 5]) await enterCode(other, wrongCode(code, step));
  await look(other, 'sign-in-locked');

  for (const [name, path] of [['overview', '/security'], ['phone', '/security/phone'],
    ['devices', '/security/devices'], ['activity', '/security/activity'],
    ['activity-changes', '/security/activity?kind=changes']]) {
    await page.goto(path);
    await look(page, name);
  }
  await button(page, 'Sign out').click();
  await page.waitForURL('**/signin?notice=signed-out');
  await look(page, 'sign-in-notice');
});

test('German and its long words fit as well', async () => {
  const page = await watched();
  await signInHolder(here, page);
  await page.locator('select[name=language]').selectOption('de');
  await sent(page, () => button(page, 'Save').click());
  for (const [name, path] of [['de-overview', '/security'], ['de-phone', '/security/phone'],
    ['de-sms', '/security/sms'], ['de-devices', '/security/devices'],
    ['de-activity', '/security/activity']]) {
    await page.goto(path);
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    await look(page, name);
  }
});

test('the pages of the simulated network and of the API', async () => {
  const page = await watched();
  await page.goto(here.demo.handsets_url);
  await look(page, 'handsets');
  await page.goto(`${here.demo.handsets_url}/?to=%2B447400180001`);
  await look(page, 'handset');
  await page.goto(`${here.demo.handsets_url}/operators`);
  await look(page, 'operators');
  await page.goto(here.demo.mailbox_url);
  await look(page, 'mailbox');
  for (const [name, path] of [['docs', '/docs'], ['reference', '/docs/api'], ['errors', '/docs/errors']]) {
    await page.goto(path);
    await look(page, name);
  }
  await page.goto('/docs/api');
  const spacing = await page.locator('pre')
    .evaluateAll((samples) => samples.map((sample) => getComputedStyle(sample).letterSpacing));
  assert.deepEqual([...new Set(spacing)], ['normal'], 'samples are not drawn like the field for a code');
  assert.ok(seen.size > 30, 'every page was looked at');
});

test('a page weighs less than 100 KB with all that it loads, on the wire', async () => {
  const page = await here.browser();
  const weights = [];
  page.on('response', async (response) => weights.push(response.request().sizes()));
  for (const path of ['/signin', '/signup']) {
    weights.length = 0;
    await page.goto(path, { waitUntil: 'networkidle' });
    const sizes = await Promise.all(weights);
    const total = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
    assert.ok(total > 0 && total < 100 * 1024, `${path}: ${total} bytes`);
  }
});
