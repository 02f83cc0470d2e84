// The pages of step-up as they are looked at: factors before and after, confirm pages in all their states,
// freezing, and the sample exchange. `world` sees that none asks another host or breaks its policy.

import {
  ADDRESS, TRADING_PASSWORD, askToWithdraw, backToExchange, confirmAnotherWay, confirmByCode, confirmWith,
  enterExchange, outcome, setTradingPassword, setUpTotp,
} from './confirmations.mjs';
import { bindPhone, button, sent, signInHolder } from './journeys.mjs';
import { looks } from './looks.mjs';
import { steps, world, wrongCode } from './support.mjs';

const here = world();
const test = steps();
const { look, watched } = looks(here);
const NUMBER = '+447400180010';
const FACTORS = ['totp', 'passkeys', 'trading-password', 'recovery-codes', 'phrase'];
const withdrawPage = () => `${here.demo.exchange_url}/withdraw`;
let page;
let email;

test('factors that are not set up, and setting them up', async () => {
  page = await watched();
  ({ email } = here.demo.holder);
  await signInHolder(here, page);
  for (const name of [...FACTORS, 'freeze']) {
    await page.goto(`/security/${name}`);
    await look(page, `${name}-none`);
  }
  await bindPhone(here, page, email, NUMBER);
  await page.goto('/security/sms');
  await page.locator('#password').fill(here.demo.holder.password);
  await button(page, 'Switch on').click();
  await page.waitForURL('**/security/sms?notice=sms-on');
  await page.goto('/security/recovery-codes');
  await button(page, 'Make recovery codes').click();
  await page.getByRole('heading', { name: 'Confirm: make recovery codes' }).waitFor();
  await page.getByText('Use another way').click();
  await look(page, 'confirm-setting');
  await sent(page, () => button(page, 'Email').click());
  await confirmByCode(page, here.mailedCode, email, 3);
  await page.waitForURL('**/security/recovery-codes/new');
  await look(page, 'recovery-codes-new');
  await sent(page, () => button(page, 'Show the codes').click());
  await look(page, 'recovery-codes-shown');
  await page.goto('/security/trading-password');
  await button(page, 'Set up').click();
  await confirmAnotherWay(page, 'Email');
  await confirmByCode(page, here.mailedCode, email, 4);
  await page.waitForURL('**/security/trading-password/new');
  await page.locator('#new').fill('123456');
  await page.locator('#again').fill('123456');
  await sent(page, () => button(page.locator('main'), 'Save').click());
  await look(page, 'trading-password-problem');
  await page.locator('#new').fill(TRADING_PASSWORD);
  await page.locator('#again').fill(TRADING_PASSWORD);
  await sent(page, () => button(page.locator('main'), 'Save').click());
  await page.waitForURL('**/security/trading-password?*');
});

test('the exchange, signed out and in', async () => {
  for (const path of ['', '/signin', '/open', '/reset', '/nowhere']) {
    await page.goto(`${here.demo.exchange_url}${path}`);
    await look(page, `exchange${path.replace('/', '-')}`);
  }
  await enterExchange(here, page);
  await look(page, 'confirm-sign-in');
  await page.goto(`${here.demo.exchange_url}/waiting`);
  await look(page, 'exchange-waiting');
  await page.getByRole('link', { name: 'Confirm now' }).click();
  await confirmAnotherWay(page, 'Email');
  await confirmByCode(page, here.mailedCode, email, 5);
  await look(page, 'confirm-done');
  await backToExchange(here, page);
  for (const path of ['', '/withdraw', '/sell', '/api-keys', '/security']) {
    await page.goto(`${here.demo.exchange_url}${path}`);
    await look(page, `exchange-in${path.replace('/', '-')}`);
  }
  await page.goto(withdrawPage());
  await button(page, 'Continue').click();
  await page.locator('[data-problem=address]').waitFor();
  await look(page, 'exchange-withdraw-problem');
});

