// The desk: from a pasted number to why it is blocked, an address shown once for a reason, and a number that one operator
// proposes to remove and another removes, while its holder is signed out and told; each page on a narrow screen in the
// dark and on a wide one in the light.

import assert from 'node:assert/strict';
import { bindPhone, button, openAccount, problem, sent, signInOperator, switchSmsOn } from './journeys.mjs';
import { looks } from './looks.mjs';
import { steps, until, world } from './support.mjs';

const here = world();
const test = steps();
const { look, watched } = looks(here);
const EMAIL = 'desk-holder@mail.example';
const NUMBER = '+447400190081';
let holder;
let first;
let second;
let account;
let proposal;

/** Posts the one form of a page that ends in this path, with these fields. */
async function post(page, path, fields) {
  const form = page.locator(`form[action$="${path}"]`);
  for (const [name, value] of Object.entries(fields)) {
    const place = form.locator(`[name="${name}"]`);
    if (await place.evaluate((found) => found.tagName === 'SELECT')) await place.selectOption(value);
    else await place.fill(value);
  }
  return sent(page, () => form.getByRole('button').first().click());
}

test('a holder has a number and SMS switched on', async () => {
  holder = await here.browser();
  await openAccount(here, holder, EMAIL);
  await bindPhone(here, holder, EMAIL, NUMBER);
  await switchSmsOn(holder);
});

test('the first page shows figures and what needs a look', async () => {
  first = await watched();
  await signInOperator(here, first, 0);
  await first.goto('/console');
  assert.ok(await first.locator('.tiles > li').count() > 2);
  await look(first, 'console-today');
});

test('a number is looked up and answers in one sentence', async () => {
  await first.goto('/console/numbers');
  await look(first, 'console-numbers');
  await post(first, '/console/numbers', { number: '12' });
  assert.equal(await problem(first, 'number').getAttribute('data-problem'), '3002');
  const asked = Date.now();
  await post(first, '/console/numbers', { number: NUMBER });
  assert.ok(Date.now() - asked < 2_000, 'under two seconds');
  await first.getByText('Can receive codes: YES').waitFor();
  assert.ok(!(await first.content()).includes(NUMBER), 'masked');
  await look(first, 'console-number');
  await first.getByRole('link', { name: 'To its account' }).click();
  await first.waitForURL('**/console/accounts/acc_*');
  account = new URL(first.url()).pathname;
});

test('an account is masked, and an address is shown once for a reason', async () => {
  for (const whole of [NUMBER, EMAIL]) assert.ok(!(await first.content()).includes(whole), 'masked');
  await look(first, 'console-account');
  await post(first, '/reveal', { what: 'number', reason: '' });
  assert.equal(await problem(first, 'reveal-reason').getAttribute('data-problem'), '6003');
  await look(first, 'console-account-refused');
  await post(first, '/reveal', { what: 'number', reason: 'the holder called' });
  await first.getByText('In full, this once').waitFor();
  assert.ok((await first.content()).includes(NUMBER));
  await look(first, 'console-account-revealed');
  await first.goto(account);
  assert.ok(!(await first.content()).includes(NUMBER), 'once');
  await first.getByText('Because: the holder called').first().waitFor();
});

test('one proposes to remove the number and cannot decide it', async () => {
  await post(first, '/propose', { what: 'remove_number', reason: 'phone stolen' });
  await first.waitForURL('**/console/proposals/prp_*');
  proposal = new URL(first.url()).pathname;
  assert.equal(await button(first, 'Approve and carry out').count(), 0);
  await first.getByText('You proposed this. Somebody else has to decide.').waitFor();
  await look(first, 'console-proposal-own');
  await holder.reload();
  assert.equal(new URL(holder.url()).pathname, '/security/sms', 'nothing has happened yet');
});

test('another operator approves it, and all that follows a recovery follows', async () => {
  second = await watched();
  await signInOperator(here, second, 1);
  await second.goto('/console/proposals');
  await look(second, 'console-proposals');
  await second.getByRole('link', { name: 'Remove the number' }).first().click();
  await second.waitForURL(`**${proposal}`);
  await second.getByText('Affects 1 account.').waitFor();
  await look(second, 'console-proposal');
  await post(second, '/decide', { reason: 'called back' });
  await second.waitForURL('**?notice=proposal-approved');
  await holder.goto('/security');
  assert.equal(new URL(holder.url()).pathname, '/signin', 'signed out');
  const isNotice = ({ text }) => text.includes('phone number removed by us');
  await until('the old number is told', async () => (await here.texts(NUMBER)).some(isNotice));
  const isMail = ({ text }) => text.includes('Our staff removed the phone number') && text.includes('/freeze/');
  await until('the email address is told', async () => (await here.mail(EMAIL)).some(isMail));
  await second.goto('/console/holds');
  await second.getByText('Nobody can lift or shorten a hold').waitFor();
  assert.ok((await second.content()).includes(account.split('/').pop()));
  await look(second, 'console-holds');
});

test('an account is frozen at once with a reason, and nothing of it can be lifted by one', async () => {
  await first.goto(account);
  await post(first, '/protect', { act: 'freeze', reason: 'the holder asked for it' });
  await first.waitForURL('**?notice=account-protected');
  await first.getByText('Frozen').first().waitFor();
  await look(first, 'console-account-frozen');
  await first.goto('/console/lockouts');
  await look(first, 'console-lockouts');
  await first.goto('/console/accounts');
  await look(first, 'console-accounts');
});
