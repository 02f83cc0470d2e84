// The main job, as a person does it: an account by email, a phone bound over the simulated carriers, SMS
// switched on, a second browser that is asked for the code, and the first one signed out from there.

import assert from 'node:assert/strict';
import {
  PASSWORD, button, chooseCountry, codeField, enterCode, problem, sent, signIn, signUp,
} from './journeys.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const EMAIL = 'ann@people.example';
const NUMBER = '+447400123456';
let first;
let second;

test('an account is opened with an email address, its code pasted with the line it came in', async () => {
  first = await here.browser({ permissions: ['clipboard-read', 'clipboard-write'] });
  await signUp(first, EMAIL);
  const code = await here.mailedCode(EMAIL);
  const [mail] = await here.mail(EMAIL);
  await first.evaluate((text) => navigator.clipboard.writeText(text), mail.text);
  assert.equal(await codeField(first).evaluate((field) => field === document.activeElement), true);
  const answer = await sent(first, () => codeField(first).press('Control+V'));
  assert.match(answer.request().postData(), new RegExp(`(^|&)code=${code}(&|$)`));
  await first.waitForURL('**/security?notice=welcome');
  await first.getByRole('heading', { name: 'Security Center' }).waitFor();
});

test('the phone is set: prove the email, choose the country, see the number in full', async () => {
  await first.getByRole('link', { name: 'Set a phone', exact: true }).click();
  await first.getByRole('link', { name: 'Set a phone' }).click();
  await button(first, `Email to ${EMAIL}`).click();
  await first.waitForURL('**/security/phone/prove/code');
  const code = await here.mailedCode(EMAIL, 2);
  await enterCode(first, `${code.slice(0, 3)} ${code.slice(3)}`);
  await first.waitForURL('**/security/phone/number');
  await chooseCountry(first, 'united k', 'United Kingdom +44');
  await first.locator('#number').pressSequentially('07400 123456');
  await button(first, 'Continue').click();
  await first.waitForURL('**/security/phone/confirm');
  await first.getByText('We will text +44 7400 123456 (United Kingdom).').waitFor();
  assert.deepEqual(await here.texts(NUMBER), [], 'nothing is sent before it is confirmed');
});

test('the code is read on the handset page, copied there and pasted here', async () => {
  const handset = await first.context().newPage();
  await handset.goto(here.demo.handsets_url);
  await handset.getByText('No message has arrived yet.').waitFor();
  await button(first, 'Send code').click();
  await first.waitForURL('**/security/phone/code');
  // The page was open before: the message comes in by itself.
  await handset.getByRole('link', { name: NUMBER }).click();
  await handset.getByRole('button', { name: /^Copy code \d{6}$/ }).click();
  await button(handset, 'Copied').waitFor();
  const [message] = await here.texts(NUMBER);
  assert.equal(message.from, 'Acme');
  assert.equal(await handset.locator('p.text').textContent(), message.text);
  await first.bringToFront();
  await sent(first, () => codeField(first).press('Control+V'));
  await first.waitForURL('**/security/phone/done');
  await first.getByText('+44 7400 123456 is active.').waitFor();
});

test('SMS authentication asks for the password again and is active at once', async () => {
  await first.getByRole('link', { name: 'Next: switch SMS authentication on' }).click();
  await first.locator('#password').fill('not the password');
  await sent(first, () => button(first, 'Switch on').click());
  assert.equal(await problem(first, 'password').textContent(), "That password doesn't match. Try again.");
  await first.locator('#password').fill(PASSWORD);
  await button(first, 'Switch on').click();
  await first.waitForURL('**/security/sms?notice=sms-on');
  assert.equal(await first.locator('p.state.figure').textContent(), 'Active');
  await button(first, 'Sign out').click();
  await first.waitForURL('**/signin?notice=signed-out');
});

test('a second browser is asked for the code by text, the first one is known', async () => {
  second = await here.browser();
  await signIn(second, EMAIL);
  await second.waitForURL('**/signin/code');
  const hint = await second.locator('#code-hint').textContent();
  assert.match(hint, /56\b/, 'the last two digits are shown');
  assert.doesNotMatch(hint, /123456|7400/, 'and no more of the number');
  await enterCode(second, await here.textedCode(NUMBER, 2));
  await second.waitForURL('**/security');
  await signIn(first, EMAIL);
  await first.waitForURL('**/security');
  const codes = (await here.texts(NUMBER)).filter(({ text }) => /\d{6}/.test(text));
  assert.equal(codes.length, 2, 'no code for the browser that was known');
});

test('the activity tells what was done, in words and without the number', async () => {
  await second.goto('/security/activity');
  const told = (await second.locator('.events .what').allTextContents()).join('\n');
  for (const sentence of ['The account was opened.', 'Signed in from a new browser.',
    'SMS authentication was switched on.', 'Signed out.', 'A code was sent to']) {
    assert.ok(told.includes(sentence), `${sentence}\n${told}`);
  }
  assert.match(told, /The phone .*56.* was set\./);
  assert.doesNotMatch(told, /7400 ?123456/);
});

test('devices: two sessions, and signing out all others ends the open page of the first', async () => {
  await first.clock.install();
  await first.goto('/security/devices');
  const sessions = first.locator('section[aria-labelledby="sessions-title"] li');
  assert.equal(await sessions.count(), 2);
  assert.equal(await sessions.filter({ hasText: 'This device' }).count(), 1);
  await second.goto('/security/devices');
  await button(second, 'Sign out all others').click();
  await second.waitForURL('**/security/devices?notice=others-ended');
  await second.getByText('You are signed in nowhere else.').waitFor();
  // Five seconds of the first page's own clock.
  await first.clock.fastForward(5_000);
  await first.waitForURL('**/signin?notice=ended');
  await first.getByText('Your session has ended. Please sign in again.').waitFor();
  await second.goto('/security/activity');
  await second.getByText('All other sessions were signed out.').waitFor();
});
