// The country picker and what is judged about a number before anything is sent to it.

import assert from 'node:assert/strict';
import { button, chooseCountry, enterNumber, openAccount, problem, proveEmail } from './journeys.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const EMAIL = 'numbers@people.example';
let page;
let picker;

test('the list holds at least 221 countries, and none is chosen for the reader', async () => {
  page = await here.browser();
  await openAccount(here, page, EMAIL);
  await proveEmail(here, page, EMAIL, 2);
  picker = page.getByRole('combobox', { name: 'Country or territory' });
  assert.equal(await picker.inputValue(), '');
  await picker.click();
  assert.ok(await page.locator('#region-list [role=option]').count() >= 221);
  await picker.press('Escape');
});

test('Thailand is found by dial code, ISO code, name and own name', async () => {
  for (const query of ['+66', '66', '0066', 'TH', 'th', 'thai', 'Thailand', 'ไทย', '+６６']) {
    await picker.fill(query);
    const first = page.locator('#region-list [role=option]').first();
    assert.match(await first.textContent(), /Thailand/, query);
    assert.equal(await picker.getAttribute('aria-activedescendant'), await first.getAttribute('id'), query);
    await picker.press('Escape');
  }
  await picker.fill('atlantis');
  assert.equal(await page.locator('#region-list [role=option]').count(), 0);
  assert.equal(await page.locator('[data-status]').textContent(), 'No country matches');
  await picker.press('Escape');
});

test('a number with a country code switches the country, and says so', async () => {
  await chooseCountry(page, 'thai', 'Thailand +66');
  await page.locator('#number').fill('+44 7400 160001');
  assert.equal(await picker.inputValue(), 'United Kingdom +44');
  assert.equal(await page.locator('[data-status]').textContent(), 'Country changed to United Kingdom');
  // Of several countries with one dial code the one chosen stays.
  await chooseCountry(page, 'canada', 'Canada +1');
  await page.locator('#number').fill('+1 416 555 0123');
  assert.equal(await picker.inputValue(), 'Canada +1');
});

// Numbers of the Ofcom, Bundesnetzagentur and NANPA plans.
const LANDLINE = "This is a landline, which can't receive texts. Use a mobile number.";
const TOLL_FREE = "This is a toll-free number, which can't receive texts. Use a mobile number.";
const REFUSED = [
  ['GB', '020 7031 3000', '3007', LANDLINE],
  ['DE', '030 123456', '3007', LANDLINE],
  ['GB', '056 0012 3456', '3008',
    'This is an internet number, which can\'t be used for codes. Use a mobile number from a carrier.'],
  ['GB', '0909 879 0123', '3009', 'This is a premium-rate number. Use your own mobile number.'],
  ['GB', '0800 123 4567', '3011', TOLL_FREE],
  ['US', '800 234 5678', '3011', TOLL_FREE],
  ['GB', '0764 012 3456', '3010', 'This is a pager number. Use a mobile number.'],
  ['GB', '0740', '3003', 'This number is too short for its country.'],
  ['GB', '07400 1234567890', '3004', 'This number is too long for its country.'],
  ['GB', 'my phone', '3002', 'This is not a phone number. Use digits, spaces and a leading + only.'],
  ['GB', '', '3001', 'Enter your phone number.'],
];

test('numbers that take no texts are refused with the reason, before anything is sent', async () => {
  for (const [region, number, code, sentence] of REFUSED) {
    await page.goto('/security/phone/number');
    await chooseCountry(page, region, await page.locator(`#region-value option[value="${region}"]`)
      .evaluate(({ dataset }) => `${dataset.name} +${dataset.dial}`));
    const answer = await enterNumber(page, number);
    assert.equal(answer.status(), 422, number);
    assert.equal(await problem(page, 'number').getAttribute('data-problem'), code, number);
    assert.equal(await problem(page, 'number').textContent(), sentence);
    assert.equal(await page.locator('#number').inputValue(), number);
    assert.equal(await page.locator('#number').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('#number').evaluate((field) => field === document.activeElement), true);
    assert.match(await picker.inputValue(), /\+\d+$/, 'the country is kept');
  }
  assert.deepEqual(await (await fetch(`${here.demo.handsets_url}/api/messages`)).json(), []);
});

test('usual ways of typing a number are understood, and shown in full before anything is sent', async () => {
  for (const [region, number, full] of [
    ['TH', '081 234 5678', '+66 81 234 5678 (Thailand)'],
    ['US', '(201) 555-0123', '+1 201-555-0123 (United States)'],
    ['GB', '٠٧٤٠٠ ١٢٣٤٥٦', '+44 7400 123456 (United Kingdom)'],
    ['GB', '０７４００ １２３４５６', '+44 7400 123456 (United Kingdom)'],
    ['TH', '0044 7400 123456', '+44 7400 123456 (United Kingdom)'],
    ['TH', 'tel:+44-7400-123456', '+44 7400 123456 (United Kingdom)'],
  ]) {
    await page.goto('/security/phone/number');
    await chooseCountry(page, region, await page.locator(`#region-value option[value="${region}"]`)
      .evaluate(({ dataset }) => `${dataset.name} +${dataset.dial}`));
    await enterNumber(page, number);
    assert.equal(new URL(page.url()).pathname, '/security/phone/confirm', number);
    assert.equal(await page.locator('form .figure').textContent(), `We will text ${full}.`);
    const shown = page.locator('form .figure bdi, form .figure [dir=ltr]');
    assert.equal(await shown.first().getAttribute('dir'), 'ltr', 'a number reads left to right everywhere');
  }
  await button(page, 'Send code').waitFor();
  assert.deepEqual(await (await fetch(`${here.demo.handsets_url}/api/messages`)).json(), []);
});

test('a number without a country asks for the country, beside the list', async () => {
  await page.goto('/security/phone/number');
  await enterNumber(page, '07400 160002');
  assert.equal(await problem(page, 'region').getAttribute('data-problem'), '1003');
  assert.equal(await picker.getAttribute('aria-invalid'), 'true');
  assert.equal(await picker.evaluate((field) => field === document.activeElement), true);
  assert.equal(await page.locator('#number').inputValue(), '07400 160002');
});
