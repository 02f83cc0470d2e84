// What else an account can be guarded with: recovery codes, an authenticator app whose clock is off, a
// trading password that is not easily guessed, a phrase, calls instead of texts; and the level of protection
// in words along the way.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  AuthenticatorApp, TRADING_PASSWORD, confirmAnotherWay, confirmByCode, confirmWith,
} from './confirmations.mjs';
import { PASSWORD, bindPhone, button, openAccount, problem, sent, signIn, switchSmsOn } from './journeys.mjs';
import { steps, until, world } from './support.mjs';

const here = world();
const test = steps();
const EMAIL = 'bea@people.example';
const NUMBER = '+447400190008';
let page;
let app;
let codes;
let other;

async function level(page) {
  await page.goto('/security');
  const [heading, next] = await Promise.all([
    page.locator('.level h2').innerText(), page.locator('.level a, .level p').last().innerText(),
  ]);
  return [heading.trim(), next.trim()];
}

test('an account begins with basic protection, and is told one next step at a time', async () => {
  page = await here.browser({ permissions: ['clipboard-read', 'clipboard-write'] });
  await openAccount(here, page, EMAIL);
  assert.deepEqual(await level(page), ['Protection: basic', 'Next: set a phone (2 min)']);
  await bindPhone(here, page, EMAIL, NUMBER);
  assert.deepEqual(await level(page), ['Protection: basic', 'Next: switch SMS authentication on (1 min)']);
  await switchSmsOn(page);
  assert.deepEqual(await level(page), ['Protection: fair', 'Next: set up an authenticator app (2 min)']);
});

test('SMS cannot be switched off while it is the only second step', async () => {
  await page.goto('/security/sms');
  await page.locator('[data-problem="4001"]').waitFor();
  assert.equal(await button(page, 'Switch off').count(), 0);
});

test('a call says a code digit by digit, and the handset page shows what it said', async () => {
  await page.goto('/security/trading-password');
  await button(page, 'Set up').click();
  await sent(page, () => button(page, 'Call me instead').click());
  const call = await until('the call', async () => (await here.texts(NUMBER)).find(({ call }) => call));
  const said = [...call.text.matchAll(/code is: ((?:\d, ){5}\d)\./g)]
    .map(([, digits]) => digits.replaceAll(', ', ''));
  assert.equal(said.length, 2, 'said twice');
  assert.equal(said[0], said[1]);
  const handset = await page.context().newPage();
  await handset.goto(`${here.demo.handsets_url}/?to=${encodeURIComponent(NUMBER)}`);
  await button(handset, `Copy code ${said[0]}`).waitFor();
  await handset.close();
  await confirmWith(page, { code: said[0] });
  await page.waitForURL('**/security/trading-password/new');
});

test('a trading password is refused when it is one that is tried first', async () => {
  const refused = [
    ['123456', 'new', 'These digits are among those that are tried first. Choose others.'],
    ['121212', 'new', 'These digits are among those that are tried first. Choose others.'],
    ['240785', 'new', 'These digits are a date. Birthdays are tried first; choose others.'],
    ['190008', 'new', 'These digits stand in your phone number. Choose others.'],
    ['73921', 'new', 'A trading password has six digits and nothing else.'],
    ['', 'new', 'Enter your trading password.'],
  ];
  for (const [digits, field, sentence] of refused) {
    await page.locator('#new').fill(digits);
    await page.locator('#again').fill(digits);
    const answer = await sent(page, () => button(page.locator('main'), 'Save').click());
    assert.equal(answer.status(), 422, digits);
    assert.equal(await problem(page, field).textContent(), sentence, digits);
  }
  await page.locator('#new').fill(TRADING_PASSWORD);
  await page.locator('#again').fill('739215');
  await sent(page, () => button(page.locator('main'), 'Save').click());
  assert.equal(await problem(page, 'again').textContent(), 'The two are not the same. Enter them again.');
  // Digits of any script are digits.
  await page.locator('#new').fill('٧٣٩٢١٤');
  await page.locator('#again').fill('٧٣٩٢١٤');
  await sent(page, () => button(page.locator('main'), 'Save').click());
  await page.waitForURL('**/security/trading-password?notice=trading-password-set');
});

