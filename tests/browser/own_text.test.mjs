// Where carriers hold codes back, the holder texts us a code that the page shows. Every road of the simulated network
// takes messages and says that they were lost, so that the page offers it at once and nobody waits for two resends.

import assert from 'node:assert/strict';
import { press, tabTo } from './focus.mjs';
import { button, enterCode, openAccount, proveEmail, sendCodeTo, sent, signUp } from './journeys.mjs';
import { looks } from './looks.mjs';
import { steps, until, world } from './support.mjs';

const here = world();
const test = steps();
const { look, watched } = looks(here);
const ROADS = ['demo', 'demo-2', 'demo-3', 'demo-http'];
const OURS = '+447860000001';
const [HEALTHY, ALONE, FIRST, SECOND, BOUND] = [1, 2, 3, 4, 5].map((one) => `+44740016000${one}`);

const heading = (page) => page.getByRole('heading', { name: 'Text us instead' });
const waiting = (page) => page.getByText('We are waiting for your message.', { exact: true });
/** What the page shows, as people read it: four digits, a space, four digits. */
const shown = async (page) => {
  const text = await page.locator('#own-text-code').textContent();
  assert.match(text, /^\d{4} \d{4}$/);
  return text;
};
const otherCode = (code) => String((Number(code.replace(' ', '')) + 1) % 100_000_000).padStart(8, '0');
/** 204 once the text has come, 202 while it is waited for, 410 where none is. */
const state = async (page, path) => (await page.request.get(`${path}/state`)).status();

/** The code page once it knows that the message is lost. */
const lost = (page) => until('the offer to text us', async () => {
  await page.reload();
  return heading(page).count();
});

/** A sign-up whose code never comes, on the page that shows a code to text. */
async function waitingSignUp(number) {
  const page = await watched();
  await signUp(page, number);
  await lost(page);
  await sent(page, () => button(page, 'Show a code to text').click());
  return page;
}

test('while messages get through, nobody is asked to text', async () => {
  const page = await here.browser();
  await signUp(page, HEALTHY);
  const code = await here.textedCode(HEALTHY);
  await page.reload();
  assert.equal(await heading(page).count(), 0);
  assert.equal(await state(page, '/signup/text'), 410);
  await page.goto('/signup/text');
  await page.waitForURL('**/signup/code');
  await enterCode(page, code);
  await page.waitForURL('**/security?notice=welcome');
});

test('when no message gets through, a code is shown by keyboard, and the page goes on by itself', async () => {
  for (const road of ROADS) await here.turn(road, { loss_percent: 100 });
  const page = await watched();
  await signUp(page, ALONE);
  await lost(page);
  assert.deepEqual(await here.texts(ALONE), []);
  await look(page, 'own-text-offered');
  await page.setViewportSize({ width: 390, height: 664 });
  await page.reload();
  await tabTo(page, button(page, 'Show a code to text'));
  await sent(page, () => page.keyboard.press('Enter'));
  const code = await shown(page);
  await waiting(page).waitFor();
  await page.getByText('Text this code to +44 7860 000001 from +44 7400 160002:').waitFor();
  const filled = await page.getByRole('link', { name: 'Open your messages' }).getAttribute('href');
  assert.equal(filled, `sms:${OURS}?&body=${code.replace(' ', '')}`);
  await tabTo(page, button(page, 'Show a new code'));
  await press(page, 'Shift+Tab');
  await look(page, 'own-text-shown');
  assert.equal(await state(page, '/signup/text'), 202);
  await here.sendText(ALONE, OURS, `My code: ${code}.`);
  await page.waitForURL('**/security?notice=welcome');
});

test('neither a wrong code nor another handset nor a code of before goes on', async () => {
  const [page, other] = [await waitingSignUp(FIRST), await waitingSignUp(SECOND)];
  const before = await shown(page);
  await sent(page, () => button(page, 'Show a new code').click());
  const code = await shown(page);
  assert.notEqual(code, before);
  await here.sendText(FIRST, OURS, otherCode(code));
  await here.sendText(FIRST, OURS, before);
  await here.sendText(SECOND, OURS, code);
  // Texts are heard one after another: once the last one is, so are those before it.
  await here.sendText(SECOND, OURS, await shown(other));
  await other.waitForURL('**/security?notice=welcome');
  assert.equal(await state(page, '/signup/text'), 202);
  assert.equal(new URL(page.url()).pathname, '/signup/text');
  await sent(page, () => button(page, 'Continue').click());
  const alert = page.locator('[role=alert][data-problem]');
  assert.equal(await alert.textContent(),
    'Your message has not arrived yet. That can take a minute; then continue again.');
  assert.equal(await shown(page), code, 'what is to be texted stays on the page');
  await look(page, 'own-text-early');
  // On the code page nothing goes on by itself.
  await page.getByRole('link', { name: 'Back to the code' }).click();
  await page.getByRole('link', { name: 'Go on with your text' }).click();
  await page.getByText(/^The code is shown once\./).waitFor();
  assert.equal(await page.locator('#own-text-code').count(), 0);
  assert.ok(!(await page.content()).includes(code));
  await look(page, 'own-text-once');
  await page.goto('/signup/code');
  await here.sendText(FIRST, OURS, code);
  await until('the text', async () => await state(page, '/signup/text') === 204);
  await page.getByRole('link', { name: 'Go on with your text' }).click();
  await page.getByText('Your message has arrived.', { exact: true }).waitFor();
  await look(page, 'own-text-heard');
  await button(page, 'Continue').click();
  await page.waitForURL('**/security?notice=welcome');
});

test('a phone is bound by a text without scripts, in German as well', async () => {
  const email = 'own-text@people.example';
  const page = await here.browser({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  await openAccount(here, page, email);
  await proveEmail(here, page, email, 2);
  await sendCodeTo(page, BOUND);
  await lost(page);
  await page.locator('select[name=language]').selectOption('de');
  await sent(page, () => button(page, 'Save').click());
  await page.getByRole('heading', { name: 'Senden Sie uns eine SMS' }).waitFor();
  await page.locator('select[name=language]').selectOption('en');
  await sent(page, () => page.locator('footer button').click());
  await sent(page, () => button(page, 'Show a code to text').click());
  const code = await shown(page);
  const alert = page.locator('[role=alert][data-problem]');
  await sent(page, () => button(page, 'Continue').click());
  assert.equal(await alert.getAttribute('data-problem'), '2013');
  assert.equal(await shown(page), code);
  await here.sendText(BOUND, OURS, code.replace(' ', ''));
  await until('the text', async () => await state(page, '/security/phone/text') === 204);
  await button(page, 'Continue').click();
  await page.waitForURL('**/security/phone/done');
  await page.goto('/security/phone');
  assert.equal(await page.getByText('No phone set').count(), 0);
  assert.equal(await state(page, '/security/phone/text'), 410);
});
