import { createHmac, generateKeyPairSync } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { createVerifyToken } from '../../api/authorizer/verify-token.ts';
import { createKeyStates } from '../../aws/dynamodb/keys/states.ts';
import { allowTokens, type KeyDeps, revokeKey } from '../../operations/keys/keys.ts';
import { oidcSettingsSchema } from '../../schemas/index.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { changedAssembly } from '../support/assembly.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';

let issuer: Issuer;
let cloud: TestCloud;
let assembly: string;
let call: Caller;
let keys: KeyDeps;

const readSettings = (more: object = {}) =>
  oidcSettingsSchema.parse({
    ...{ issuer: issuer.issuer, audiences: ['the-api'], tenant_claim: 'tenant' },
    rights_claim: 'rights',
    rights_by_value: { 'texts/submit': ['jobs'] },
    ...more,
  });

beforeAll(async () => {
  issuer = await startIssuer();
  assembly = await changedAssembly(({ Resources }) => {
    const resources = Object.entries(Resources);
    const find = (type: string, id: string) =>
      resources.find(([name, { Type }]) => Type === type && name.startsWith(id))![1].Properties;
    const authorizer = find('AWS::ApiGateway::Authorizer', 'Api') as Record<string, unknown>;
    authorizer.AuthorizerResultTtlInSeconds = 0;
    delete authorizer.IdentitySource;
    const { Environment } = find('AWS::Lambda::Function', 'ApiAuthorizerHandler');
    Environment!.Variables.OIDC = JSON.stringify(readSettings());
  });
  cloud = await testCloud({ assemblyDir: assembly });
  call = createCaller(cloud.cloud.api);
  keys = {
    keys: cloud.keys,
    states: createKeyStates({
      client: cloud.clients.dynamodb,
      table_name: cloud.stack.KeysTableName,
    }),
    now: Date.now,
  };
});
afterAll(async () => {
  await cloud.stop();
  await issuer.stop();
  await rm(assembly, { recursive: true, force: true });
});

const ask = (token: string, path = '/budget', method = 'GET') =>
  call(path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(method === 'POST' ? { body: {} } : {}),
  });

const MISSING_RIGHT = { status: 403, body: { error: { code: 'MISSING_RIGHT' } } };

test('a token acts for the tenant and with the rights that its claims name, within what the operator allows', async () => {
  await allowTokens(keys, { tenant: 'acme', tier: 'enterprise', rights: ['read', 'jobs'] });
  const token = issuer.signToken();
  expect(await ask(token)).toMatchObject({ status: 200, body: { tenant: 'acme' } });
  // The token names `publish`, and the operator does not allow it.
  expect(await ask(token, '/records', 'POST')).toMatchObject(MISSING_RIGHT);
  expect(await ask(token, '/analyze/async', 'POST')).toMatchObject(MISSING_RIGHT);
  const submitter = issuer.signToken({ rights: 'texts/submit' });
  expect(await ask(submitter, '/analyze/async', 'POST')).toMatchObject({ status: 400 });
  expect(await ask(submitter, '/stats')).toMatchObject(MISSING_RIGHT);
  const listed = issuer.signToken({ rights: ['read'] });
  expect((await ask(listed, '/stats')).status).toBe(200);
  expect(await ask(issuer.signToken({ rights: undefined }))).toMatchObject(MISSING_RIGHT);
});

test('tokens do not act for a tenant for which no operator allows them, or no longer', async () => {
  const token = issuer.signToken({ tenant: 'globex' });
  const forbidden = { status: 403, body: { error: { code: 'FORBIDDEN' } } };
  expect(await ask(token)).toMatchObject(forbidden);
  expect(await ask(issuer.signToken({ tenant: undefined }))).toMatchObject(forbidden);
  expect(await ask(issuer.signToken({ tenant: 'Not A Slug' }))).toMatchObject(forbidden);
  const { key_id } = await allowTokens(keys, { tenant: 'initech', tier: 'growth' });
  const theirs = issuer.signToken({ tenant: 'initech' });
  expect((await ask(theirs)).status).toBe(200);
  const value = await keys.states.readTokenKey('initech');
  expect(await call('/budget', { key: value! })).toMatchObject(forbidden);
  await revokeKey(keys, key_id);
  expect(await ask(theirs)).toMatchObject(forbidden);
});

