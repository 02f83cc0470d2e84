// What Countersign is for: bitcoin leaves the sample exchange when its holder has confirmed exactly this
// amount to exactly this address, with an authenticator app that is not ours, and not otherwise.

import assert from 'node:assert/strict';
import {
  ADDRESS, OTHER_ADDRESS, TRADING_PASSWORD, askToWithdraw, backToExchange, balance, confirmAnotherWay,
  confirmWith, details, equipHolder, outcome, setUpTotp, signInToExchange,
} from './confirmations.mjs';
import { button, problem, sent } from './journeys.mjs';
import { codeIn, steps, world } from './support.mjs';

const here = world();
const test = steps();
const NUMBER = '+447400190001';
const textsWithCode = async () => (await here.texts(NUMBER)).filter(({ text }) => text.includes('confirms'));
let page;
let app;
let usedCode;

test('a phone, a trading password and an authenticator app are set up', async () => {
  page = await here.browser();
  await equipHolder(here, page, NUMBER);
  await signInToExchange(here, page, 4);
  app = await setUpTotp(here, page, here.demo.holder.email, 5);
  await page.goto('/security');
  await page.getByRole('heading', { name: 'Protection: strong', exact: true }).waitFor();
  assert.equal(await balance(here, page), '2.5');
});

test('0.05 BTC ask for the app and the trading password, and for no text message', async () => {
  await askToWithdraw(here, page, '0.05');
  const shown = await details(page);
  assert.equal(shown.Amount, '0.05 BTC');
  assert.equal(shown.Network, 'Bitcoin');
  assert.equal(shown['To address'], 'bc1qw5..v8f3t4');
  const whole = page.locator('main .groups');
  assert.equal(await whole.textContent(), ADDRESS, 'whole as well, to be copied as it is');
  const exchange = await page.context().newPage();
  await exchange.goto(here.demo.exchange_url);
  await exchange.getByRole('link', { name: /^Look at: / }).click();
  assert.equal(await exchange.locator('[data-fingerprint]').textContent(), shown['Two words']);
  await exchange.close();

  usedCode = await app.nextCode();
  const answer = await confirmWith(page, { totp: usedCode, trading_password: TRADING_PASSWORD });
  assert.equal(answer.status(), 303);
  await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  await backToExchange(here, page);
  assert.equal(await outcome(page), 'sent');
  assert.equal(await balance(here, page), '2.45');
  assert.deepEqual(await textsWithCode(), []);
});

test('a code of the app that was used once is used up', async () => {
  await askToWithdraw(here, page, '0.05');
  const answer = await confirmWith(page, { totp: usedCode, trading_password: TRADING_PASSWORD });
  assert.equal(answer.status(), 422);
  assert.equal(await problem(page, 'totp').textContent(),
    "That code doesn't match, or was used already. Wait for the next one in your app and try again.");
  // The trading password was right, and is not asked for again.
  assert.equal(await page.locator('#trading_password').count(), 0);
  await button(page, "This isn't me: cancel").click();
  await page.getByText('You said no. Nothing was sent.').waitFor();
  await backToExchange(here, page);
  assert.equal(await outcome(page), 'canceled');
  assert.equal(await page.locator('#live').getAttribute('data-reason'), 'declined');
  assert.equal(await balance(here, page), '2.45');
});

test('from 0.1 BTC on a text is asked for too, and says what it confirms in one segment', async () => {
  await askToWithdraw(here, page, '0.1');
  const words = (await details(page))['Two words'];
  assert.match(words, /^[a-z]+ [a-z]+$/);
  await confirmWith(page, { totp: await app.nextCode(), trading_password: TRADING_PASSWORD });
  await page.locator('#code').waitFor();
  const code = await here.textedCode(NUMBER, 2);
  const [{ text }] = await textsWithCode();
  assert.ok(text.includes(`${code} confirms 0.1 BTC on Bitcoin to bc1qw5..v8f3t4 (${words})`), text);
  // All of it is in the GSM alphabet, where one segment has room for 160 characters (3GPP TS 23.038).
  assert.match(text, /^[\x20-\x5a\x5fa-z\n]{1,160}$/);
  await confirmWith(page, { code });
  await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  await backToExchange(here, page);
  assert.equal(await outcome(page), 'sent');
  assert.equal(await balance(here, page), '2.35');
});

test('an address edited after the code went out is another request, and the code is not its', async () => {
  await askToWithdraw(here, page, '0.05');
  const firstWords = (await details(page))['Two words'];
  const exchange = await page.context().newPage();
  await exchange.goto(here.demo.exchange_url);
  await exchange.getByRole('link', { name: /^Look at: / }).click();

  await confirmAnotherWay(page, 'Trading password + Text message');
  await confirmWith(page, { trading_password: TRADING_PASSWORD });
  await page.locator('#code').waitFor();
  const earlier = await here.textedCode(NUMBER, 3);

  await exchange.getByRole('link', { name: 'Edit' }).click();
  assert.equal(await exchange.locator('#address').inputValue(), ADDRESS, 'the form is kept');
  await exchange.locator('#address').fill(OTHER_ADDRESS);
  await button(exchange, 'Change the request').click();
  await exchange.getByRole('heading', { name: 'Confirm withdrawal' }).waitFor();
  const now = await details(exchange);
  assert.equal(now['To address'], '1A1zP1..DivfNa');
  assert.notEqual(now['Two words'], firstWords);

  await confirmWith(page, { code: earlier });
  await page.getByText('The request was withdrawn by whoever asked. Nothing was sent.').waitFor();

  await confirmAnotherWay(exchange, 'Trading password + Text message');
  await confirmWith(exchange, { trading_password: TRADING_PASSWORD });
  await exchange.locator('#code').waitFor();
  const own = await here.textedCode(NUMBER, 4);
  const [{ text }] = await textsWithCode();
  assert.ok(text.includes(`0.05 BTC on Bitcoin to 1A1zP1..DivfNa (${now['Two words']})`), text);
  const refused = await confirmWith(exchange, { code: earlier });
  assert.equal(refused.status(), 422, 'the code of the first address');
  await confirmWith(exchange, { code: own });
  await exchange.getByRole('heading', { name: 'Confirmed' }).waitFor();
  await backToExchange(here, exchange);
  assert.equal(await outcome(exchange), 'sent');
  assert.equal((await details(exchange)).Address, OTHER_ADDRESS);
  assert.equal(await balance(here, exchange), '2.3');
});

test('what is confirmed already is edited no more: it leaves as it was confirmed, and once', async () => {
  await askToWithdraw(here, page, '0.02');
  await confirmAnotherWay(page, 'Trading password + Text message');
  await confirmWith(page, { trading_password: TRADING_PASSWORD });
  await page.locator('#code').waitFor();
  const exchange = await page.context().newPage();
  await exchange.goto(here.demo.exchange_url);
  await exchange.getByRole('link', { name: /^Look at: / }).click();
  await exchange.getByRole('link', { name: 'Edit' }).click();
  await confirmWith(page, { code: await here.textedCode(NUMBER, 5) });
  await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  await exchange.locator('#address').fill(OTHER_ADDRESS);
  await sent(exchange, () => button(exchange, 'Change the request').click());
  const late = 'The earlier request is confirmed already, so it can no longer be edited.';
  await exchange.getByText(late).waitFor();
  await backToExchange(here, page);
  assert.equal(await outcome(page), 'sent');
  assert.equal((await details(page)).Address, ADDRESS);
  assert.equal(await balance(here, page), '2.28');
});
