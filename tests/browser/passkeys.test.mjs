// Passkeys with Chromium's virtual authenticator: made, named, used to sign in and to withdraw, refused when
// nobody was verified or another site asks, and taken away. The authenticator's keys are Chromium's own.

import assert from 'node:assert/strict';
import {
  TRADING_PASSWORD, askToWithdraw, backToExchange, balance, confirmAnotherWay, confirmByCode, confirmWith,
  equipHolder, outcome, signInToExchange,
} from './confirmations.mjs';
import { button, openAccount, problem, sent, signIn } from './journeys.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const NUMBER = '+447400190004';
const REFUSED = 'That passkey could not be used. Nothing was changed; try again or use another way.';
let page;
let device;
let signals;

/** A device with a fingerprint reader, as one page sees it. */
async function giveDevice(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
  const send = (what, more = {}) => devtools.send(`WebAuthn.${what}`, { authenticatorId, ...more });
  return {
    recognises: (isUserVerified) => send('setUserVerified', { isUserVerified }),
    credentials: async () => (await send('getCredentials')).credentials,
    // With its counter: one that has fallen behind is a copy of a key, and is refused.
    takeFrom: async (other) => {
      const [credential] = await other.credentials();
      await send('clearCredentials');
      await send('addCredential', { credential });
    },
  };
}

/** What pages tell the browser about passkeys that are gone (WebAuthn Level 3, 5.1.10); it hears it too. */
async function listenToSignals(page) {
  const heard = [];
  await page.exposeFunction('heardSignal', (told) => { heard.push(told); });
  await page.addInitScript(() => {
    const really = PublicKeyCredential.signalAllAcceptedCredentials.bind(PublicKeyCredential);
    PublicKeyCredential.signalAllAcceptedCredentials = async (told) => {
      await window.heardSignal(told);
      return really(told);
    };
  });
  return heard;
}

/** From the page of passkeys to the one that makes one; confirmed by email, the `count`th code. */
async function beginPasskey(page, email, count) {
  await page.goto('/security/passkeys');
  await button(page, 'Add a passkey').click();
  await page.getByRole('heading', { name: 'Confirm: add a passkey' }).waitFor();
  if (await page.getByText('Use another way').count()) await confirmAnotherWay(page, 'Email');
  await confirmByCode(page, here.mailedCode, email, count);
  await page.waitForURL('**/security/passkeys/new');
}

/** Runs in a page: asks its browser's passkeys, and gives the answer as JSON, or the fault. */
const answerTo = async (options) => {
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options).publicKey);
    return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
  } catch (fault) {
    return `${fault.name}: ${fault.message}`;
  }
};

const names = (page) => page.locator('ul.rows h2').allTextContents();

test('the holder has a phone and a trading password', async () => {
  page = await here.browser();
  device = await giveDevice(page);
  signals = await listenToSignals(page);
  await equipHolder(here, page, NUMBER);
  await signInToExchange(here, page, 4);
});

test('making one and turning back changes nothing, and is said calmly', async () => {
  await beginPasskey(page, here.demo.holder.email, 5);
  await device.recognises(false);
  await button(page, 'Make passkey').click();
  await page.locator('#passkey-problem').getByText('Nothing was changed. You can try again.').waitFor();
  assert.deepEqual(await device.credentials(), []);
  await device.recognises(true);
});

test('a passkey is made with a name, and the page says where it lives', async () => {
  await page.locator('#name').fill('My laptop');
  await sent(page, () => button(page, 'Make passkey').click());
  await page.getByText('Your passkey is set up. You can use it to confirm from now on.').waitFor();
  assert.deepEqual(await names(page), ['My laptop']);
  const [credential] = await device.credentials();
  assert.equal(credential.rpId, 'localhost');
  await page.getByText('Not used yet').waitFor();
});

test('the same device is told that it has one already', async () => {
  await page.goto('/security/passkeys');
  await button(page, 'Add a passkey').click();
  await page.getByRole('heading', { name: 'Confirm: add a passkey' }).waitFor();
  // From now on a passkey is what is asked for first.
  await sent(page, () => button(page, 'Use passkey').click());
  await page.waitForURL('**/security/passkeys/new');
  await button(page, 'Make passkey').click();
  const said = page.locator('#passkey-problem');
  await said.getByText('This device has a passkey for your account already.').waitFor();
});

test('a new browser signs in to the Security Center with the passkey', async () => {
  const fresh = await here.browser();
  const copy = await giveDevice(fresh);
  await copy.takeFrom(device);
  const { email, password } = here.demo.holder;
  const codes = async () => (await here.mail(email)).filter(({ subject }) => subject.includes('code')).length;
  const before = await codes();
  await signIn(fresh, email, password);
  await fresh.getByRole('heading', { name: 'Confirm sign-in' }).waitFor();
  await sent(fresh, () => button(fresh, 'Use passkey').click());
  await fresh.waitForURL('**/security');
  assert.equal(await codes(), before, 'no code was sent for it');
  await device.takeFrom(copy);
  await fresh.context().close();
});