test('a request without a key and without a valid token gets 401, and a key still works', async () => {
  const unauthorized = { status: 401, body: { error: { code: 'UNAUTHORIZED' } } };
  expect(await call('/budget')).toMatchObject(unauthorized);
  expect(await ask('no-token')).toMatchObject(unauthorized);
  expect(await ask(issuer.buildUnsigned())).toMatchObject(unauthorized);
  expect(await ask(issuer.signToken({ exp: 1 }))).toMatchObject(unauthorized);
  const { api_key } = await cloud.keys.create({ tenant: 'with-key', tier: 'growth' });
  expect(await call('/budget', { key: api_key })).toMatchObject({
    status: 200,
    body: { tenant: 'with-key' },
  });
});

const seconds = (offset: number) => Math.floor(Date.now() / 1_000) + offset;
const OTHER_KEY = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;

it.each([
  ['has expired', () => issuer.signToken({ exp: seconds(-60) })],
  ['never expires', () => issuer.signToken({ exp: undefined })],
  ['is not valid yet', () => issuer.signToken({ nbf: seconds(60) })],
  ['is for another audience', () => issuer.signToken({ aud: 'another-api' })],
  ['is for no audience', () => issuer.signToken({ aud: undefined })],
  ['is of another issuer', () => issuer.signToken({ iss: 'https://issuer.example' })],
  ['is signed by another key', () => issuer.signToken({}, {}, OTHER_KEY)],
  ['names an unknown key', () => issuer.signToken({}, { kid: 'two' }, OTHER_KEY)],
  ['names no key', () => issuer.signToken({}, { kid: undefined })],
  ['names the algorithm none', () => issuer.buildUnsigned()],
  ['says that its signature is symmetric', signSymmetrically],
  ['is not a token', () => 'a.b.c'],
])('a token that %s is not valid', async (_, make) => {
  const verify = createVerifyToken(readSettings());
  expect(await verify(issuer.signToken())).toMatchObject({ tenant: 'acme' });
  expect(await verify(make())).toBeUndefined();
});

/** Signs a token with the text of the issuer's address as a shared secret. */
function signSymmetrically(): string {
  const [, claims] = issuer.signToken().split('.');
  const header = Buffer.from('{"alg":"HS256","kid":"one"}').toString('base64url');
  const signed = `${header}.${claims}`;
  return `${signed}.${createHmac('sha256', issuer.issuer).update(signed).digest('base64url')}`;
}

it('an access token of Cognito names its audience in client_id', async () => {
  const verify = createVerifyToken(readSettings({ audience_claim: 'client_id' }));
  expect(await verify(issuer.signToken({ client_id: 'the-api' }))).toBeDefined();
  expect(await verify(issuer.signToken({ client_id: 'another' }))).toBeUndefined();
  expect(await verify(issuer.signToken())).toBeUndefined();
});

it('the keys of the issuer are fetched once, and unknown keys cause no more than one fetch in ten seconds', async () => {
  const verify = createVerifyToken(readSettings());
  const before = issuer.state.requests;
  for (let i = 0; i < 20; i += 1) await verify(issuer.signToken());
  expect(issuer.state.requests - before).toBe(1);
  const unknown = issuer.signToken({}, { kid: 'two' }, OTHER_KEY);
  expect(await verify(unknown)).toBeUndefined();
  for (let i = 0; i < 20; i += 1) await expect(verify(unknown)).rejects.toThrow();
  expect(issuer.state.requests - before).toBe(2);
  expect(await verify(issuer.signToken())).toBeDefined();
});

it('a token cannot be checked while the issuer does not answer, which is not a refusal', async () => {
  const verify = createVerifyToken(readSettings());
  issuer.state.is_down = true;
  try {
    await expect(verify(issuer.signToken())).rejects.toThrow();
  } finally {
    issuer.state.is_down = false;
  }
  expect(await verify(issuer.signToken())).toBeDefined();
});
