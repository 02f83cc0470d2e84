// Two minutes that pass: a withdrawal that nobody confirms is over by itself, on both sides, and nothing that
// was typed is lost. There is no shorter clock, so this file waits for the real one; everything else that
// needs the time to pass waits along in other tabs.

import assert from 'node:assert/strict';
import {
  ADDRESS, TRADING_PASSWORD, askToWithdraw, balance, confirmWith, equipHolder, outcome, signInToExchange,
} from './confirmations.mjs';
import { button, sent } from './journeys.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const LIFE_MS = 120_000;
const NUMBER = '+447400190003';
const secondsLeft = async (page) => {
  const [minutes, seconds] = (await page.locator('[role=timer]').first().textContent()).split(':');
  return Number(minutes) * 60 + Number(seconds);
};
let page;

test('the holder has a phone and a trading password', async () => {
  page = await here.browser();
  await equipHolder(here, page, NUMBER);
  await signInToExchange(here, page, 4);
});

test('after two minutes the request is over on both pages, and "Start again" has kept the form', async () => {
  const context = page.context();
  const [extended, watching] = [await context.newPage(), await context.newPage()];
  await askToWithdraw(here, page, '0.05');
  const begun = Date.now();
  await watching.goto(here.demo.exchange_url);
  await watching.getByRole('link', { name: /^Look at: / }).click();
  await watching.locator('[data-withdrawal-status=pending]').waitFor();
  // Proved in part, and the code sent: that stops no clock.
  await confirmWith(page, { trading_password: TRADING_PASSWORD });
  const code = await here.textedCode(NUMBER, 2);
  await page.locator('#code').fill(code);

  // More time is had once, and is as long again.
  await askToWithdraw(here, extended, '0.01');
  const before = await secondsLeft(extended);
  assert.ok(before > 90 && before <= 120, `${before}`);
  await sent(extended, () => button(extended, 'More time').click());
  await extended.getByText('You have more time now.').waitFor();
  const after = await secondsLeft(extended);
  assert.ok(after > before + 90 && after <= before + 120, `${after}`);
  assert.equal(await button(extended, 'More time').count(), 0, 'once');

  const patience = { timeout: begun + LIFE_MS + 15_000 - Date.now() };
  const over = page.getByText("Time's up. Nothing was sent. Your details are kept: start again.");
  await over.first().waitFor(patience);
  assert.ok(Date.now() - begun > LIFE_MS - 5_000, 'not before its time');
  assert.equal(await button(page, 'Confirm').isVisible(), false, 'what confirms is gone');
  assert.equal(await page.locator('main .groups').textContent(), ADDRESS, 'what it was about is not');
  // On the other side too, by itself: nobody touched this page.
  await watching.locator('[data-withdrawal-status=canceled]').waitFor(patience);
  assert.equal(await watching.locator('#live').getAttribute('data-reason'), 'timed_out');
  assert.equal(await watching.locator('#address').inputValue(), ADDRESS);
  assert.equal(await watching.locator('#amount').inputValue(), '0.05');

  // The right code comes too late, even for whoever sends it without the page.
  const csrf = await page.locator('input[name=csrf]').first().inputValue();
  const late = { form: { csrf, code }, headers: { origin: here.base } };
  const answer = await page.request.post(page.url(), late);
  assert.match(await answer.text(), /Time&#39;s up/);
  assert.equal(await balance(here, watching), '2.5');

  await page.getByRole('link', { name: 'Start again' }).click();
  await page.waitForURL(`${here.demo.exchange_url}/withdrawals/*`);
  assert.equal(await outcome(page), 'canceled');
  await sent(page, () => button(page, 'Start again').click());
  await page.getByRole('heading', { name: 'Confirm withdrawal' }).waitFor();
  assert.equal(await page.locator('main .groups').textContent(), ADDRESS);

  // The one with more time is still there, and can be confirmed.
  await extended.reload();
  await extended.getByRole('heading', { name: 'Confirm withdrawal' }).waitFor();
  await confirmWith(extended, { trading_password: TRADING_PASSWORD });
  await confirmWith(extended, { code: await here.textedCode(NUMBER, 3) });
  await extended.getByRole('heading', { name: 'Confirmed' }).waitFor();
  assert.equal(await button(extended, 'Confirm').count(), 0);
});