test('a withdrawal is confirmed with the passkey and the trading password, and no code', async () => {
  await askToWithdraw(here, page, '0.05');
  await sent(page, () => button(page, 'Use passkey').click());
  await page.getByText('Passkey: done').waitFor();
  await confirmWith(page, { trading_password: TRADING_PASSWORD });
  await page.getByRole('heading', { name: 'Confirmed' }).waitFor();
  await backToExchange(here, page);
  assert.equal(await outcome(page), 'sent');
  assert.equal(await balance(here, page), '2.45');
});

test('an answer of a device that verified nobody is refused', async () => {
  await askToWithdraw(here, page, '0.05');
  await device.recognises(false);
  await button(page, 'Use passkey').click();
  await page.locator('#passkey-problem').getByText('Nothing was changed. You can try again.').waitFor();
  // A browser that does not insist gets an answer without verification; it is the server that says no.
  await page.evaluate(() => {
    const { parseRequestOptionsFromJSON } = PublicKeyCredential;
    PublicKeyCredential.parseRequestOptionsFromJSON = (options) =>
      parseRequestOptionsFromJSON.call(PublicKeyCredential, { ...options, userVerification: 'discouraged' });
  });
  const answer = await sent(page, () => button(page, 'Use passkey').click());
  assert.ok(answer.request().postData().includes('authenticatorData'), 'an answer was given');
  assert.equal(answer.status(), 422);
  assert.equal(await problem(page, 'passkey').textContent(), REFUSED);
  await device.recognises(true);
});

test('an answer that was given to another origin is refused, though it is the same name', async () => {
  // On another port of the same name: the browser goes by the name, the server by the whole origin.
  const elsewhere = await here.chromium.newContext();
  const body = { contentType: 'text/html', body: 'Sign in to Acme' };
  await elsewhere.route('http://localhost:9/', (route) => route.fulfill(body));
  const trap = await elsewhere.newPage();
  const copy = await giveDevice(trap);
  await copy.takeFrom(device);
  await trap.goto('http://localhost:9/');
  const options = await page.locator('[data-passkey-get]').getAttribute('data-passkey-get');
  const relayed = await trap.evaluate(answerTo, options);
  await page.evaluate((answer) => {
    const form = document.querySelector('[data-passkey-get]').form;
    form.elements.passkey.value = answer;
    form.requestSubmit();
  }, relayed);
  await page.locator('#passkey-problem').getByText(REFUSED).waitFor();

  // On the exchange's own origin the browser does not even ask.
  await trap.unrouteAll();
  await trap.goto(here.demo.exchange_url);
  assert.match(await trap.evaluate(answerTo, options), /^SecurityError/);
  await elsewhere.close();
  assert.equal(await page.getByText('Passkey: done').count(), 0);
  await sent(page, () => button(page, 'Use passkey').click());
  await page.getByText('Passkey: done').waitFor();
});

test('a second device gets its own, and is renamed', async () => {
  const tab = await page.context().newPage();
  const other = await giveDevice(tab);
  await tab.goto('/security/passkeys/new');
  await tab.locator('#name').fill('Phone');
  await sent(tab, () => button(tab, 'Make passkey').click());
  await tab.waitForURL('**/security/passkeys?notice=passkey-added');
  assert.equal((await other.credentials()).length, 1);
  const row = tab.locator('ul.rows > li').filter({ hasText: 'Phone' });
  await row.getByText('Rename').click();
  await row.locator('input[name=name]').fill('Ann’s <b>phone</b>');
  await sent(tab, () => button(row, 'Save').click());
  await tab.getByText('The new name is saved.').waitFor();
  assert.deepEqual((await names(tab)).sort(), ['Ann’s <b>phone</b>', 'My laptop']);
  await tab.close();
});

test('a passkey that is removed is forgotten by the browser as well, and holds withdrawals', async () => {
  await page.goto('/security/passkeys');
  signals.length = 0;
  const [{ credentialId }] = await device.credentials();
  const kept = Buffer.from(credentialId, 'base64').toString('base64url');
  await button(page, 'Remove Ann’s <b>phone</b>').click();
  await page.getByRole('heading', { name: 'Confirm: remove a passkey' }).waitFor();
  await page.getByText('After this change, withdrawals are paused for 24 hours.').waitFor();
  await sent(page, () => button(page, 'Use passkey').click());
  await page.getByText('That passkey was removed. It no longer works here.').waitFor();
  assert.deepEqual(await names(page), ['My laptop']);
  assert.deepEqual(signals.at(-1).allAcceptedCredentialIds, [kept]);
  assert.equal(signals.at(-1).rpId, 'localhost');
  assert.equal((await device.credentials()).length, 1, 'the one that stays is not forgotten');
  await page.getByText(/^Withdrawals are paused until .* because your passkeys changed\./).waitFor();
});

test('the last second factor cannot be removed', async () => {
  const alone = await here.browser();
  await giveDevice(alone);
  const email = 'alone@people.example';
  await openAccount(here, alone, email);
  await beginPasskey(alone, email, 2);
  await alone.locator('#name').fill('My key');
  await sent(alone, () => button(alone, 'Make passkey').click());
  await alone.waitForURL('**/security/passkeys?notice=passkey-added');
  await alone.getByRole('button', { name: 'Remove My key' }).click();
  const last = 'This is the last strong protection of your account. Set up another one first.';
  await alone.getByText(last).waitFor();
  assert.equal((await names(alone)).length, 1);
});
