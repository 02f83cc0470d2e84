// Wrong codes, the lock they end in, and asking for a new code: what the page says, and that nothing a person
// does with reload, Back or a clock sends one message too many.

import assert from 'node:assert/strict';
import {
  button, codeField, enterCode, enterNumber, openAccount, problem, proveEmail, sendCodeTo, sent,
  signUp,
} from './journeys.mjs';
import { steps, world, wrongCode } from './support.mjs';

const here = world();
const test = steps();
const EMAIL = 'codes@people.example';
const NUMBER = '+447400150001';
const CLOCK = /\d{1,2}:\d{2}/;
let page;
let code;

const focusedAndSelected = () => codeField(page).evaluate((field) => field === document.activeElement
  && field.selectionStart === 0 && field.selectionEnd === field.value.length);
const resend = () => page.locator('form.resend button');
const spoken = () => page.locator('[data-status]');
const codes = async () => (await here.texts(NUMBER)).length;

test('a new code can be asked for after a countdown that reload and Back do not start again', async () => {
  page = await here.browser();
  await openAccount(here, page, EMAIL);
  await proveEmail(here, page, EMAIL, 2);
  await page.clock.install();
  await sendCodeTo(page, NUMBER);
  code = await here.textedCode(NUMBER);
  const endsAt = () => resend().locator('[data-countdown]').getAttribute('data-countdown');
  const before = await endsAt();
  assert.equal(await resend().isDisabled(), true);
  assert.match(await resend().locator('[role=timer]').textContent(), /^0:[0-3]\d$/);
  await page.reload();
  assert.equal(await endsAt(), before);
  assert.equal(await resend().isDisabled(), true);
  await page.goBack();
  await page.goForward();
  await page.goto('/security/phone/confirm');
  await page.waitForURL('**/security/phone/code');
  assert.equal(await endsAt(), before);
  assert.equal(await codes(), 1);
});

test('the countdown wakes the button, but the server keeps its own time', async () => {
  await page.clock.fastForward(31_000);
  assert.equal(await resend().isEnabled(), true);
  assert.equal(await spoken().textContent(), 'You can ask for a new code now.');
  await sent(page, () => resend().click());
  assert.match(await problem(page, 'code').textContent(), /^Not yet: you can ask for a new code from \d/);
  assert.equal(await codes(), 1, 'nothing was sent before its time');
});

test('the time left is spoken at 60, 30 and 10 seconds and at the end only', async () => {
  await page.goto('/security/phone/code');
  const timer = page.locator('.entry [role=timer]');
  const left = async () => {
    const [minutes, seconds] = (await timer.textContent()).split(':').map(Number);
    return 60 * minutes + seconds;
  };
  for (const mark of [60, 30, 10]) {
    await page.clock.fastForward((await left() - mark - 5) * 1_000);
    await spoken().evaluate((status) => { status.textContent = ''; });
    await page.clock.fastForward(3_000);
    assert.equal(await spoken().textContent(), '', `silent before ${mark}`);
    await page.clock.fastForward(3_000);
    assert.equal(await spoken().textContent(), `${mark} seconds left for this code.`);
  }
  await page.clock.fastForward(11_000);
  assert.equal(await spoken().textContent(), 'The code has run out. Ask for a new one.');
  assert.equal(await timer.getAttribute('aria-live'), null, 'role=timer is silent by itself');
});

test('what is no code is told apart from a wrong one, and costs no try', async () => {
  await page.goto('/security/phone/code');
  for (const [typed, said] of [
    ['', 'Enter the code we sent you.'],
    ['12345', 'The code has 6 digits. You entered 5.'],
    ['1234567', 'The code has 6 digits. You entered 7.'],
    ['four82', 'The code has 6 digits and nothing else.'],
  ]) {
    await enterCode(page, typed);
    assert.equal(await problem(page, 'code').textContent(), said);
    assert.equal(await codeField(page).inputValue(), typed);
  }
});

test('a wrong code stays on the page, with the focus in the field and the sentence beside it', async () => {
  for (const [miss, left] of [[1, null], [2, null], [3, '2 tries left.'], [4, 'One try left.']]) {
    await enterCode(page, wrongCode(code, miss));
    assert.equal(new URL(page.url()).pathname, '/security/phone/code');
    assert.match(await page.title(), /^Error: /);
    assert.equal(await codeField(page).getAttribute('aria-invalid'), 'true');
    assert.match(await codeField(page).getAttribute('aria-describedby'), /\bcode-problem\b/);
    assert.equal(await problem(page, 'code').textContent(),
      "That code doesn't match. Check the newest message and try again.");
    assert.equal(await focusedAndSelected(), true, `focus after miss ${miss}`);
    const told = page.getByText(/tr(y|ies) left/);
    assert.equal(left === null ? await told.count() : await told.textContent(), left ?? 0);
  }
});

test('the fifth wrong code locks, and says until when', async () => {
  await enterCode(page, wrongCode(code, 5));
  const alert = page.locator('[role=alert][data-problem="2011"]');
  assert.match(await alert.textContent(), CLOCK);
  assert.match(await alert.textContent(), /^Too many tries\. For your safety, try again after /);
  assert.equal(await codeField(page).count(), 0);
  assert.equal(await resend().count(), 0);
  await page.goto('/security/phone/code');
  assert.match(await alert.textContent(), CLOCK, 'it is still there when the page is opened again');
});

test('no other number, no new start and no right code opens the lock', async () => {
  const csrf = await page.locator('input[name=csrf]').first().inputValue();
  const answer = await page.request.post('/security/phone/code', { form: { csrf, code } });
  assert.equal(answer.status(), 429);
  await page.goto('/security/phone');
  await page.getByText('No phone set').waitFor();
  await page.goto('/security/phone/number');
  await enterNumber(page, '+447400150002');
  await page.waitForURL('**/security/phone/confirm');
  await sent(page, () => button(page, 'Send code').click());
  const alert = page.locator('[role=alert][data-problem]');
  assert.match(await alert.textContent(), /^Too many tries\. For your safety, try again after \d/);
  assert.deepEqual(await here.texts('+447400150002'), []);
  await page.goto('/security/activity?kind=codes');
  const told = await page.locator('.events .what').allTextContents();
  assert.equal(told.filter((sentence) => sentence === 'A wrong code was entered.').length, 5);
  assert.equal(told.filter((sentence) => sentence.startsWith('Codes were locked until ')).length, 1);
  assert.match(told[0], /^Codes were locked until /, 'the lock comes after what caused it');
});

test('a code asked for in one browser is worth nothing in another', async () => {
  const address = 'twice@people.example';
  const [first, second] = [await here.browser(), await here.browser()];
  await signUp(first, address);
  await signUp(second, address);
  const [older, newer] = [await here.mailedCode(address, 1), await here.mailedCode(address, 2)];
  await enterCode(second, older);
  assert.equal(await problem(second, 'code').getAttribute('data-problem'), '2004');
  await enterCode(first, newer);
  assert.equal(new URL(first.url()).pathname, '/signup/code');
  await first.getByRole('link', { name: 'Start again' }).waitFor();
  await enterCode(second, newer);
  await second.waitForURL('**/security?notice=welcome');
});
