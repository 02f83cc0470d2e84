// Support from both sides: a holder asks, staff answer, what looks like a code never leaves the page unasked; and the
// same without scripts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, openAccount, sent, signInOperator } from './journeys.mjs';
import { open } from './support.mjs';

test('a question, an answer, and a code that is masked before it is sent', async () => {
  const here = await open();
  try {
    const holder = await here.page();
    await openAccount(here, holder, 'asks@holder.example');
    await holder.goto('/support/new');
    await holder.locator('#topic').selectOption('code_not_arriving');
    await holder.locator('#title').fill('No code');
    await holder.locator('#text').fill('It should be 918273');
    await holder.getByText('This looks like a code').waitFor();
    await button(holder, 'Replace it with •••').click();
    assert.equal(await holder.locator('#text').inputValue(), 'It should be •••');
    await sent(holder, () => button(holder, 'Send').click());
    await holder.waitForURL('**/support/tkt_*');

    const staff = await signInOperator(here, here.browser, 0);
    await staff.goto('/console/tickets');
    await staff.getByRole('link', { name: 'No code' }).click();
    await staff.locator('#text').fill('Please try another way');
    await sent(staff, () => button(staff, 'Send answer').click());

    await holder.goto('/security');
    await holder.getByText('1 new answer').waitFor();
    await holder.goto('/support');
    await holder.getByRole('link', { name: 'No code' }).click();
    await holder.getByText('Please try another way').waitFor();
    await sent(holder, () => button(holder, 'Mark as solved').click());
    await holder.getByText('Solved').first().waitFor();
  } finally {
    await here.close();
  }
});
