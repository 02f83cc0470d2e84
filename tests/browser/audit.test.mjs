// The audit as staff read it: what a holder did is there, narrowing keeps its address, one entry has a page of its own,
// a copy can be taken away, and both leave an entry of their own.

import assert from 'node:assert/strict';
import { button, openAccount, signInOperator } from './journeys.mjs';
import { looks } from './looks.mjs';
import { steps, until, world } from './support.mjs';

const here = world();
const test = steps();
const { look, watched } = looks(here);
const EMAIL = 'audited@people.example';
let desk;
let page;

/** The texts of the list's third column: what happened. */
const kinds = () => desk.locator('tbody tr td:nth-child(3)').allInnerTexts();

test('what a holder does is sealed and signed while staff look', async () => {
  page = await watched();
  await openAccount(here, page, EMAIL);
  desk = await watched();
  await signInOperator(here, desk);
  await desk.goto('/console/audit');
  assert.ok((await kinds()).includes('Account opened'));
  await until('the newest entries are sealed', async () => {
    await desk.reload();
    return !(await desk.locator('tbody td:nth-child(2)').allInnerTexts()).includes('not sealed yet');
  });
  assert.match(await desk.locator('.badge').innerText(), /^Signed up to entry \d/);
  await look(desk, 'console-audit');
});

test('a list that was narrowed has an address, and looking for somebody is an entry', async () => {
  await desk.locator('#kind').fill('account_opened');
  await button(desk, 'Show').click();
  await desk.waitForURL('**/console/audit?*kind=account_opened*');
  assert.deepEqual([...new Set(await kinds())], ['Account opened']);
  await desk.getByRole('link', { name: 'everything of this account' }).first().click();
  await desk.waitForURL('**/console/audit?account=acc_*');
  await desk.goto('/console/audit?kind=audit_read');
  assert.deepEqual(await kinds(), ['Audit searched']);
});

test('one entry has a page, a copy is a file, and a name is no identifier', async () => {
  await desk.locator('tbody th a').first().click();
  await desk.getByRole('heading', { name: 'Audit entry' }).waitFor();
  assert.match(await desk.locator('main').innerText(), /account=acc_/);
  await look(desk, 'console-audit-entry');
  await desk.goto('/console/audit?kind=account_opened');
  const [copy] = await Promise.all([
    desk.waitForEvent('download'), desk.getByRole('link', { name: 'Download as CSV' }).click(),
  ]);
  assert.equal(copy.suggestedFilename(), 'audit.csv');
  await desk.goto('/console/audit?account=ada');
  assert.equal(await desk.locator('#account').getAttribute('aria-invalid'), 'true');
  assert.equal(await desk.evaluate(() => document.activeElement.id), 'account');
});
