// The steps that several tests take on their way to what they are about: signing up, signing in, binding.
// Each goes through the pages as a person would and ends where the person would.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { until } from './support.mjs';

export const PASSWORD = 'a lantern over quiet water';

export const field = (page, name) => page.getByRole('textbox', { name });
export const codeField = (page) => page.locator('#code');
export const button = (page, name) => page.getByRole('button', { name, exact: true });

/** Types into the code field and sends it by its button; waits for the answer. */
export async function enterCode(page, code) {
  await codeField(page).fill('');
  await codeField(page).pressSequentially(code);
  await sent(page, () => page.locator('form[data-code] button.main').click());
}

/** Does something that posts a form, and waits for the page that comes of it. */
export async function sent(page, act) {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await act();
  const answer = await answered;
  await page.waitForLoadState('load');
  return answer;
}

export async function signUp(page, identifier) {
  await page.goto('/signup');
  await page.locator('#identifier').fill(identifier);
  await page.locator('#password').fill(PASSWORD);
  await button(page, 'Continue').click();
  await page.waitForURL('**/signup/code');
}

/** An account by email, signed in. */
export async function openAccount(here, page, email) {
  await signUp(page, email);
  await enterCode(page, await here.mailedCode(email));
  await page.waitForURL('**/security?notice=welcome');
}

export async function signIn(page, identifier, password = PASSWORD) {
  await page.goto('/signin');
  await page.locator('#identifier').fill(identifier);
  await page.locator('#password').fill(password);
  await sent(page, () => button(page, 'Sign in').click());
}

/** The demo's own holder, signed in from a browser that it has not used. */
export async function signInHolder(here, page) {
  const { email, password } = here.demo.holder;
  const before = (await here.mail(email)).length;
  await signIn(page, email, password);
  await page.waitForURL('**/signin/code');
  await enterCode(page, await here.mailedCode(email, before + 1));
  await page.waitForURL('**/security');
}

const STEP_MS = 30_000;
const stepsUsed = new Map();

/** The code of one step of an authenticator app (RFC 6238: SHA-1, six digits). */
export function appCode(secret, step) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', key).update(counter).digest();
  const word = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, '0');
}

/** A code that an app would show about now and that was not used before. The step before counts as well, so two sign-ins
 * need not wait for each other; of a third one within the half minute the next step is waited for. */
export async function freshCode(secret) {
  return until('a code that was not used yet', () => {
    const now = Date.now();
    const step = Math.floor(now / STEP_MS);
    // Near its end, the step before would be too old once it arrives.
    const earliest = now % STEP_MS > STEP_MS - 8_000 ? step : step - 1;
    const next = Math.max(earliest, (stepsUsed.get(secret) ?? 0) + 1);
    if (next > step) return undefined;
    stepsUsed.set(secret, next);
    return appCode(secret, next);
  }, 2 * STEP_MS);
}

/** Types into the field of an app's code and sends it by its button; waits for the answer. */
export async function enterAppCode(page, code) {
  await page.locator('#totp').fill('');
  await page.locator('#totp').pressSequentially(code);
  await sent(page, () => page.locator('form[data-code] button.main').click());
}

/** One of the demo's operators, signed in to the console from a browser that has not been used. */
export async function signInOperator(here, page, which = 0) {
  const { email, password, totp_secret: secret } = here.demo.operators[which];
  await page.goto('/console/signin');
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await sent(page, () => button(page, 'Continue').click());
  await page.waitForURL('**/console/signin/step');
  await enterAppCode(page, await freshCode(secret));
  await page.waitForURL((url) => /^\/console(?!\/signin)/.test(url.pathname));
}

/** On the page that asks an operator of the demo for their password and a code before an act is done: does it. */
export async function proveOperator(here, page, which = 0) {
  const { password, totp_secret: secret } = here.demo.operators[which];
  await page.waitForURL('**/console/staff/confirm');
  await page.locator('#password').fill(password);
  await page.locator('#totp').fill(await freshCode(secret));
  return sent(page, () => button(page, 'Confirm and do it').click());
}

/** Steps one and two of binding: ends on the page that asks for the number. */
export async function proveEmail(here, page, email, count) {
  await page.goto('/security/phone/prove');
  await button(page, `Email to ${email}`).click();
  await page.waitForURL('**/prove/code');
  await enterCode(page, await here.mailedCode(email, count));
  await page.waitForURL('**/security/phone/number');
}

/** Chooses a country by typing, and checks that it is the one. */
export async function chooseCountry(page, query, chosen) {
  const picker = page.getByRole('combobox', { name: 'Country or territory' });
  await picker.click();
  await picker.fill(query);
  await picker.press('Enter');
  assert.equal(await picker.inputValue(), chosen);
}

/** Types a number and continues; the answer is the confirm page or a refusal. */
export async function enterNumber(page, number) {
  await page.locator('#number').fill(number);
  return sent(page, () => button(page, 'Continue').click());
}

/** From the page that asks for the number to the one that asks for its code. */
export async function sendCodeTo(page, number) {
  await enterNumber(page, number);
  await page.waitForURL('**/security/phone/confirm');
  await button(page, 'Send code').click();
  await page.waitForURL('**/security/phone/code');
}

/** All of binding, for an account that has been sent `mails` codes by email. */
export async function bindPhone(here, page, email, number, mails = 1) {
  await proveEmail(here, page, email, mails + 1);
  await sendCodeTo(page, number);
  await enterCode(page, await here.textedCode(number));
  await page.waitForURL('**/security/phone/done');
}

export async function switchSmsOn(page) {
  await page.goto('/security/sms');
  await page.locator('#password').fill(PASSWORD);
  await button(page, 'Switch on').click();
  await page.waitForURL('**/security/sms?notice=sms-on');
}

/** The number of the sentence shown for a field, as in its `data-problem`. */
export const problem = (page, id) => page.locator(`#${id}-problem [data-problem]`);
