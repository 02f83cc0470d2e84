// Delivery as staff see it and as holders feel it: routes that are paused, tested and resumed with a reason; a code
// that takes other roads, by itself and when it is asked for again, with its way to be read in the console; refusals in
// plain words; and the service's own texts on a handset.

import assert from 'node:assert/strict';
import { press, tabTo } from './focus.mjs';
import {
  button, enterCode, openAccount, problem, proveEmail, sendCodeTo, sent, signIn, signInOperator,
  switchSmsOn,
} from './journeys.mjs';
import { looks } from './looks.mjs';
import { steps, until, world } from './support.mjs';

const here = world();
const test = steps();
const { look, watched } = looks(here);
const EMAIL = 'roads@people.example';
const NUMBER = '+447400170001';
const TESTED = '+447400170002';
const REASON = 'Invoices <b>disputed</b> & under review';
const TEXTS = '/console/delivery/templates';
// The gaps before a new code are the policy's: 30 s, then 40 s. There is no shorter clock, so one test waits for them.
const GAP_MS = 60_000;
let desk;
let page;

/** The form of the page of a route that has this heading. */
const act = (name) => desk.getByRole('form', { name, exact: true });
const openRoute = (route) => desk.goto(`/console/delivery/routes/${route}`);
const status = (answer, code) => assert.equal(answer.status(), code);

/** Pauses or resumes a route, by what it says on the page. */
async function want(route, verb, reason) {
  await openRoute(route);
  const form = act(`${verb} this route`);
  await form.getByLabel('Reason, for those who ask later').fill(reason);
  await sent(desk, () => form.getByRole('button', { name: verb }).click());
  const notice = verb === 'Pause' ? 'route-paused' : 'route-active';
  await desk.waitForURL(`**/console/delivery/routes/${route}?notice=${notice}`);
}

/** Sends a test message over a route; ends on the way of that message. */
async function testSend(route, to) {
  await openRoute(route);
  await act('Send a test message').locator('#to').fill(to);
  await sent(desk, () => button(desk, 'Send the test').click());
  await desk.waitForURL('**/console/delivery/messages/msg_*?notice=test-sent');
}

/** What the timeline says, line by line, without its moments. */
const timeline = () => desk.locator('td.prose').allInnerTexts();

/** The timeline, once a line of it says so. */
const told = (words) => until(words, async () => {
  await desk.reload();
  const lines = await timeline();
  return lines.some((line) => line.startsWith(words)) && lines;
});

/** The messages with codes to an address, newest first, each as its path and the texts of its cells. */
async function messagesTo(address) {
  await desk.goto('/console/delivery/messages');
  await desk.locator('#what').fill(address);
  await sent(desk, () => button(desk, 'Find').click());
  await desk.getByRole('heading', { name: /^Messages with codes to / }).waitFor();
  return desk.locator('table tbody tr').evaluateAll((rows) => rows.map((row) => ({
    path: row.querySelector('a').getAttribute('href'),
    cells: [...row.querySelectorAll('td')].map((cell) => cell.innerText),
  })));
}

/** The roads of a message in their order, with why each was chosen. */
async function roads(path) {
  await desk.goto(path);
  const handed = (await timeline()).map((line) => line.match(/^Try (\d+): handed to (\S+)\.\s+Chosen: (.+)\. Price: /));
  return handed.filter(Boolean).map(([, number, route, why]) => ({ number: Number(number), route, why }));
}

test('staff find every route, connected and with nothing wrong', async () => {
  desk = await watched();
  await signInOperator(here, desk);
  await desk.getByRole('link', { name: 'Delivery', exact: true }).click();
  await desk.waitForURL('**/console/delivery');
  const names = await desk.locator('tbody th a').allTextContents();
  assert.deepEqual(names.sort(),
    ['calls', 'mailbox', 'simulated', 'simulated-2', 'simulated-3', 'simulated-http']);
  for (const row of await desk.locator('tbody tr').allInnerTexts()) {
    assert.match(row, /Connected[^]*Active: carries messages[^]*Breaker closed/);
  }
  await desk.getByText('Every route is connected and delivers as it should.').waitFor();
  await look(desk, 'console-routes');
});

