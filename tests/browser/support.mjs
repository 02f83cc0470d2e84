// The demo as its own process, Chromium, and the two inboxes of the simulated network. Decides nothing about
// pages. Every browser opened here is watched: what it asks of another host, what it complains about and what
// the answers' headers allow is collected, and `world` fails the file that let it happen.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const BINARY = process.env.COUNTERSIGN_TEST_BINARY ?? '../../target/debug/countersign';
const CHROMIUM = process.env.COUNTERSIGN_TEST_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

// How long anything may take before the test gives up: far above what it takes, so that only a hang fails.
const PATIENCE_MS = 20_000;

/** Polls until `look` gives something truthy, and gives that. */
export async function until(what, look, patienceMs = PATIENCE_MS) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await pause(25);
  }
}

async function startDemo() {
  const child = spawn(BINARY, ['demo', '--port', '0', '--json'], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const line = once(createInterface(child.stdout), 'line');
  const [first] = await Promise.race([line, ended.then(([code]) => assert.fail(`the demo ended: ${code}`))]);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { ...JSON.parse(first), stop };
}

/** Messages of one inbox, newest first. */
async function messages(inbox, to) {
  const answer = await fetch(`${inbox}/api/messages?to=${encodeURIComponent(to)}`);
  assert.equal(answer.status, 200);
  return answer.json();
}

// Six digits that stand alone: the links of notices hold digits as well.
const CODE = /(?<!\w)\d{6}(?!\w)/;

/** The first run of exactly six digits. */
export const codeIn = (text) => text.match(CODE)?.[0] ?? assert.fail(`no code in ${text}`);

/** A code that is not this one. */
export const wrongCode = (code, step = 1) => String((Number(code) + step) % 1_000_000).padStart(6, '0');

// What a page may not do, whatever else the test looks at.
function watch(context, demo, faults) {
  const [exchange, ...others] = [demo.exchange_url, demo.base_url, demo.handsets_url, demo.mailbox_url]
    .map((url) => new URL(url).origin);
  const ours = [exchange, ...others];
  context.on('request', (request) => {
    const asked = new URL(request.url()).origin;
    const from = request.isNavigationRequest() ? asked : new URL(request.frame().url()).origin;
    if (asked !== from || !ours.includes(asked)) faults.push(`${from} asks ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.request().resourceType() !== 'document') return;
    const policy = response.headers()['content-security-policy'] ?? 'no policy';
    const least = new URL(response.url()).origin === exchange ? "default-src 'self'" : "default-src 'none'";
    if (!policy.includes(least) || policy.includes('unsafe-')) {
      faults.push(`${response.url()} has the policy: ${policy}`);
    }
  });
  context.on('console', (message) => {
    // Chromium reports every answer of 400 and above here; which of them are right is each test's business.
    const status = message.text().includes('the server responded with a status of 4');
    if (message.type() === 'error' && !status) faults.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`script: ${error.error().stack}`));
}

/**
 * A demo and a browser for the tests of one file. `browser(options)` opens a browser that nobody has used
 * yet, with one page in it.
 */
export function world() {
  const here = { faults: [] };
  before(async () => {
    // Settled, not raced: whichever of the two has started is ended again when the other has not.
    const [demo, browser] = await Promise.allSettled([
      startDemo(),
      chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: 60_000 }),
    ]);
    [here.demo, here.chromium] = [demo.value, browser.value];
    for (const { reason } of [demo, browser]) if (reason) throw reason;
    here.base = here.demo.base_url;
  });
  after(async () => {
    await here.chromium?.close();
    await here.demo?.stop();
    assert.deepEqual(here.faults, []);
  });
  here.browser = async (options = {}) => {
    const context = await here.chromium.newContext({
      baseURL: here.base, locale: 'en-GB', timezoneId: 'Europe/London', ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    watch(context, here.demo, here.faults);
    return context.newPage();
  };
  here.mail = (to) => messages(here.demo.mailbox_url, to);
  here.texts = (to) => messages(here.demo.handsets_url, to);
  const ask = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const url = `${here.demo.handsets_url}${path}`;
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
  };
  /** Turns knobs of one account of the simulated network; the others stay. */
  here.turn = (account, knobs) => ask('PATCH', `/api/routes/${account}`, knobs);
  /** A text that a handset sends. */
  here.sendText = (from, to, text) => ask('POST', `/api/handsets/${encodeURIComponent(from)}/texts`, { to, text });
  /** The newest message once there are `count` with a code; the rest are notices. */
  const nthCode = (inbox) => (to, count = 1) => until(`code ${count} for ${to}`, async () => {
    const withCode = (await inbox(to)).filter(({ text }) => CODE.test(text));
    return withCode.length >= count && codeIn(withCode[withCode.length - count].text);
  });
  here.mailedCode = nthCode(here.mail);
  here.textedCode = nthCode(here.texts);
  return here;
}

/** `test` for steps that stand on each other: after one has failed the rest are skipped, and say so. */
export function steps() {
  let failed;
  return (name, step) => test(name, async (t) => {
    if (failed) return t.skip(`"${failed}" failed before it`);
    failed = name;
    await step(t);
    failed = undefined;
  });
}
