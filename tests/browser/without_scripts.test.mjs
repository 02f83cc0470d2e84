// The same pages with scripts switched off: plain forms and redirects carry everything.

import assert from 'node:assert/strict';
import { PASSWORD, button, enterCode, openAccount, problem, sent, signIn } from './journeys.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const EMAIL = 'plain@people.example';
const NUMBER = '+447400130001';
let page;

test('an account is opened, signed out of and signed in to again', async () => {
  page = await here.browser({ javaScriptEnabled: false });
  await openAccount(here, page, EMAIL);
  await button(page, 'Sign out').click();
  await page.waitForURL('**/signin?notice=signed-out');
  await signIn(page, EMAIL);
  await page.waitForURL('**/security');
});

test('a phone is set with the plain list of countries', async () => {
  await page.getByRole('link', { name: 'Set a phone', exact: true }).click();
  await page.getByRole('link', { name: 'Set a phone', exact: true }).click();
  await button(page, `Email to ${EMAIL}`).click();
  await page.waitForURL('**/prove/code');
  const code = await here.mailedCode(EMAIL, 2);
  // Spaces and full-width digits reach the server as they were typed.
  const wide = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
  await enterCode(page, `${wide.slice(0, 3)} ${wide.slice(3)}`);
  await page.waitForURL('**/security/phone/number');
  await page.locator('#number').fill('07400 130001');
  await sent(page, () => button(page, 'Continue').click());
  assert.equal(await problem(page, 'region').getAttribute('data-problem'), '1003');
  assert.equal(await page.locator('#number').inputValue(), '07400 130001', 'what was typed is kept');
  await page.locator('#region').selectOption('GB');
  await button(page, 'Continue').click();
  await page.getByText('We will text +44 7400 130001 (United Kingdom).').waitFor();
  await button(page, 'Send code').click();
  await page.waitForURL('**/security/phone/code');
});

test('a wrong code stays on the page, a new one is not sent before its time', async () => {
  const code = await here.textedCode(NUMBER);
  await enterCode(page, '12345');
  assert.equal(await problem(page, 'code').textContent(), 'The code has 6 digits. You entered 5.');
  assert.equal(await page.locator('#code').inputValue(), '12345');
  await page.getByText(/You can ask for another from \d/).waitFor();
  await sent(page, () => page.locator('form.resend button').click());
  await page.getByText(/Not yet: you can ask for a new code from \d/).waitFor();
  assert.equal((await here.texts(NUMBER)).length, 1);
  await enterCode(page, code);
  await page.waitForURL('**/security/phone/done');
});

test('SMS is switched on, and a browser without scripts is asked for its code', async () => {
  await page.goto('/security/sms');
  await page.locator('#password').fill(PASSWORD);
  await button(page, 'Switch on').click();
  await page.waitForURL('**/security/sms?notice=sms-on');
  const other = await here.browser({ javaScriptEnabled: false });
  await signIn(other, EMAIL);
  await other.waitForURL('**/signin/code');
  await enterCode(other, await here.textedCode(NUMBER, 2));
  await other.waitForURL('**/security');
  await other.goto('/security/devices');
  await button(other, 'Sign out all others').click();
  await other.waitForURL('**/security/devices?notice=others-ended');
  await page.reload();
  await page.waitForURL('**/signin?notice=ended');
});

test('language and theme are chosen by a plain form and stay', async () => {
  await page.locator('select[name="language"]').selectOption('de');
  await page.locator('select[name="theme"]').selectOption('dark');
  await button(page, 'Save').click();
  await page.goto('/signup');
  assert.deepEqual(await page.locator('html').evaluateAll(
    ([html]) => [html.lang, html.dataset.theme, getComputedStyle(html).colorScheme],
  ), ['de', 'dark', 'dark']);
});