test('a route is paused with a reason only, and what is refused is not lost', async () => {
  await openRoute('simulated-2');
  await look(desk, 'console-route');
  const pause = act('Pause this route');
  await pause.getByText('What waits goes over the other routes: simulated, simulated-3, simulated-http.').waitFor();
  status(await sent(desk, () => pause.getByRole('button').click()), 422);
  assert.equal(await problem(desk, 'paused-reason').textContent(), 'Enter a reason.');
  assert.match(await desk.title(), /^Error: /);
  assert.equal(await pause.getByRole('textbox').evaluate((field) => field === document.activeElement), true);
  await look(desk, 'console-route-problem');
  const long = 'x'.repeat(301);
  await pause.getByRole('textbox').fill(long);
  status(await sent(desk, () => pause.getByRole('button').click()), 422);
  assert.equal(await problem(desk, 'paused-reason').textContent(), 'Use at most 300 characters.');
  assert.equal((await pause.getByRole('textbox').inputValue()).slice(0, 300), long.slice(0, 300), 'it is kept');
  await openRoute('simulated-2');
  await desk.getByText('Active: carries messages').waitFor();
  await want('simulated-2', 'Pause', REASON);
  await desk.getByText('The route is paused. It takes no new messages.').waitFor();
  await desk.getByText('Paused: no new messages').waitFor();
  assert.equal(await act('Pause this route').count(), 0);
  await desk.goto('/console/delivery');
  await desk.getByRole('listitem').filter({ hasText: `simulated-2: Paused by an operator: ${REASON}` }).waitFor();
  await look(desk, 'console-routes-trouble');
});

test('a test message goes over the route that was asked, paused or not, and its way can be read', async () => {
  await openRoute('simulated-2');
  await act('Send a test message').locator('#to').fill('0740017');
  status(await sent(desk, () => button(desk, 'Send the test').click()), 422);
  assert.equal(await problem(desk, 'to').getAttribute('data-problem'), '6007');
  assert.equal(await desk.locator('#to').inputValue(), '0740017');
  await testSend('simulated-2', TESTED);
  await desk.getByText('The route was asked to carry the test message.').waitFor();
  const lines = await told('Try 1, simulated-2: the receipt says delivered.');
  assert.match(lines[0], /^The message was decided\./);
  assert.match(lines[1], /^Try 1: handed to simulated-2\./);
  const [text] = await here.texts(TESTED);
  assert.match(text.text, /^Acme: test message/);
  assert.ok(!(await desk.content()).includes(TESTED), 'the number is masked');
  assert.ok(!(await desk.content()).includes('7400 170002'), 'in every form');
  await look(desk, 'console-message');
  // The way back to the route, by keyboard alone.
  await desk.setViewportSize({ width: 1280, height: 800 });
  await openRoute('simulated-2');
  await tabTo(desk, act('Resume this route').getByRole('textbox'));
  await desk.keyboard.type('Paid.');
  await press(desk, 'Tab');
  await sent(desk, () => desk.keyboard.press('Enter'));
  await desk.getByText('The route carries messages again.').waitFor();
  await desk.getByText('Active: carries messages').waitFor();
});

test('a code that no receipt confirms takes another road by itself, and a new one yet another', async () => {
  for (const route of ['simulated-3', 'simulated-http']) await want(route, 'Pause', 'Kept for later.');
  for (const account of ['demo', 'demo-2']) await here.turn(account, { dead: true });
  page = await watched();
  await openAccount(here, page, EMAIL);
  await proveEmail(here, page, EMAIL, 2);
  await sendCodeTo(page, NUMBER);
  const resend = page.locator('form.resend button').first();
  const again = async () => {
    await page.waitForFunction((element) => !element.disabled, await resend.elementHandle(), { timeout: GAP_MS });
    await sent(page, () => resend.click());
    await page.waitForURL('**/security/phone/code**');
  };
  // Nobody asked for it: 20 s after the first road took it and said nothing more, the second one has it.
  const [{ path }] = await messagesTo(NUMBER);
  const taken = await until('a second road', async () => {
    const found = await roads(path);
    return found.length > 1 && found;
  }, GAP_MS);
  assert.deepEqual(taken.map(({ route }) => route).sort(), ['simulated', 'simulated-2']);
  assert.equal(taken[1].why, 'because another one failed before');
  assert.deepEqual(await here.texts(NUMBER), [], 'neither delivers');
  for (const route of ['simulated-3', 'simulated-http']) await want(route, 'Resume', 'Needed now.');
  await again();
  await here.textedCode(NUMBER, 1);
  assert.equal(await button(page, 'Call me instead').count(), 0);
  await again();
  const code = await here.textedCode(NUMBER, 2);
  await button(page, 'Call me instead').waitFor();
  await page.getByRole('heading', { name: 'Text us instead' }).waitFor();
  await page.getByText(/^Some carriers hold back codes\./).waitFor();
  await look(page, 'code-after-two-resends');
  const later = await messagesTo(NUMBER);
  assert.equal(later.length, 3);
  const [third, second] = [await roads(later[0].path), await roads(later[1].path)];
  const all = [...taken, ...second, ...third];
  assert.deepEqual(all.map(({ number }) => number), [1, 2, 1, 1]);
  assert.equal(new Set(all.map(({ route }) => route)).size, 4, 'never one that was taken before');
  assert.deepEqual([...second, ...third].map(({ why }) => why), Array(2).fill('because another one failed before'));
  await enterCode(page, code);
  await page.waitForURL('**/security/phone/done');
  await desk.goto(path);
  await look(desk, 'console-message-roads');
  await desk.goto(later[0].path);
  assert.equal((await timeline()).at(-1), 'The code was entered.');
  await desk.getByText('Adding a phone · send 3').waitFor();
});

