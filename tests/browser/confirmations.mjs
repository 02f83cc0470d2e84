// The steps of step-up, as a person takes them: factors that are set up, confirm pages that are answered, and
// the sample exchange that sends people there. Codes of the authenticator app come from `oathtool`, never
// from anything of ours.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bindPhone, button, sent, signInHolder } from './journeys.mjs';

const OATHTOOL = process.env.COUNTERSIGN_TEST_OATHTOOL ?? 'oathtool';
const run = promisify(execFile);
const STEP_MS = 30_000;
// The server takes the code of the step before as well; this much is left for getting it there.
const ON_ITS_WAY_MS = 10_000;

export const TRADING_PASSWORD = '739214';
// The examples of BIP 173 and of the genesis block.
export const ADDRESS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
export const OTHER_ADDRESS = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa';

/** An authenticator app that holds a key, in base32. */
export class AuthenticatorApp {
  #lastStep = 0;

  constructor(key) {
    this.key = key;
  }

  /** What the app shows so many seconds from now. */
  async codeIn(seconds) {
    return this.#codeOf(Math.floor((Date.now() / 1_000 + seconds) * 1_000 / STEP_MS));
  }

  /** A code that no page has seen yet. One step has one code: the second of two waits for the next step. */
  async nextCode() {
    const now = Date.now();
    const step = Math.floor(now / STEP_MS) - (now % STEP_MS < STEP_MS - ON_ITS_WAY_MS ? 1 : 0);
    this.#lastStep = Math.max(step, this.#lastStep + 1);
    const begins = this.#lastStep * STEP_MS;
    if (begins > now) await pause(begins - now + 20);
    return this.#codeOf(this.#lastStep);
  }

  async #codeOf(step) {
    const at = `@${step * STEP_MS / 1_000}`;
    const { stdout } = await run(OATHTOOL, ['--totp', '--base32', '--now', at, this.key]);
    return stdout.trim();
  }
}

/** Fills the fields of a confirm page by their names and presses Confirm; gives the answer. */
export async function confirmWith(page, answers) {
  for (const [name, value] of Object.entries(answers)) await page.locator(`#${name}`).fill(value);
  return sent(page, () => button(page, 'Confirm').click());
}

/** Chooses another set of factors on a confirm page. */
export async function confirmAnotherWay(page, methods) {
  await page.getByText('Use another way').click();
  await sent(page, () => button(page, methods).click());
}

/** Has a confirm page send its code, and enters it. `inbox` gives the newest codes of an address. */
export async function confirmByCode(page, inbox, address, count) {
  await sent(page, () => button(page, 'Send code').click());
  return confirmWith(page, { code: await inbox(address, count) });
}

/** Sets an authenticator app up from its page on; the account confirms by email, its `count`th code. */
export async function setUpTotp(here, page, email, count) {
  await page.goto('/security/totp');
  await button(page, 'Set up').click();
  await page.getByRole('heading', { name: 'Confirm: set up an authenticator app' }).waitFor();
  if (await page.getByText('Use another way').count()) await confirmAnotherWay(page, 'Email');
  await confirmByCode(page, here.mailedCode, email, count);
  await page.waitForURL('**/security/totp/new');
  const app = new AuthenticatorApp((await page.locator('#totp-key').innerText()).replace(/\s/g, ''));
  await page.locator('#totp').pressSequentially(await app.nextCode());
  await sent(page, () => button(page, 'Switch on').click());
  await page.waitForURL('**/security/totp?notice=totp-added');
  return app;
}

/** Sets the trading password; the account confirms by email, its `count`th code. */
export async function setTradingPassword(here, page, email, count) {
  await page.goto('/security/trading-password');
  await button(page, 'Set up').click();
  await page.getByRole('heading', { name: 'Confirm: set a trading password' }).waitFor();
  if (await page.getByText('Use another way').count()) await confirmAnotherWay(page, 'Email');
  await confirmByCode(page, here.mailedCode, email, count);
  await page.waitForURL('**/security/trading-password/new');
  await page.locator('#new').fill(TRADING_PASSWORD);
  await page.locator('#again').fill(TRADING_PASSWORD);
  await sent(page, () => button(page.locator('main'), 'Save').click());
  await page.waitForURL('**/security/trading-password?notice=trading-password-set');
}

/** The demo's holder, signed in, with a phone, SMS authentication and a trading password: three emails. */
export async function equipHolder(here, page, number) {
  const { email, password } = here.demo.holder;
  await signInHolder(here, page);
  await bindPhone(here, page, email, number);
  await page.goto('/security/sms');
  await page.locator('#password').fill(password);
  await button(page, 'Switch on').click();
  await page.waitForURL('**/security/sms?notice=sms-on');
  await setTradingPassword(here, page, email, 3);
}

/** Signs the demo's holder in to the exchange, as far as the confirm page. */
export async function enterExchange(here, page) {
  const { email, exchange_password: password } = here.demo.holder;
  await page.goto(`${here.demo.exchange_url}/signin`);
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await button(page, 'Continue').click();
  await page.getByRole('heading', { name: 'Confirm sign-in' }).waitFor();
}

/** Signs the holder in to the exchange; confirms by email, the `count`th code. */
export async function signInToExchange(here, page, count) {
  await enterExchange(here, page);
  await confirmAnotherWay(page, 'Email');
  await confirmByCode(page, here.mailedCode, here.demo.holder.email, count);
  await backToExchange(here, page);
  await page.getByRole('heading', { name: 'Balances' }).waitFor();
}

/** From the end of a confirmation back to the exchange. */
export async function backToExchange(here, page) {
  await page.getByRole('link', { name: /^(Back to .*|Start again)$/ }).click();
  await page.waitForURL(`${here.demo.exchange_url}/**`);
}

/** Asks the exchange to withdraw bitcoin, as far as the confirm page. */
export async function askToWithdraw(here, page, amount, address = ADDRESS) {
  await page.goto(`${here.demo.exchange_url}/withdraw`);
  await page.locator('#rail').selectOption('BTC-Bitcoin');
  await page.locator('#address').fill(address);
  await page.locator('#amount').fill(amount);
  await button(page, 'Continue').click();
  await page.getByRole('heading', { name: 'Confirm withdrawal' }).waitFor();
}

/** What the exchange says of the request on the page, once it is not `pending` any more. */
export async function outcome(page) {
  const live = page.locator('[data-withdrawal-status], [data-sale-status]');
  await live.and(page.locator(':not([data-live])')).waitFor();
  return live.evaluate(({ dataset }) => dataset.withdrawalStatus ?? dataset.saleStatus);
}

/** What the holder has, by the exchange's own page. */
export async function balance(here, page, asset = 'BTC') {
  await page.goto(here.demo.exchange_url);
  return page.locator(`[data-asset="${asset}"]`).getAttribute('data-balance');
}

/** The names and values that a confirm page or the exchange lists. */
export async function details(page) {
  const pairs = await page.locator('main dl > div').evaluateAll((rows) => rows.map((row) => [
    row.querySelector('dt').textContent.trim(), row.querySelector('dd').innerText.split('\n')[0].trim(),
  ]));
  return Object.fromEntries(pairs);
}
