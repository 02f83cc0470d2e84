// Binding a phone with a keyboard alone. After every key the focus is looked for: it must show an outline and
// stand where it can be seen, on a desktop and on a phone with its sticky button.

import assert from 'node:assert/strict';
import test from 'node:test';
import { lookAtFocus, press, tabTo } from './focus.mjs';
import { openAccount } from './journeys.mjs';
import { world } from './support.mjs';

const here = world();

const SCREENS = [
  { screen: 'desktop', viewport: { width: 1280, height: 800 }, number: '07400 140001' },
  { screen: 'phone', viewport: { width: 390, height: 664 }, number: '07400 140002' },
];

for (const { screen, viewport, number } of SCREENS) {
  test(`a phone is set by keyboard on a ${screen}`, async () => {
    const email = `${screen}@people.example`;
    const page = await here.browser({ viewport });
    await openAccount(here, page, email);
    await page.goto('/security');
    await tabTo(page, page.getByRole('link', { name: 'Set a phone', exact: true }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/security/phone');
    await tabTo(page, page.getByRole('link', { name: 'Set a phone', exact: true }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/security/phone/prove');
    await tabTo(page, page.getByRole('button', { name: `Email to ${email}` }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/prove/code');
    await page.keyboard.type(await here.mailedCode(email, 2));
    assert.equal(await page.evaluate(lookAtFocus), undefined);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/security/phone/number');
    const picker = page.getByRole('combobox', { name: 'Country or territory' });
    await tabTo(page, picker);
    await page.keyboard.type('united');
    await press(page, 'ArrowDown');
    await press(page, 'ArrowUp');
    await page.keyboard.type(' kingdom');
    await press(page, 'Enter');
    assert.equal(await picker.inputValue(), 'United Kingdom +44');
    await tabTo(page, page.locator('#number'));
    await page.keyboard.type(number);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/security/phone/confirm');
    await tabTo(page, page.getByRole('button', { name: 'Send code' }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/security/phone/code');
    await page.keyboard.type(await here.textedCode(number.replace('0', '+44').replace(' ', '')));
    await tabTo(page, page.getByRole('button', { name: 'Activate' }));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/security/phone/done');
  });

  test(`every control of the code and number pages is reached and seen on a ${screen}`, async () => {
    const page = await here.browser({ viewport });
    for (const path of ['/signup', '/signin']) {
      await page.goto(path);
      await tabTo(page, page.getByRole('button', { name: 'Save' }));
    }
  });
}

test('the first Tab offers to skip to the content, and does', async () => {
  const page = await here.browser();
  await page.goto('/signin');
  await press(page, 'Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
});

test('Escape and Tab leave the list of countries without a trap', async () => {
  const page = await here.browser();
  await page.goto('/signup');
  await page.getByText('Using a phone number?').click();
  const picker = page.getByRole('combobox', { name: 'Country or territory' });
  await picker.focus();
  await page.keyboard.type('thai');
  await page.getByRole('option', { name: /Thailand/ }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await picker.getAttribute('aria-expanded'), 'false');
  assert.equal(await picker.inputValue(), '');
  await page.keyboard.type('thai');
  await page.keyboard.press('Tab');
  assert.equal(await picker.inputValue(), 'Thailand +66');
  assert.equal(await page.locator('#password').evaluate((field) => field === document.activeElement), true);
});