test('a withdrawal that is confirmed, from the first field to the last code', async () => {
  await askToWithdraw(here, page, '0.05');
  await look(page, 'confirm-withdrawal');
  const exchange = await watched();
  await exchange.context().addCookies(await page.context().cookies(here.demo.exchange_url));
  await exchange.goto(here.demo.exchange_url);
  await look(exchange, 'exchange-pending');
  await exchange.getByRole('link', { name: /^Look at: / }).click();
  await look(exchange, 'exchange-request');
  await exchange.goto(page.url());
  await exchange.getByRole('heading', { name: 'Open in another browser' }).waitFor();
  await look(exchange, 'confirm-taken');
  await confirmWith(page, { trading_password: '12' });
  await look(page, 'confirm-withdrawal-problem');
  await confirmWith(page, { trading_password: TRADING_PASSWORD });
  await page.locator('#code').waitFor();
  await look(page, 'confirm-withdrawal-code');
  const code = await here.textedCode(NUMBER, 2);
  await confirmWith(page, { code: wrongCode(code) });
  await look(page, 'confirm-withdrawal-code-wrong');
  await confirmWith(page, { code });
  await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  await backToExchange(here, page);
  await outcome(page);
  await look(page, 'exchange-sent');
});

test('a withdrawal that is not, and a lock', async () => {
  await askToWithdraw(here, page, '0.05');
  for (const step of [1, 2, 3, 4, 5]) {
    await confirmWith(page, { trading_password: wrongCode(TRADING_PASSWORD, step) });
  }
  await page.getByText('There were too many wrong answers. Nothing was sent.').waitFor();
  await look(page, 'confirm-too-many-failures');
  await backToExchange(here, page);
  await outcome(page);
  await look(page, 'exchange-canceled');
  await sent(page, () => button(page, 'Start again').click());
  await page.locator('[data-problem="2011"]').waitFor();
  await look(page, 'confirm-locked');
});

test('German fits on all of it at its narrowest', async () => {
  await page.goto('/security');
  await page.locator('select[name=language]').selectOption('de');
  await sent(page, () => button(page.getByRole('contentinfo'), 'Save').click());
  for (const name of [...FACTORS, 'freeze']) {
    await page.goto(`/security/${name}`);
    await look(page, `de-${name}`);
  }
  await page.goto('/security/totp');
  await page.locator('form[action$="/totp/add"] button').click();
  await page.waitForURL('**/confirm/*');
  await look(page, 'de-confirm-setting');
  await page.goto(withdrawPage());
  await page.locator('#address').fill(ADDRESS);
  await page.locator('#amount').fill('0.05');
  await button(page, 'Continue').click();
  await page.waitForURL('**/confirm/*');
  await look(page, 'de-confirm-withdrawal-locked');
});

test('a changed account on both sides: paused, then frozen', async () => {
  await page.goto('/security/recovery-codes');
  await page.locator('form[action$="/recovery-codes/remove"] button').click();
  await page.waitForURL('**/confirm/*');
  await look(page, 'de-confirm-removal');
  await sent(page, () => button(page, 'Code senden').click());
  await page.locator('#code').fill(await here.textedCode(NUMBER, 3));
  await sent(page, () => button(page, 'Bestätigen').click());
  await page.locator('#code').fill(await here.mailedCode(email, 6));
  await sent(page, () => button(page, 'Bestätigen').click());
  await page.waitForURL('**/security/recovery-codes?notice=recovery-codes-removed');
  await page.goto('/security');
  await page.locator('.banner').waitFor();
  await look(page, 'de-overview-paused');
  await page.goto(withdrawPage());
  await page.locator('#address').fill(ADDRESS);
  await page.locator('#amount').fill('0.05');
  await button(page, 'Continue').click();
  await page.locator('[data-refused=action_held]').waitFor();
  await look(page, 'exchange-paused');
  await page.goto('/security/freeze');
  await page.locator('form[action="/security/freeze"] button').click();
  await page.waitForURL('**/signin?notice=frozen');
  await look(page, 'de-sign-in-frozen');
  await page.goto(`${here.demo.exchange_url}/security`);
  await look(page, 'exchange-frozen');
  await page.goto(`${here.base}/freeze/abcdefghijklmnop`);
  await look(page, 'de-freeze-unknown');
});
