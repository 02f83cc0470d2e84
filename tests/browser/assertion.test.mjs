// The proof that a relying party gets, judged by a stranger: `jose` verifies the assertion against the
// published keys, the digest is computed again from its definition (RFC 8785 over text only), and it is
// redeemed once.

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { ADDRESS, OTHER_ADDRESS, TRADING_PASSWORD, equipHolder, setUpTotp } from './confirmations.mjs';
import { steps, world } from './support.mjs';

const here = world();
const test = steps();
const NUMBER = '+447400190005';
const AUDIENCE = 'https://exchange.example';
const DETAILS = { amount: '0.05', asset: 'BTC', network: 'Bitcoin', address: ADDRESS };
let app;
let action;
let claims;
let service;

async function call(method, path, body, key = randomUUID()) {
  const answer = await fetch(`${here.base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${here.demo.api_key}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

// RFC 8785 for objects whose values are text or such objects: keys in the order of their code units.
function canonical(value) {
  if (typeof value === 'string') return JSON.stringify(value);
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

const digestOf = (facts) => createHash('sha256').update(canonical(facts)).digest('base64url');

test('the holder has a trading password and an authenticator app', async () => {
  const page = await here.browser();
  await equipHolder(here, page, NUMBER);
  app = await setUpTotp(here, page, here.demo.holder.email, 4);
});

test('an action is opened, and its two words are read off its digest', async () => {
  const { account: holder } = here.demo.holder;
  const asked = { account: holder, kind: 'withdrawal', details: DETAILS, audience: AUDIENCE };
  const opened = await call('POST', '/v1/actions', asked);
  assert.equal(opened.status, 201, JSON.stringify(opened.body));
  action = opened.body;
  assert.deepEqual(action.any_of, [['totp', 'trading_password'], ['trading_password', 'sms']]);
  const { account, kind, audience, details } = action;
  assert.deepEqual({ account, kind, audience, details }, asked);
  assert.equal(Date.parse(action.expires_at) - Date.parse(action.created_at), 120_000);
  assert.equal(action.assertion, null);
  // The two words: the first 22 bits of the digest as two of 2,048 words.
  const bits = Buffer.from(action.digest, 'base64url').readUInt32BE(0);
  const list = readFileSync(new URL('../../crates/core/data/fingerprint_words.txt', import.meta.url), 'utf8');
  const words = list.split('\n').filter((line) => /^[a-z]+$/.test(line));
  assert.equal(action.fingerprint, `${words[bits >>> 21]} ${words[bits >>> 10 & 2_047]}`);
});

test('wrong answers are told apart, the right ones authorise it', async () => {
  const prove = (factor, value) => call('POST', `/v1/actions/${action.id}/proofs`, { factor, value });
  const wrong = await prove('trading_password', '739215');
  assert.equal(wrong.status, 422);
  assert.equal(wrong.body.code, 'proof_wrong');
  assert.equal(wrong.body.attempts_left, 4);
  const first = await prove('trading_password', TRADING_PASSWORD);
  assert.equal(first.body.assertion, null);
  const last = await prove('totp', await app.nextCode());
  assert.equal(last.body.status, 'authorised', JSON.stringify(last.body));
  const again = await call('GET', `/v1/actions/${action.id}`);
  assert.equal(again.body.status, 'authorised');
  action = again.body;
});

test('a stranger verifies the assertion by the published keys', async () => {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', here.base));
  const expected = { issuer: here.base, audience: AUDIENCE, typ: 'assertion+jwt', algorithms: ['EdDSA'] };
  const { payload, protectedHeader } = await jwtVerify(action.assertion, keys, expected);
  assert.equal(protectedHeader.alg, 'EdDSA');
  claims = payload;
  assert.equal(claims.sub, here.demo.holder.account);
  assert.equal(claims.exp - claims.iat, 60);
  assert.deepEqual([...claims.amr].sort(), ['totp', 'trading_password']);
  assert.equal(claims.acr, 'multi');
  assert.equal(claims.action, action.id);
  const { account, kind, audience, details, id } = action;
  const facts = { account, action: id, audience, details, kind, service: claims.service };
  assert.equal(digestOf(facts), action.digest);
  assert.equal(claims.digest, action.digest);
  for (const change of [{ details: { ...details, address: OTHER_ADDRESS } }, { kind: 'gift' },
    { details: { ...details, amount: '0.050' } }, { audience: 'https://other.example' }]) {
    assert.notEqual(digestOf({ ...facts, ...change }), action.digest);
  }

  await assert.rejects(jwtVerify(action.assertion, keys, { ...expected, audience: 'https://other.example' }));
  const [head, body, signature] = action.assertion.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, digest: digestOf({}) })).toString('base64url');
  await assert.rejects(jwtVerify([head, forged, signature].join('.'), keys, expected), /signature/);
  assert.equal(decodeProtectedHeader(action.assertion).kid, protectedHeader.kid);
});

test('it is redeemed once, for its own digest and nothing else', async () => {
  const redeem = (digest, key, assertion = action.assertion) =>
    call('POST', '/v1/assertions/redeem', { assertion, digest }, key);
  const { account, kind, audience, details, id } = action;
  const edited = { ...details, address: OTHER_ADDRESS };
  const other = digestOf({ account, action: id, audience, details: edited, kind, service: claims.service });
  const mismatch = await redeem(other);
  assert.equal(mismatch.status, 422);
  assert.equal(mismatch.body.code, 'digest_mismatch');
  const key = randomUUID();
  const first = await redeem(action.digest, key);
  assert.equal(first.status, 200, JSON.stringify(first.body));
  assert.equal(first.body.action, action.id);
  assert.deepEqual(await redeem(action.digest, key), first, 'the same key gets the same answer');
  const second = await redeem(action.digest);
  assert.equal(second.status, 409);
  assert.equal(second.body.code, 'assertion_used');
  assert.equal((await call('GET', `/v1/actions/${action.id}`)).body.status, 'redeemed');
});