test('messages are found by number, which never stands in an address or on the page', async () => {
  const found = await messagesTo('+44 7400 170001');
  assert.equal(found.length, 3);
  assert.equal(new URL(desk.url()).pathname + new URL(desk.url()).search, '/console/delivery/messages');
  for (const form of [NUMBER, '7400 170001', '7400170001']) {
    assert.ok(!(await desk.content()).includes(form), form);
  }
  await look(desk, 'console-messages-found');
  await desk.locator('#what').fill('nobody in particular');
  status(await sent(desk, () => button(desk, 'Find').click()), 422);
  assert.equal(await problem(desk, 'what').getAttribute('data-problem'), '6005');
  assert.equal(await desk.locator('#what').inputValue(), 'nobody in particular');
  const id = found[0].path.split('/').at(-1);
  await desk.locator('#what').fill(id);
  await sent(desk, () => button(desk, 'Find').click());
  await desk.waitForURL(`**/console/delivery/messages/${id}`);
  await desk.goto('/console/delivery/messages');
  await look(desk, 'console-messages');
  await desk.getByRole('navigation', { name: 'Route' }).getByRole('link', { name: 'mailbox' }).click();
  await desk.waitForURL('**/console/delivery/messages?route=mailbox');
  const routes = await desk.locator('tbody tr td:nth-child(5)').allTextContents();
  assert.deepEqual([...new Set(routes)], ['mailbox']);
});

