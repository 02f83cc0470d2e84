// A forgotten password: by the mailbox where there is nothing else, by everything that guards the account where there is,
// and nothing learned by whoever names somebody else's address. Without a script first.

import assert from 'node:assert/strict';
import { confirmByCode } from './confirmations.mjs';
import { PASSWORD, bindPhone, button, enterCode, openAccount, problem, sent, signIn } from './journeys.mjs';
import { steps, until, world } from './support.mjs';

const here = world();
const test = steps();
const EMAIL = 'forgetful@people.example';
const NUMBER = '+447400170001';
const FIRST = 'a lantern over the quay';
const SECOND = 'seven herons at low tide';
let page;

/** From the sign-in page to the code page of a forgotten password. */
async function forget(browser, identifier) {
  await browser.goto('/signin');
  await browser.getByRole('link', { name: 'Forgot your password?' }).click();
  await browser.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await browser.locator('#identifier').fill(identifier);
  await button(browser, 'Send code').click();
  await browser.waitForURL('**/signin/forgotten/code');
}

/** Chooses, and signs in with it as far as the second step. */
async function choose(browser, password) {
  await browser.waitForURL('**/signin/forgotten/new');
  await browser.locator('#password').fill('short');
  await sent(browser, () => browser.locator('button.main').click());
  assert.equal(await problem(browser, 'password').count(), 1);
  await browser.locator('#password').fill(password);
  await browser.locator('button.main').click();
  await browser.waitForURL('**/signin?notice=password-reset');
  await browser.getByText('Your password is changed. Sign in with the new one.').waitFor();
}

test('a mailbox is enough where there is nothing else, without a script', async () => {
  page = await here.browser();
  await openAccount(here, page, EMAIL);
  const plain = await here.browser({ javaScriptEnabled: false });
  await forget(plain, EMAIL);
  await enterCode(plain, await here.mailedCode(EMAIL, 2));
  await plain.getByText(/withdrawals stop for 24 hours/).waitFor();
  await choose(plain, FIRST);
  await page.goto('/security');
  await page.waitForURL('**/signin?notice=ended');
  await signIn(plain, EMAIL, PASSWORD);
  assert.match(plain.url(), /\/signin$/, 'the old password opens nothing');
  await until('a notice', async () => (await here.mail(EMAIL)).some(({ text }) => /\/freeze\/[a-z0-9]{16}/.test(text)));
});

test('where a phone guards the account, its code is asked for as well', async () => {
  page = await here.browser();
  await signIn(page, EMAIL, FIRST);
  await page.waitForURL('**/signin/code');
  const codes = async () => (await here.mail(EMAIL)).filter(({ text }) => /\b\d{6}\b/.test(text)).length;
  await enterCode(page, await here.mailedCode(EMAIL, await until('the third code', async () => {
    const count = await codes();
    return count >= 3 ? count : undefined;
  })));
  await page.waitForURL('**/security');
  await bindPhone(here, page, EMAIL, NUMBER, 3);
  await page.goto('/security/sms');
  await page.locator('#password').fill(FIRST);
  await button(page, 'Switch on').click();
  await page.waitForURL('**/security/sms?notice=sms-on');
  const other = await here.browser();
  await forget(other, EMAIL);
  await enterCode(other, await here.mailedCode(EMAIL, 5));
  await other.waitForURL('**/confirm/act_*');
  await confirmByCode(other, here.textedCode, NUMBER, 2);
  await choose(other, SECOND);
});

test('a stranger is told the same, and an address without an account learns so once it is proved', async () => {
  const nobody = 'nobody-here@people.example';
  const stranger = await here.browser();
  await forget(stranger, nobody);
  await enterCode(stranger, await here.mailedCode(nobody));
  await stranger.getByText('There is no account with this address.').waitFor();
});
