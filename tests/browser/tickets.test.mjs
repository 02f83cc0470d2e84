// Support from both sides: a holder asks, staff answer with a ready answer, what looks like a code never leaves the
// page unasked; whoever lost the phone follows by address and code; and the same without a script.

import assert from 'node:assert/strict';
import { PASSWORD, button, openAccount, problem, sent, signIn, signInOperator } from './journeys.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const EMAIL = 'asks@holder.example';
let holder;
let staff;
let plain;

/** Nothing runs off the side at the narrowest width. */
async function fits(page) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 800 });
  assert.equal(await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  }), 0, page.url());
  await page.setViewportSize(before);
}

test('a holder asks, and a code is masked before it is sent', async () => {
  holder = await here.browser();
  await openAccount(here, holder, EMAIL);
  await holder.goto('/security');
  await holder.getByRole('link', { name: 'View support' }).click();
  await fits(holder);
  await holder.getByRole('link', { name: 'Ask support' }).click();
  await holder.locator('[name=topic]').selectOption('code_not_arriving');
  await holder.locator('#title').fill('No code');
  await holder.locator('#text').fill('I paid 0.123456 BTC on 2026-11-22');
  const warning = holder.getByText('This looks like a code');
  assert.equal(await warning.isVisible(), false, 'amounts and dates are no codes');
  await holder.locator('#text').fill('It should be 918273');
  await warning.waitFor();
  await fits(holder);
  await button(holder, 'Replace it with •••').click();
  assert.equal(await holder.locator('#text').inputValue(), 'It should be •••');
  await sent(holder, () => button(holder, 'Send').click());
  await holder.waitForURL('**/support/tkt_*');
  await holder.getByText('We answer by').waitFor();
});

test('staff keep an answer ready, insert it and send it', async () => {
  staff = await here.browser();
  await signInOperator(here, staff, 0);
  await staff.goto('/console/tickets/answers');
  await staff.locator('#name').fill('Another way');
  await staff.locator('#text').fill('Please try another way.');
  await sent(staff, () => staff.locator('main form').last().getByRole('button', { name: 'Save' }).click());
  await staff.goto('/console/tickets');
  await fits(staff);
  await staff.getByRole('link', { name: 'No code' }).click();
  await fits(staff);
  await sent(staff, () => button(staff, 'Take it').click());
  await staff.locator('#text').fill('Hello,');
  await staff.locator('[name=canned]').selectOption({ label: 'Another way (en)' });
  await button(staff, 'Insert').click();
  assert.equal(await staff.locator('#text').inputValue(), 'Hello,\n\nPlease try another way.');
  await sent(staff, () => button(staff, 'Send answer').click());
  await staff.locator('#text').fill('Seems honest');
  await sent(staff, () => button(staff, 'Keep as note').click());
  await staff.getByText('note, seen by staff only').waitFor();
});

test('the holder is told, reads it, and says that it is solved', async () => {
  await holder.goto('/security');
  await holder.getByText('1 new answer').waitFor();
  await holder.goto('/support');
  await holder.getByRole('link', { name: 'No code' }).click();
  await holder.getByText('Please try another way.').waitFor();
  assert.ok(!(await holder.content()).includes('Seems honest'));
  await fits(holder);
  const told = (await here.mail(EMAIL)).find(({ text }) => text.includes('/support/tkt_'));
  assert.ok(told && !told.text.includes('another way'), 'a link and never the answer');
  await sent(holder, () => button(holder, 'Mark as solved').click());
  await holder.getByText('Solved').first().waitFor();
});

test('without a script what was masked is shown, and nothing else is lost', async () => {
  const storageState = await holder.context().storageState();
  plain = await here.browser({ javaScriptEnabled: false, storageState });
  await plain.goto('/support/new');
  await plain.locator('[name=topic]').selectOption('withdrawal');
  await plain.locator('#title').fill('Where is it');
  await plain.locator('#text').fill('My passport is AB1234567, I sent 0.5 BTC');
  await sent(plain, () => button(plain, 'Send').click());
  assert.equal(await problem(plain, 'text').getAttribute('data-problem'), '7367');
  assert.equal(await plain.locator('#text').inputValue(), 'My passport is •••, I sent 0.5 BTC');
  assert.equal(await plain.locator('[name=topic]').inputValue(), 'withdrawal');
  await sent(plain, () => button(plain, 'Send').click());
  await plain.waitForURL('**/support/tkt_*');
});

test('whoever lost the phone asks by the password and follows by address and code', async () => {
  const lost = await here.browser();
  await signIn(lost, EMAIL, PASSWORD);
  await lost.waitForURL('**/signin/code');
  await lost.goto('/signin/phone-unavailable');
  await lost.getByRole('link', { name: 'Ask support' }).click();
  await lost.locator('#title').fill('Stolen');
  await lost.locator('#text').fill('On the train');
  await sent(lost, () => button(lost, 'Send').click());
  const code = await lost.locator('#ticket-code').textContent();
  const address = await lost.locator('#ticket-address').textContent();
  await fits(lost);
  const elsewhere = await here.browser();
  await elsewhere.goto(new URL(address).pathname);
  await elsewhere.waitForURL('**/code');
  await elsewhere.locator('#code').fill('0123-4567-89ab-cdef');
  await sent(elsewhere, () => button(elsewhere, 'Continue').click());
  assert.equal(await problem(elsewhere, 'code').getAttribute('data-problem'), '7369');
  await elsewhere.locator('#code').fill(code);
  await sent(elsewhere, () => button(elsewhere, 'Continue').click());
  await elsewhere.getByText('On the train').waitFor();
  await fits(elsewhere);
});
