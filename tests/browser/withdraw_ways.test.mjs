// The same withdrawal in other hands: without scripts, by keyboard alone, in a browser that it was not asked
// in, and with a trading password that somebody guesses at. Its holder has no authenticator app, so the text
// stands for it.

import assert from 'node:assert/strict';
import {
  TRADING_PASSWORD, askToWithdraw, backToExchange, balance, confirmWith, details, equipHolder, outcome,
  signInToExchange,
} from './confirmations.mjs';
import { lookAtFocus, press, tabTo } from './focus.mjs';
import { button, problem, sent } from './journeys.mjs';
import { steps, world, wrongCode } from './support.mjs';

const here = world();
const test = steps();
const NUMBER = '+447400190002';
let page;

test('the holder has a phone and a trading password', async () => {
  page = await here.browser();
  await equipHolder(here, page, NUMBER);
  await signInToExchange(here, page, 4);
});

test('without scripts plain forms carry it from the exchange to the confirmation and back', async () => {
  const plain = await here.browser({
    javaScriptEnabled: false, storageState: await page.context().storageState(),
  });
  await askToWithdraw(here, plain, '0.05');
  await plain.getByText(/^You have until \d\d:\d\d:\d\d UTC/).waitFor();
  await confirmWith(plain, { trading_password: TRADING_PASSWORD });
  await confirmWith(plain, { code: await here.textedCode(NUMBER, 2) });
  await plain.getByRole('heading', { name: 'Confirmed' }).waitFor();
  await backToExchange(here, plain);
  assert.equal(await outcome(plain), 'sent');
  assert.equal(await balance(here, plain), '2.45');
});

test('by keyboard alone, with the focus in sight at every key', async () => {
  await page.setViewportSize({ width: 390, height: 664 });
  await page.goto(`${here.demo.exchange_url}/withdraw`);
  await tabTo(page, page.locator('#address'));
  await page.keyboard.type('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4');
  await tabTo(page, page.locator('#amount'));
  await page.keyboard.type('0.05');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Confirm withdrawal' }).waitFor();
  await tabTo(page, page.locator('#trading_password'));
  await page.keyboard.type(TRADING_PASSWORD);
  assert.equal(await page.evaluate(lookAtFocus), undefined);
  await page.keyboard.press('Enter');
  await page.locator('#code').waitFor();
  await tabTo(page, page.locator('#code'));
  await page.keyboard.type(await here.textedCode(NUMBER, 3));
  await press(page, 'Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  await tabTo(page, page.getByRole('link', { name: /^Back to / }));
  await page.keyboard.press('Enter');
  await page.waitForURL(`${here.demo.exchange_url}/**`);
  assert.equal(await outcome(page), 'sent');
  assert.equal(await balance(here, page), '2.4');
});

test('another browser that has the link is refused, and the first goes on', async () => {
  const links = [];
  page.on('response', (response) => {
    const to = response.headers().location;
    if (to?.includes('/confirm/')) links.push(to);
  });
  await askToWithdraw(here, page, '0.05');
  const link = links.find((link) => link.includes('k=')) ?? assert.fail(`no link in ${links}`);
  const address = page.url();
  assert.ok(!address.includes('k='), 'the secret of the link does not stay in the address');
  const stranger = await here.browser();
  for (const way of [link, address, link]) {
    const answer = await stranger.goto(way);
    assert.equal(answer.status(), 403, way);
    await stranger.getByRole('heading', { name: 'Open in another browser' }).waitFor();
    assert.deepEqual(await details(stranger), {}, 'and is shown nothing of it');
  }
  await page.reload();
  await page.getByRole('heading', { name: 'Confirm withdrawal' }).waitFor();
});

test('five wrong trading passwords lock it, calmly, and the right one does not open it', async () => {
  for (const [step, left] of [[1, 0], [2, 0], [3, '2 tries left.'], [4, 'One try left.']]) {
    const answer = await confirmWith(page, { trading_password: wrongCode(TRADING_PASSWORD, step) });
    assert.equal(answer.status(), 422);
    assert.equal(await problem(page, 'trading_password').textContent(),
      "That trading password doesn't match. Try again.");
    assert.equal(await page.locator('#trading_password').inputValue(), '', 'it is never shown again');
    assert.equal(await page.getByText(/\btr(y|ies) left\.$/).count(), left ? 1 : 0);
    if (left) await page.getByText(left, { exact: true }).waitFor();
  }
  await confirmWith(page, { trading_password: wrongCode(TRADING_PASSWORD, 5) });
  await page.getByText('There were too many wrong answers. Nothing was sent.').waitFor();
  await backToExchange(here, page);
  assert.equal(await outcome(page), 'canceled');
  assert.equal(await page.locator('#live').getAttribute('data-reason'), 'too_many_failures');
  assert.equal(await page.locator('#amount').inputValue(), '0.05', 'the form is kept');

  // The lock is the account's: a new request meets it at once, without a field to guess in.
  await sent(page, () => button(page, 'Start again').click());
  await page.getByRole('heading', { name: 'Confirm withdrawal' }).waitFor();
  const locked = page.locator('[data-problem="2011"]');
  assert.match(await locked.textContent(), /^Too many tries\. For your safety, try again after \d/);
  assert.equal(await page.locator('#trading_password').count(), 0);
  const csrf = await page.locator('input[name=csrf]').first().inputValue();
  const right = { csrf, trading_password: TRADING_PASSWORD };
  const answer = await page.request.post(page.url(), { form: right, headers: { origin: here.base } });
  assert.equal(answer.status(), 422, 'it was judged, and refused');
  await page.reload();
  await locked.waitFor();
  assert.equal(await page.getByText('Trading password: done').count(), 0);
  assert.deepEqual((await here.texts(NUMBER)).filter(({ text }) => text.includes('confirms')).length, 2,
    'no code is sent for it');
  await button(page, "This isn't me: cancel").click();
  assert.equal(await balance(here, page), '2.4');
});
