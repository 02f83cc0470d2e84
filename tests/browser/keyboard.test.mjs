// Binding a phone with a keyboard alone. After every key the focus is looked for: it must show an outline and
// stand where it can be seen, on a desktop and on a phone with its sticky button.

import assert from 'node:assert/strict';
import test from 'node:test';
import { openAccount } from './journeys.mjs';
import { world } from './support.mjs';

const here = world();

// What is wrong with how the focus shows, or nothing.
const lookAtFocus = () => {
  const at = document.activeElement;
  const name = `${at.tagName} ${at.id || at.textContent.trim()}`;
  if (at === document.body) return 'the focus is nowhere';
  const style = getComputedStyle(at);
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return `${name} has no outline`;
  const { left, right, top, bottom } = at.getBoundingClientRect();
  if (top < 0 || left < 0 || bottom > innerHeight + 1 || right > innerWidth + 1) {
    return `${name} is out of sight: ${[left, top, right, bottom]} in ${innerWidth} × ${innerHeight}`;
  }
  for (const y of [top + 2, (top + bottom) / 2, bottom - 2]) {
    const seen = document.elementFromPoint((left + right) / 2, y);
    const hidden = !at.contains(seen) && !seen?.contains(at);
    if (hidden) return `${name} is hidden under ${seen?.outerHTML.slice(0, 90)}`;
  }
  return undefined;
};

async function press(page, key) {
  await page.keyboard.press(key);
  assert.equal(await page.evaluate(lookAtFocus), undefined);
}

/** Tabs on until the focus is on the one element that matches. */
async function tabTo(page, target) {
  for (let steps = 0; steps < 30; steps += 1) {
    await press(page, 'Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`Tab does not reach ${target}`);
}

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
