// The phone changes hands, or somebody wants it to: everybody who can be told is told, other sessions end,
// and for a day nothing leaves, at the exchange either. And the brake for whoever reads the message first:
// the link that freezes the account, without a session.

import assert from 'node:assert/strict';
import {
  ADDRESS, TRADING_PASSWORD, askToWithdraw, backToExchange, balance, confirmByCode, confirmWith, equipHolder,
  outcome, signInToExchange,
} from './confirmations.mjs';
import { button, enterCode, sendCodeTo, sent, signIn } from './journeys.mjs';
import { steps, until, world } from './support.mjs';

const here = world();
const test = steps();
const OLD = '+447400190006';
const NEW = '+447400190007';
const DAY_MS = 86_400_000;
const banner = (page) => page.locator('.banner').filter({ hasText: 'Withdrawals are paused' });
const secondOf = async (place, attribute) =>
  Math.floor(Date.parse(await place.getAttribute(attribute)) / 1_000);
const isFreezeNotice = ({ text }) => text.includes('your account is frozen');
let page;
let other;
let waiting;
let freezeLink;
let end;

/** The link that freezes, in the newest message of an inbox that says this. */
const linkIn = (inbox, to, sentence) => until(`"${sentence}" to ${to}`, async () => {
  const message = (await inbox(to)).find(({ text }) => text.includes(sentence));
  return message?.text.match(/http:\S+\/freeze\/[a-z0-9]{16}(?!\w)/)?.[0];
});

test('the holder has a phone and a trading password, and is signed in in two browsers', async () => {
  page = await here.browser();
  await equipHolder(here, page, OLD);
  await signInToExchange(here, page, 4);
  other = await here.browser();
  const { email, password } = here.demo.holder;
  await signIn(other, email, password);
  await enterCode(other, await here.textedCode(OLD, 2));
  await other.waitForURL('**/security');
});

test('a withdrawal is begun, and left waiting for its code', async () => {
  waiting = await page.context().newPage();
  await askToWithdraw(here, waiting, '0.05');
  await confirmWith(waiting, { trading_password: TRADING_PASSWORD });
  await waiting.locator('#code').waitFor();
  await waiting.locator('#code').fill(await here.textedCode(OLD, 3));
});

test('the number is changed with a code to the old one and a code to the new one', async () => {
  await page.goto('/security/phone');
  await page.getByText(/^After this change, withdrawals stop for 24 hours and your other devices/).waitFor();
  await button(page, 'Change number').click();
  await page.getByRole('heading', { name: 'Confirm the change of your phone' }).waitFor();
  await confirmByCode(page, here.textedCode, OLD, 4);
  await page.waitForURL('**/security/phone/number');
  await sendCodeTo(page, NEW);
  await enterCode(page, await here.textedCode(NEW));
  await page.waitForURL('**/security/phone/done');
});

test('old number, new number and email are told, each with a link that freezes', async () => {
  const links = await Promise.all([
    linkIn(here.texts, OLD, 'phone number changed, withdrawals paused'),
    linkIn(here.texts, NEW, 'phone number changed, withdrawals paused'),
    linkIn(here.mail, here.demo.holder.email, 'The phone number of your Acme account was replaced'),
  ]);
  assert.equal(new Set(links).size, 3, 'each its own');
  [freezeLink] = links;
  for (const to of [OLD, NEW]) {
    for (const { text } of await here.texts(to)) {
      if (text.includes('changed')) assert.ok(text.length <= 160, `one segment: ${text}`);
    }
  }
});

test('the other session is over, this one is not', async () => {
  // It leaves by itself within seconds; going elsewhere before would be a race with that.
  await other.waitForURL('**/signin?notice=ended');
  await other.goto('/security');
  await other.waitForURL('**/signin*');
  await page.goto('/security');
  await page.getByText('+44 7400 190007').waitFor();
});

