// Accounts that begin with a phone number, and numbers that two accounts want.

import assert from 'node:assert/strict';
import {
  PASSWORD, bindPhone, button, chooseCountry, enterCode, openAccount, problem, proveEmail, sendCodeTo, sent,
  signIn,
} from './journeys.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const NUMBER = '+447400120001';
let owner;

test('an account is opened with a national number, and has SMS on from the start', async () => {
  owner = await here.browser();
  await owner.goto('/signup');
  await owner.locator('#identifier').fill('07400 120001');
  await owner.locator('#password').click();
  // A number without a country shows where to choose it.
  await chooseCountry(owner, 'gb', 'United Kingdom +44');
  await owner.locator('#password').fill(PASSWORD);
  await button(owner, 'Continue').click();
  await owner.waitForURL('**/signup/code');
  await owner.getByText('we sent to +44 7400 120001').waitFor();
  await enterCode(owner, await here.textedCode(NUMBER));
  await owner.waitForURL('**/security?notice=welcome');
  await owner.goto('/security/sms');
  assert.equal(await owner.locator('p.state.figure').textContent(), 'Active');
  // The only second factor cannot be switched off (product.md A).
  await owner.locator('[data-problem="4001"]').waitFor();
  assert.equal(await button(owner, 'Switch off').count(), 0);
});

test('another browser signs in with the number and is asked for the code by text', async () => {
  const other = await here.browser();
  await signIn(other, '+44 7400 120001');
  await other.waitForURL('**/signin/code');
  assert.match(await other.locator('#code-hint').textContent(), /01\b/);
  await other.getByText("Didn't get a code?").click();
  await other.getByRole('link', { name: 'Phone unavailable?' }).click();
  await other.getByText('Your account has no other way to get a code.').waitFor();
  await other.goBack();
  await enterCode(other, await here.textedCode(NUMBER, 2));
  await other.waitForURL('**/security');
});

test('a sign-up with a number that has an account learns it only from the code', async () => {
  const stranger = await here.browser();
  await stranger.goto('/signup');
  await stranger.locator('#identifier').fill('+447400120001');
  await stranger.locator('#password').fill(PASSWORD);
  await button(stranger, 'Continue').click();
  await stranger.waitForURL('**/signup/code');
  const answer = await (async () => {
    const code = await here.textedCode(NUMBER, 3);
    await stranger.locator('#code').pressSequentially(code);
    return sent(stranger, () => button(stranger, 'Continue').click());
  })();
  assert.equal(answer.status(), 409);
  await stranger.getByRole('heading', { name: 'You already have an account' }).waitFor();
});

test('a number of another account is refused only after its code, and stays where it was', async () => {
  const taken = '+447400120002';
  const keeper = await here.browser();
  await openAccount(here, keeper, 'keeper@people.example');
  await bindPhone(here, keeper, 'keeper@people.example', taken);

  const late = await here.browser();
  await openAccount(here, late, 'late@people.example');
  await proveEmail(here, late, 'late@people.example', 2);
  await sendCodeTo(late, taken);
  await enterCode(late, await here.textedCode(taken, 2));
  assert.equal(await problem(late, 'number').textContent(),
    'This number is set for another account. Use another number, or remove it there first.');

  await keeper.goto('/security/phone');
  await keeper.getByText('+44 7400 120002').waitFor();
  await late.goto('/security/phone');
  await late.getByText('No phone set').waitFor();
  // It goes on from here: another number is taken without proving the email again.
  await late.goto('/security/phone/number');
  await sendCodeTo(late, '+447400120003');
  await enterCode(late, await here.textedCode('+447400120003'));
  await late.waitForURL('**/security/phone/done');
});

test('the holder is told of a number that is theirs already', async () => {
  const keeper = await here.browser();
  await keeper.goto('/signin');
  await owner.goto('/security/phone');
  await owner.getByText('+44 7400 120001').waitFor();
  assert.equal(await owner.getByRole('link', { name: 'Set a phone' }).count(), 0);
});