test('recovery codes are shown once, and the way on wakes when they are kept', async () => {
  await page.goto('/security/recovery-codes');
  await button(page, 'Make recovery codes').click();
  await confirmAnotherWay(page, 'Email');
  await confirmByCode(page, here.mailedCode, EMAIL, 3);
  await page.waitForURL('**/security/recovery-codes/new');
  await sent(page, () => button(page, 'Show the codes').click());
  const shown = await page.locator('#recovery-codes').innerText();
  codes = shown.trim().split('\n');
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^([a-z0-9]{4}-){3}[a-z0-9]{4}$/);

  const onward = page.locator('[data-once-kept]');
  const waits = 'Copy, download or print the codes first.';
  assert.equal(await onward.getAttribute('href'), null);
  await page.getByText(waits).waitFor();
  const saved = page.waitForEvent('download');
  await button(page, 'Download .txt').click();
  const download = await saved;
  assert.equal(download.suggestedFilename(), 'recovery-codes.txt');
  assert.equal(readFileSync(await download.path(), 'utf8').trim(), shown.trim());
  assert.equal(await page.getByText(waits).isVisible(), false);
  await button(page, 'Copy').click();
  await until('the copy', async () =>
    (await page.evaluate(() => navigator.clipboard.readText())).trim() === shown.trim());
  await onward.click();
  await page.getByText('10 of 10 left').waitFor();
  await page.goto('/security/recovery-codes/new');
  await sent(page, () => button(page, 'Show the codes').click());
  await page.waitForURL('**/security/recovery-codes');
  assert.equal(await page.getByText(codes[0]).count(), 0, 'never again, nor others without a new proof');
  await page.getByText('10 of 10 left').waitFor();
});

test('the phrase stands in the emails and on the pages that confirm', async () => {
  const phrase = 'a ferry & six "gulls"';
  await page.goto('/security/phrase');
  await button(page, 'Set up').click();
  await confirmAnotherWay(page, 'Password + Recovery code');
  await confirmWith(page, { password: PASSWORD, recovery_code: codes[0] });
  await page.waitForURL('**/security/phrase/new');
  await page.locator('#phrase').fill('Sign in at <acme.example>');
  await sent(page, () => button(page.locator('main'), 'Save').click());
  assert.equal(await problem(page, 'phrase').textContent(),
    'A phrase has 4 to 40 characters, and none of < > @ : / \\.');
  await page.locator('#phrase').fill(phrase);
  await sent(page, () => button(page.locator('main'), 'Save').click());
  await page.waitForURL('**/security/phrase?notice=phrase-set');
  await page.goto('/security/totp');
  await button(page, 'Set up').click();
  await page.getByText(phrase, { exact: true }).waitFor();
  await confirmAnotherWay(page, 'Email');
  await sent(page, () => button(page, 'Send code').click());
  await here.mailedCode(EMAIL, 4);
  const mail = (await here.mail(EMAIL)).find(({ subject }) => subject.includes('code'));
  assert.ok(mail.text.startsWith(`Your phrase: ${phrase}\n`), mail.text);
  await button(page, 'Cancel').click();
});

test('a code of five minutes ago is told to be of a clock that is off', async () => {
  await page.goto('/security/totp');
  await button(page, 'Set up').click();
  await confirmAnotherWay(page, 'Email');
  await confirmByCode(page, here.mailedCode, EMAIL, 5);
  await page.waitForURL('**/security/totp/new');
  const shown = (await page.locator('#totp-key').innerText()).replace(/\s/g, '');
  assert.match(shown, /^[A-Z2-7]{32}$/, '160 bits (RFC 4226, R6)');
  const link = await page.getByRole('link', { name: 'Open in an app on this device' }).getAttribute('href');
  assert.equal(new URL(link).searchParams.get('secret'), shown);
  app = new AuthenticatorApp(shown);
  for (const [seconds, sentence] of [
    [-300, 'That code belongs to another time. '
      + 'Check that your phone sets its time automatically, then enter the next code.'],
    [86_400, "That code doesn't match, or was used already. "
      + 'Wait for the next one in your app and try again.'],
  ]) {
    await page.locator('#totp').fill('');
    await page.locator('#totp').pressSequentially(await app.codeIn(seconds));
    const answer = await sent(page, () => button(page, 'Switch on').click());
    assert.equal(answer.status(), 422);
    assert.equal(await problem(page, 'totp').textContent(), sentence);
  }
  assert.equal((await page.locator('#totp-key').innerText()).replace(/\s/g, ''), shown, 'the key stays');
  await page.locator('#totp').fill('');
  await page.locator('#totp').pressSequentially(await app.nextCode());
  await sent(page, () => button(page, 'Switch on').click());
  await page.waitForURL('**/security/totp?notice=totp-added');
  assert.deepEqual(await level(page), ['Protection: strong', 'Next: add a passkey (1 min)']);
});