test('withdrawals and sales rest for 24 hours, with the same end on both sides', async () => {
  const answer = await fetch(`${here.base}/v1/accounts/${here.demo.holder.account}/holds`, {
    headers: { authorization: `Bearer ${here.demo.api_key}` },
  });
  const { exits_held_until: until, data } = await answer.json();
  end = Math.floor(Date.parse(until) / 1_000);
  assert.deepEqual(data.map(({ cause }) => cause), ['phone_changed']);
  assert.equal(Date.parse(data[0].ends_at) - Date.parse(data[0].starts_at), DAY_MS);
  assert.match(await banner(page).textContent(), /because your phone number changed\./);
  assert.equal(await secondOf(banner(page).locator('time'), 'datetime'), end);
  await page.goto(here.demo.exchange_url);
  const there = page.locator('[role=status][data-hold-until]');
  assert.match(await there.textContent(), /because your phone number changed/);
  assert.equal(await secondOf(there, 'data-hold-until'), end);
});

test('what was waiting is refused, though its code is right', async () => {
  await confirmWith(waiting, {});
  await waiting.getByText('Withdrawals were paused after a change of the account.').waitFor();
  await backToExchange(here, waiting);
  assert.equal(await outcome(waiting), 'canceled');
  assert.equal(await waiting.locator('#live').getAttribute('data-reason'), 'held');
  await waiting.close();
});

test('what is asked for now is refused: a withdrawal and a sale, and the form is kept', async () => {
  for (const exit of ['withdraw', 'sell']) {
    await page.goto(`${here.demo.exchange_url}/${exit}`);
    if (exit === 'withdraw') await page.locator('#address').fill(ADDRESS);
    await page.locator('#amount').fill('0.01');
    const answer = await sent(page, () => button(page, 'Continue').click());
    assert.equal(answer.status(), 409, exit);
    await page.locator('[data-refused=action_held]').getByText('because your phone number changed').waitFor();
    assert.equal(await page.locator('#amount').inputValue(), '0.01');
  }
  assert.equal(await balance(here, page), '2.5');
});

test('the link of the message freezes, signed out: looking does nothing, pressing does', async () => {
  const reader = await here.browser();
  assert.equal((await reader.goto(`${freezeLink.slice(0, -1)}_`)).status(), 404);
  await reader.goto(freezeLink);
  await reader.getByRole('heading', { name: 'Freeze this account?' }).waitFor();
  const shown = await reader.locator('main').innerText();
  assert.doesNotMatch(shown, /holder|\+44|0007/, 'and does not say whose account it is');
  await page.goto(`${here.demo.exchange_url}/security`);
  await page.locator('[data-account-status=active]').waitFor();

  await sent(reader, () => button(reader, 'Freeze account').click());
  await reader.getByRole('heading', { name: 'Your account is frozen' }).waitFor();
  await page.reload();
  await page.locator('[data-account-status=frozen]').waitFor();
  await page.locator('[data-account-frozen]').waitFor();
  await page.goto('/security');
  await page.waitForURL('**/signin*');
  await until('the notice', async () => (await here.texts(NEW)).some(isFreezeNotice));
  await reader.goto(freezeLink);
  await reader.getByRole('heading', { name: 'Your account is frozen' }).waitFor();
});

test('only its holder opens it again, with the strongest that there is, and a hold begins', async () => {
  const { email, password } = here.demo.holder;
  await signIn(page, email, password);
  await page.getByText('Your account is frozen. Nothing can leave it,').waitFor();
  await page.goto('/security/totp');
  await button(page, 'Set up').click();
  await page.locator('main').getByText('Your account is frozen. Open it again first.').waitFor();

  await sent(page, () => button(page, 'Open again').click());
  await page.getByRole('heading', { name: 'Confirm opening your account again' }).waitFor();
  await confirmByCode(page, here.textedCode, NEW, 2);
  await page.getByText('Text message: done').waitFor();
  await confirmWith(page, { code: await here.mailedCode(email, 5) });
  await page.waitForURL('**/security?notice=unfrozen');
  assert.match(await banner(page).textContent(), /because your account was opened again\./);
  const later = await secondOf(banner(page).locator('time'), 'datetime');
  assert.ok(later > end, 'a hold of its own, a day from now');
  await page.goto(here.demo.exchange_url);
  const there = page.locator('[role=status][data-hold-until]');
  assert.match(await there.textContent(), /because your account was unfrozen/);
  assert.equal(await secondOf(there, 'data-hold-until'), later);
});