test('countries and refusals are in tables, and a refusal in plain words', async () => {
  await here.turn('demo', { dead: false, refuses: 'submit_failed' });
  await testSend('simulated', TESTED);
  const lines = await told('Try 1, simulated: refused.');
  assert.match(lines.join('\n'), /Code: 0x45/);
  await desk.getByRole('link', { name: 'Errors', exact: true }).click();
  await desk.waitForURL('**/console/delivery/errors');
  const row = desk.getByRole('row').filter({ hasText: '0x45' });
  assert.match(await row.innerText(), /simulated[^]*The carrier's[^]*The carrier refused without saying why\./);
  await row.getByText(/^Ask the carrier, with/).waitFor();
  await look(desk, 'console-errors');
  await here.turn('demo', { refuses: 'none' });
  await here.turn('demo-2', { dead: false });
  await desk.getByRole('link', { name: 'Countries', exact: true }).click();
  await desk.waitForURL('**/console/delivery/countries');
  await desk.getByRole('rowheader', { name: 'United Kingdom' }).waitFor();
  await desk.getByRole('img', { name: 'Codes entered, by country and route' }).waitFor();
  await look(desk, 'console-countries');
  await desk.getByRole('link', { name: '7 days' }).click();
  await desk.waitForURL('**/console/delivery/countries?window=7d');
  assert.equal(await desk.getByRole('link', { name: '7 days' }).getAttribute('aria-current'), 'true');
  await desk.getByRole('rowheader', { name: 'United Kingdom' }).waitFor();
});

const body = (on = desk) => on.locator('#body');
const count = (name) => desk.locator(`[data-count-${name}]`);
const save = (on = desk) => sent(on, () => button(on, 'Save').first().click());
const editSignIn = (on = desk) => on.goto(`${TEXTS}/edit?name=sign_in&locale=en`);

/** A code for signing in from a browser that was not used before, as it stands on the handset. */
async function textOfSignIn(sms) {
  const other = await here.browser();
  await signIn(other, EMAIL);
  await other.waitForURL('**/signin/code');
  const code = await here.textedCode(NUMBER, sms);
  const { text } = (await here.texts(NUMBER)).find((one) => one.text.includes(code));
  const [last, ...lines] = text.split('\n').reverse();
  await enterCode(other, code);
  await other.waitForURL('**/security');
  assert.equal(last, `@localhost #${code}`, 'whoever wrote it, the last line binds the code to its site');
  return lines.reverse().join('\n').replace(code, 'CODE');
}

test('a text is counted while it is written, and two messages are paid for by consent only', async () => {
  await desk.setViewportSize({ width: 1280, height: 800 });
  await desk.goto('/console/delivery');
  await desk.getByRole('link', { name: 'Texts and senders', exact: true }).click();
  await desk.waitForURL(`**${TEXTS}`);
  await look(desk, 'console-texts');
  await desk.getByRole('link', { name: 'Our words – Sign-in, en', exact: true }).click();
  await desk.waitForURL(`**${TEXTS}/edit?name=sign_in&locale=en`);
  await body().pressSequentially('Welcome back to {brand}: {code}');
  await count('units').waitFor();
  const units = async () => Number((await count('units').textContent()).split(' / ')[0]);
  const before = await units();
  await body().pressSequentially(' {');
  assert.equal(await desk.locator('[data-count]').isVisible(), false, 'what cannot be read has no count');
  await body().press('Backspace');
  await body().pressSequentially('€');
  assert.equal(await units(), before + 3, 'a space, and two septets for what needs an escape');
  assert.equal(await count('segments').textContent(), '1');
  assert.equal(await count('outside').isVisible(), false);
  await body().pressSequentially(' “welcome”');
  await count('outside').getByText('“ ”').waitFor();
  assert.match(await count('units').textContent(), /^\d+ \/ 70$/);
  assert.equal(await count('segments').textContent(), '2');
  await count('split').waitFor();
  await look(desk, 'console-text-two');
  const written = await body().inputValue();
  status(await save(), 422);
  assert.equal(await problem(desk, 'body').getAttribute('data-problem'), '6111');
  assert.equal(await body().inputValue(), written, 'what was written is kept');
  await look(desk, 'console-text-problem');
  await body().fill('Ask acme.example/x about {code}');
  status(await save(), 422);
  assert.equal(await problem(desk, 'body').getAttribute('data-problem'), '6110');
  await body().fill(written);
  await desk.getByLabel('I agree to pay for two messages where one does not hold it').check();
  await save();
  await desk.waitForURL(`**${TEXTS}?notice=text-saved`);
  await desk.getByText('Your text was saved. It speaks from the next code on.').waitFor();
  await desk.getByRole('link', { name: 'Your text – Sign-in, en', exact: true }).waitFor();
  await desk.getByText('2 messages', { exact: true }).waitFor();
});

test('the next code speaks by it, on the handset', async () => {
  await switchSmsOn(page);
  const text = await textOfSignIn(3);
  assert.equal(text, 'Welcome back to Acme: CODE € “welcome” We never ask for it by phone or chat.');
});

test('without scripts a text is previewed, kept and taken away, and then our words speak', async () => {
  const plain = await here.browser({ javaScriptEnabled: false });
  await signInOperator(here, plain);
  await editSignIn(plain);
  await body(plain).fill('{code} opens {brand} ({words}). {warning}');
  await plain.getByLabel('I agree to pay for two messages where one does not hold it').uncheck();
  status(await sent(plain, () => button(plain, 'Preview').click()), 200);
  const preview = plain.locator('[data-count]');
  assert.match(await preview.locator('pre').textContent(), /opens Acme .*\n@localhost #\d{6,10}$/);
  assert.match(await preview.locator('[data-count-units]').textContent(), /^\d+ \/ 160$/);
  assert.equal(await preview.locator('[data-count-segments]').textContent(), '1');
  assert.equal(await body(plain).inputValue(), '{code} opens {brand} ({words}). {warning}');
  await editSignIn();
  assert.match(await body().inputValue(), /welcome”$/, 'a preview keeps nothing');
  await save(plain);
  await plain.waitForURL(`**${TEXTS}?notice=text-saved`);
  // Signing in has no two words to compare: they leave no trace, their brackets neither.
  assert.equal(await textOfSignIn(4), 'CODE opens Acme. We never ask for it by phone or chat.');
  await editSignIn(plain);
  await sent(plain, () => button(plain, 'Back to our words').click());
  await plain.waitForURL(`**${TEXTS}?notice=text-deleted`);
  await plain.getByText('Your text was taken away. Our words speak.').waitFor();
  await plain.getByRole('link', { name: 'Our words – Sign-in, en', exact: true }).waitFor();
  assert.match(await textOfSignIn(5), /^CODE is your Acme code to sign in on a new device\. We never ask for it/);
});

test('everything of it is reached in German, and at 320 px', async () => {
  await desk.goto('/console/delivery');
  await desk.locator('select[name=language]').selectOption('de');
  await sent(desk, () => desk.locator('footer button').click());
  for (const path of ['', '/routes/simulated', '/countries', '/errors', '/messages', '/templates']) {
    await desk.goto(`/console/delivery${path}`);
    assert.equal(await desk.locator('html').getAttribute('lang'), 'de');
    await look(desk, `console-german${path.replaceAll('/', '-')}`);
  }
});
