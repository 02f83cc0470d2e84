// The phone is gone. The holder proves what is left, sends documents, and waits on a page that moves by itself; two operators
// in two browsers decide without seeing each other's word; a new phone is bound and nothing leaves for two days, at the
// exchange either. And whoever reads the old number's message without signing in ends it all.

import assert from 'node:assert/strict';
import { crc32, deflateSync } from 'node:zlib';
import { TRADING_PASSWORD, confirmWith, equipHolder, signInToExchange } from './confirmations.mjs';
import { button, enterCode, sendCodeTo, sent, signIn, signInOperator } from './journeys.mjs';
import { steps, until, world } from './support.mjs';

const here = world();
const test = steps();
const OLD = '+447400190016';
const NEW = '+447400190017';
const HOLD_MS = 2 * 86_400_000;
const CHECKS = ['document_genuine', 'name_matches', 'photo_matches', 'note_matches', 'not_expired'];
let page;
/** The browser that is signed in to the exchange. */
let there;
let operators;
let caseUrl;
let access;

/** A picture that no file is needed for. */
function png(width, height, shade) {
  const chunk = (kind, data) => {
    const typed = Buffer.concat([Buffer.from(kind), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width, shade)]);
  const pixels = deflateSync(Buffer.concat(Array(height).fill(row)));
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

const freezeLink = (inbox, to, sentence) => until(`"${sentence}" to ${to}`, async () => {
  const message = (await inbox(to)).findLast(({ text }) => text.includes(sentence));
  return message?.text.match(/http:\S+\/freeze\/[a-z0-9]{16}(?!\w)/)?.[0];
});

/** From the sign-in page to the access code, as somebody who knows the password. */
async function askForRecovery(browser) {
  const { email, password } = here.demo.holder;
  await signIn(browser, email, password);
  await browser.waitForURL('**/signin/code');
  await browser.goto('/signin/phone-unavailable');
  await sent(browser, () => button(browser, 'I can’t use any of these').click());
  const kept = (await browser.locator('#recover-access').textContent()).trim().split('\n');
  await button(browser, 'Copy').click();
  await browser.getByRole('link', { name: 'Continue' }).click();
  await browser.waitForURL('**/recover/cas_*');
  return { url: kept[0].trim(), code: kept[1].trim() };
}

async function sendPicture(browser, slot, shade) {
  const file = { name: 'photo.png', mimeType: 'image/png', buffer: png(900, 600, shade) };
  await browser.locator(`#${slot}`).setInputFiles(file);
  await browser.locator(`form[data-upload=${slot}] .picture img[src*="/evidence/evd_"]`).waitFor();
}

/** One operator looks at the case and says yes. */
async function approve(operator) {
  await operator.goto('/console/cases');
  await operator.getByRole('link', { name: 'Phone lost' }).first().click();
  for (const check of CHECKS) await operator.locator(`input[name=${check}]`).check();
  await operator.locator('input[name=verdict][value=approve]').check();
  await operator.locator('#note').fill('Passport and photo are the same person.');
  await sent(operator, () => button(operator, 'Decide').click());
  await operator.getByText('Your decision is recorded.').waitFor();
}

test('the holder has a phone, and an exchange that they are signed in to', async () => {
  page = await here.browser();
  await equipHolder(here, page, OLD);
  await signInToExchange(here, page, 4);
  there = page;
  operators = [await here.browser(), await here.browser()];
  for (const [which, operator] of operators.entries()) await signInOperator(here, operator, which);
});

test('then the phone is lost: a case is opened, and found again elsewhere with link and code', async () => {
  page = await here.browser();
  ({ url: caseUrl, code: access } = await askForRecovery(page));
  const elsewhere = await here.browser();
  await elsewhere.goto(caseUrl);
  await elsewhere.waitForURL('**/recover?case=*');
  await elsewhere.locator('#access').fill('0000-0000-0000-0000');
  await sent(elsewhere, () => button(elsewhere, 'Continue').click());
  await elsewhere.locator('[data-problem="3401"]').waitFor();
  await elsewhere.locator('#access').fill(access.toUpperCase());
  await sent(elsewhere, () => button(elsewhere, 'Continue').click());
  await elsewhere.waitForURL(caseUrl);
  await elsewhere.close();
});

test('what is left is proved: trading password and email address', async () => {
  await sent(page, () => button(page, 'Prove it now').click());
  const { email } = here.demo.holder;
  const mails = (await here.mail(email)).filter(({ text }) => /(?<!\w)\d{6}(?!\w)/.test(text)).length;
  // What is at hand comes before a code leaves.
  await confirmWith(page, { trading_password: TRADING_PASSWORD });
  await page.locator('#code').waitFor();
  await confirmWith(page, { code: await here.mailedCode(email, mails + 1) });
  await page.waitForURL('**/recover/cas_*');
});

test('documents and the photo with the note are sent, and handed in', async () => {
  await page.getByRole('link', { name: 'Send documents' }).click();
  const note = (await page.locator('[data-note-code]').textContent()).trim();
  assert.match(note, /^[0-9a-z]{4}-[0-9a-z]{4}$/);
  await page.locator('input[name=document][value=passport]').check();
  await page.locator('#name').fill('Ada Byron');
  await sent(page, () => button(page, 'Hand everything in').click());
  await page.locator('[data-problem="3405"]').waitFor();
  await sendPicture(page, 'document_front', 90);
  await sendPicture(page, 'note_photo', 160);
  await page.locator('input[name=document][value=passport]').check();
  await page.locator('#name').fill('Ada Byron');
  await sent(page, () => button(page, 'Hand everything in').click());
  await page.getByText('Two of our staff decide independently of each other').waitFor();
});

test('two operators decide, the second without seeing the first’s word, and the holder’s page moves', async () => {
  const [first, second] = operators;
  await approve(first);
  await second.goto('/console/cases');
  await second.getByText('One of two has decided.').waitFor();
  await second.getByRole('link', { name: 'Phone lost' }).first().click();
  await second.locator('figure.evidence img').first().waitFor();
  assert.equal(await second.getByText('Passport and photo are the same person.').count(), 0);
  await page.getByText('Two of our staff decide independently of each other').waitFor();
  await approve(second);
  // Nobody touched the holder's page.
  await page.getByText('Approved. One step is left.').waitFor();
  await first.reload();
  assert.equal(await first.getByText('Passport and photo are the same person.').count(), 2);
});

test('the password once more, and the new phone', async () => {
  await page.getByRole('link', { name: 'Set your new phone' }).click();
  await page.locator('#password').fill(here.demo.holder.password);
  await sent(page, () => button(page, 'Continue').click());
  await page.waitForURL('**/security/phone/number');
  await sendCodeTo(page, NEW);
  await enterCode(page, await here.textedCode(NEW));
  await page.waitForURL('**/security/phone/done');
  await page.goto(caseUrl);
  await page.getByText('Done. This case is over.').waitFor();
});

test('value is held for 48 hours, and the exchange says so', async () => {
  const answer = await fetch(`${here.base}/v1/accounts/${here.demo.holder.account}/holds`, {
    headers: { authorization: `Bearer ${here.demo.api_key}` },
  });
  const recovered = (await answer.json()).data.filter(({ cause }) => cause === 'recovered');
  assert.ok(recovered.length > 0);
  for (const { starts_at: from, ends_at: to } of recovered) {
    assert.equal(Date.parse(to) - Date.parse(from), HOLD_MS);
  }
  await there.goto(here.demo.exchange_url);
  const banner = there.locator('[role=status][data-hold-until]');
  assert.match(await banner.textContent(), /because your account was recovered/);
  const last = Math.max(...recovered.map(({ ends_at: to }) => Math.floor(Date.parse(to) / 1_000)));
  assert.equal(Math.floor(Date.parse(await banner.getAttribute('data-hold-until')) / 1_000), last);
});

test('a stranger with the password asks for recovery; the number’s message ends it, signed out', async () => {
  const stranger = await here.browser();
  const { url } = await askForRecovery(stranger);
  const link = await freezeLink(here.texts, NEW, 'asked to recover your account');
  const reader = await here.browser();
  await reader.goto(link);
  await sent(reader, () => reader.locator('main form button').click());
  // The stranger's own page says so by itself.
  await stranger.getByText('Cancelled. Nothing has changed.').waitFor();
  await stranger.goto(url);
  await stranger.getByText('Cancelled. Nothing has changed.').waitFor();
  await stranger.close();
  await reader.close();
});
