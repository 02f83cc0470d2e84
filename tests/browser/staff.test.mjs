// The people of the console in real browsers: somebody is invited, joins with a passkey that a virtual device makes, adds
// an app, and loses access; the command bar; the simulated authenticator; and every page narrow, dark and without faults.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { appCode, button, enterAppCode, problem, sent, signInOperator } from './journeys.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const LOOKS = [{ width: 320, colorScheme: 'dark' }, { width: 1280, colorScheme: 'light' }];
const PASSWORD = 'seven quiet harbours';
let admin;
let nina;
let link;

/** Nothing runs off the side and axe finds nothing serious, in both looks. */
async function look(page, name) {
  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const where = `${name}, ${width} px, ${colorScheme}`;
    assert.equal(await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    }), 0, where);
    assert.deepEqual(await page.evaluate(async () => {
      const { violations } = await window.axe.run(document);
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    }), [], where);
  }
}

/** A browser with a virtual device that verifies its person. */
async function withDevice() {
  const page = await here.browser();
  await page.addInitScript({ path: axe });
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
  return page;
}

test('the simulated authenticator shows the code that opens the console', async () => {
  const { demo } = here;
  const codes = await (await fetch(demo.authenticator_url.replace('/authenticator', '/api/authenticator'))).json();
  const step = Math.floor(Date.now() / 30_000);
  const known = [step - 1, step].map((of) => appCode(demo.operators[0].totp_secret, of));
  assert.deepEqual(codes.map(({ name }) => name), demo.operators.map(({ name }) => name));
  assert.ok(known.includes(codes[0].code));
});

test('an admin invites somebody, and the link is shown once', async () => {
  admin = await here.browser();
  await admin.addInitScript({ path: axe });
  await signInOperator(here, admin);
  await admin.getByRole('link', { name: 'Staff' }).click();
  await look(admin, 'staff');
  await admin.locator('#email').fill('nina@acme.example');
  await admin.locator('#name').fill('Nina');
  await admin.locator('input[name=role][value=support]').check();
  await sent(admin, () => button(admin, 'Add a person').click());
  link = await admin.locator('#link').textContent();
  await look(admin, 'staff-link');
  await admin.goto('/console/staff');
  assert.equal(await admin.locator('#link').count(), 0);
});

test('she chooses a password and makes a passkey, and is in', async () => {
  nina = await withDevice();
  await nina.goto(new URL(link).pathname);
  await look(nina, 'join');
  await nina.locator('#password').fill('password');
  await sent(nina, () => button(nina, 'Continue').click());
  assert.equal(await problem(nina, 'password').getAttribute('data-problem'), '1007');
  await nina.locator('#password').fill(PASSWORD);
  await sent(nina, () => button(nina, 'Continue').click());
  await nina.waitForURL('**/console/join');
  await look(nina, 'join-second');
  await sent(nina, () => button(nina, 'Make passkey').click());
  await nina.waitForURL(/\/console(?!\/join)/);
  await nina.goto('/console/me');
  await nina.getByRole('heading', { name: 'Passkey' }).waitFor();
  await look(nina, 'me');
});

test('she adds an app with her password, and signs in again with the passkey', async () => {
  await nina.getByRole('link', { name: 'Set up an authenticator app' }).click();
  await look(nina, 'prove');
  await nina.locator('#password').fill(PASSWORD);
  await sent(nina, () => button(nina, 'Continue').click());
  await nina.waitForURL('**/console/me/enrol');
  const secret = (await nina.locator('#totp-key').textContent()).replace(/\s/g, '');
  await enterAppCode(nina, appCode(secret, Math.floor(Date.now() / 30_000)));
  await nina.waitForURL('**/console/me?notice=totp-added');
  await sent(nina, () => button(nina, 'Sign out').click());
  await nina.locator('#email').fill('nina@acme.example');
  await nina.locator('#password').fill(PASSWORD);
  await sent(nina, () => button(nina, 'Continue').click());
  await nina.waitForURL('**/console/signin/step');
  await sent(nina, () => button(nina, 'Use passkey').click());
  await nina.waitForURL(/\/console(?!\/signin)/);
});

test('what she may not open is not there, by address, rail and command bar alike', async () => {
  assert.equal(await nina.getByRole('link', { name: 'Staff' }).count(), 0);
  assert.equal((await nina.goto('/console/staff')).status(), 404);
  await nina.goto('/console');
  await nina.keyboard.press('Control+k');
  assert.ok(await nina.evaluate(() => 'command' in document.activeElement.dataset));
  await nina.keyboard.type('second@acme.example');
  const [answer] = await Promise.all([
    nina.waitForResponse((response) => response.request().method() === 'POST'),
    nina.keyboard.press('Enter'),
  ]);
  assert.ok(!answer.url().includes('second'), 'R10: not in the address');
});

test('an admin takes her access away, and her next page is the door', async () => {
  await admin.getByRole('link', { name: 'Nina' }).click();
  await look(admin, 'staff-member');
  await admin.locator('#disable-reason').fill('left');
  await sent(admin, () => button(admin, 'End their access').click());
  await admin.waitForURL(/notice=staff-disabled/);
  await nina.goto('/console/me');
  await nina.waitForURL('**/console/signin?notice=ended');
});
