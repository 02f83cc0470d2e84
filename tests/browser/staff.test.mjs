// The people of the console in real browsers: somebody is invited by mail, joins with a passkey that a virtual device
// makes, adds an app, lets somebody in herself, and loses access; the command bar; the simulated authenticator; and
// every page narrow, dark and without faults.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { appCode, button, enterAppCode, problem, proveOperator, sent, signInOperator } from './journeys.mjs';
import { steps, until, world } from './support.mjs';

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

/** The link in the newest letter that brings one. */
const mailedLink = (to) => until(`a link for ${to}`, async () => {
  const texts = (await here.mail(to)).map(({ text }) => text);
  return texts.map((text) => text.match(/https?:\/\/\S+\/console\/join\/\S+/)?.[0]).find(Boolean);
});

test('an admin invites somebody once it is proved, and no page has the link', async () => {
  admin = await here.browser();
  await admin.addInitScript({ path: axe });
  await signInOperator(here, admin);
  await admin.getByRole('link', { name: 'Staff' }).click();
  await look(admin, 'staff');
  await admin.locator('#email').fill('nina@acme.example');
  await admin.locator('#name').fill('Nina');
  await admin.locator('input[name=role][value=support]').check();
  await sent(admin, () => button(admin, 'Add a person').click());
  await admin.waitForURL('**/console/staff/confirm');
  await look(admin, 'staff-confirm');
  await admin.locator('#password').fill('not it');
  await admin.locator('#totp').fill('000000');
  await sent(admin, () => button(admin, 'Confirm and do it').click());
  assert.equal(await problem(admin, 'password').getAttribute('data-problem'), '1009');
  assert.deepEqual(await here.mail('nina@acme.example'), []);
  await proveOperator(here, admin);
  await admin.waitForURL('**/console/staff?notice=staff-invited');
  assert.ok(!(await admin.content()).includes('/console/join/'));
  link = await mailedLink('nina@acme.example');
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

test('made an admin, she lets somebody in with her passkey, and the other admin is told', async () => {
  await admin.goto('/console/staff');
  await admin.getByRole('link', { name: 'Nina' }).click();
  await admin.locator('input[name=role][value=admin]').check();
  await admin.locator('#roles-reason').fill('runs the desk now');
  await sent(admin, () => button(admin, 'Change the roles').click());
  await proveOperator(here, admin);
  await admin.waitForURL(/notice=staff-roles/);
  await nina.goto('/console/staff');
  await nina.locator('#email').fill('otto@acme.example');
  await nina.locator('input[name=role][value=reviewer]').check();
  await sent(nina, () => button(nina, 'Add a person').click());
  await nina.waitForURL('**/console/staff/confirm');
  await nina.locator('#password').fill(PASSWORD);
  await sent(nina, () => button(nina, 'Use passkey').click());
  await nina.waitForURL('**/console/staff?notice=staff-invited');
  await mailedLink('otto@acme.example');
  const told = await until('a word to the other admin', async () => {
    const texts = (await here.mail(here.demo.operators[0].email)).map(({ text }) => text);
    return texts.find((text) => text.includes('was made a member of staff'));
  });
  assert.ok(!told.includes('http'), told);
});

test('an admin takes her access away, and her next page is the door', async () => {
  await admin.goto('/console/staff');
  await admin.getByRole('link', { name: 'Nina' }).click();
  await look(admin, 'staff-member');
  await admin.locator('#disable-reason').fill('left');
  await sent(admin, () => button(admin, 'End their access').click());
  await proveOperator(here, admin);
  await admin.waitForURL(/notice=staff-disabled/);
  await nina.goto('/console/me');
  await nina.waitForURL('**/console/signin?notice=ended');
});