test('a recovery code signs in a new browser, once', async () => {
  const [one, two] = [await here.browser(), await here.browser()];
  await signIn(one, EMAIL);
  await confirmAnotherWay(one, 'Recovery code');
  const typed = codes[3].toUpperCase().replaceAll('-', ' ');
  await confirmWith(one, { recovery_code: typed });
  await one.waitForURL('**/security');
  await signIn(two, EMAIL);
  await confirmAnotherWay(two, 'Recovery code');
  const answer = await confirmWith(two, { recovery_code: codes[3] });
  assert.equal(answer.status(), 422);
  assert.equal(await problem(two, 'recovery_code').textContent(),
    'That is none of your recovery codes, or it was used already. Check it or take another.');
  await confirmWith(two, { recovery_code: codes[4] });
  await two.waitForURL('**/security');
  await page.goto('/security/recovery-codes');
  await page.getByText('7 of 10 left').waitFor();
  const notice = 'A recovery code of your Acme account was used';
  await until(notice, async () => (await here.mail(EMAIL)).some(({ subject }) => subject === notice));
  [other] = [two];
});

test('the password is changed with two codes, and the other sessions end', async () => {
  await page.goto('/security');
  await page.getByRole('button', { name: /^Change password/ }).click();
  await page.getByRole('heading', { name: 'Confirm: change your password' }).waitFor();
  await page.getByText('After this change, withdrawals are paused for 24 hours.').waitFor();
  await confirmAnotherWay(page, 'Authenticator app + Text message');
  await confirmWith(page, { totp: await app.nextCode() });
  await page.getByText('Authenticator app: done').waitFor();
  await confirmWith(page, { code: await here.textedCode(NUMBER, 2) });
  await page.waitForURL('**/security/password/new');
  for (const [password, sentence] of [['short', /^Use at least \d+ characters\.$/],
    ['1234567890', /^This password is on lists/]]) {
    await page.locator('#password').fill(password);
    await sent(page, () => button(page, 'Change password').click());
    assert.match(await problem(page, 'password').textContent(), sentence);
  }
  await page.locator('#password').fill('a tramway under loud snow');
  await sent(page, () => button(page, 'Change password').click());
  await page.waitForURL('**/security?notice=password-changed');
  await page.getByText(/^Withdrawals are paused until .* because your password changed\./).waitFor();
  await other.goto('/security');
  await other.waitForURL('**/signin*');
  await signIn(other, EMAIL);
  await other.getByText("These details don't match an account.").waitFor();
});

test('SMS is switched off once something stronger stands, behind a proof, and that holds too', async () => {
  await page.goto('/security/sms');
  await button(page, 'Switch off').click();
  await page.getByRole('heading', { name: 'Confirm: switch SMS authentication off' }).waitFor();
  await confirmWith(page, { totp: await app.nextCode() });
  await page.getByText('Authenticator app: done').waitFor();
  await confirmWith(page, { code: await here.mailedCode(EMAIL, 6) });
  await page.waitForURL('**/security/sms?notice=sms-off');
  assert.equal(await page.locator('p.state.figure').textContent(), 'Off');
  await page.getByText(/^Withdrawals are paused .* because SMS authentication was switched off\./).waitFor();
  assert.deepEqual(await level(page), ['Protection: strong', 'Next: add a passkey (1 min)']);
});
