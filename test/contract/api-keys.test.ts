import { rm } from 'node:fs/promises';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  type CreateApiKeyCommandInput,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientConfig } from '../../aws/clients.ts';
import { createKeyStates } from '../../aws/dynamodb/keys/states.ts';
import { dayOf, hashApiKey, RIGHTS, type Tier } from '../../schemas/index.ts';
import { type Answer, type Caller, createCaller } from '../support/api.ts';
import { formatKey } from '../support/api-keys.ts';
import { changedAssembly } from '../support/assembly.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { ROUTES } from '../support/routes.ts';

/**
 * Limits of the starter tier in these tests. The limits are lower than in the product, so a few
 * requests exceed the limits.
 */
const STARTER = { requests_per_second: 5, burst: 3 };
const PROFESSIONAL_QUOTA = 3;

let assembly: string;
let cloud: TestCloud;
let client: APIGatewayClient;
let call: Caller;
let plans: Record<Tier, string>;
let made = 0;

beforeAll(async () => {
  assembly = await changedAssembly(({ Resources }) => {
    const { requests_per_second, burst } = STARTER;
    const change = (plan: string, changed: object) => {
      const id = Object.keys(Resources).find((name) => name.startsWith(`Api${plan}Plan`));
      Object.assign(Resources[id!]!.Properties, changed);
    };
    change('Starter', { Throttle: { RateLimit: requests_per_second, BurstLimit: burst } });
    change('Professional', { Quota: { Limit: PROFESSIONAL_QUOTA, Period: 'MONTH' } });
  });
  cloud = await testCloud({ assemblyDir: assembly });
  client = new APIGatewayClient(clientConfig(cloud.cloud));
  call = createCaller(cloud.cloud.api);
  plans = cloud.stack.UsagePlanIds as Record<Tier, string>;
});
afterAll(async () => {
  client.destroy();
  await cloud.stop();
  await rm(assembly, { recursive: true, force: true });
});

const newValue = (tier: Tier = 'growth') => {
  made += 1;
  return formatKey({ tenant: 'acme', tier }, String(made).padStart(40, '0'));
};

const create = (key: CreateApiKeyCommandInput = {}) =>
  client.send(new CreateApiKeyCommand({ enabled: true, value: newValue(), ...key }));

const join = (keyId: string | undefined, usagePlanId: string | undefined) =>
  client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));

const leave = (keyId: string | undefined, usagePlanId: string | undefined) =>
  client.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId }));

/** Creates a key and adds the key to the usage plan of the tier. */
async function readyKey(tier: Tier = 'growth') {
  const { id, value } = await create({ value: newValue(tier) });
  await join(id, plans[tier]);
  return { id, key: value! };
}

const get = (apiKey: string | undefined, includeValue = false) =>
  client.send(new GetApiKeyCommand({ apiKey, includeValue }));

const revoke = (apiKey: string | undefined) => client.send(new DeleteApiKeyCommand({ apiKey }));

const enable = (apiKey: string | undefined, enabled: boolean) =>
  client.send(
    new UpdateApiKeyCommand({
      apiKey,
      patchOperations: [{ op: 'replace', path: '/enabled', value: String(enabled) }],
    }),
  );

const ask = (key?: string) => call('/jobs?limit=1', key === undefined ? {} : { key });

const FORBIDDEN = { status: 403, body: { error: { code: 'FORBIDDEN' } } };

/**
 * Checks that the header and the body of an answer contain the same request id. An answer contains
 * a request id even if API Gateway does not call the function.
 */
function expectRequestId({ headers, body }: Answer) {
  expect(body.error.request_id).toBe(headers['x-request-id']);
  expect(body.error.request_id).toMatch(/^[0-9a-f-]{36}$/);
}

test('the API serves a key of a usage plan, and names the limit in a header', async () => {
  const { key } = await readyKey('starter');
  const answer = await ask(key);
  expect(answer).toMatchObject({ status: 200, body: { jobs: [] } });
  expect(answer.headers['x-ratelimit-limit']).toBe(String(STARTER.requests_per_second));
});

test('each route answers a key with each right as it declares, whatever the key has requested before', async () => {
  for (const right of RIGHTS) {
    const value = formatKey(
      { tenant: `only-${right}`, tier: 'enterprise', rights: [right] },
      right.padEnd(40, '0'),
    );
    const { id } = await create({ value });
    await join(id, plans.enterprise);
    // API Gateway remembers the authorizer's answer to the first request. The second pass shows that
    // neither an allowed nor a refused request changes how the other routes answer.
    for (const { method, path, access } of [...ROUTES, ...ROUTES.toReversed()]) {
      if (access === 'open') continue;
      const body = method === 'POST' ? { body: {} } : {};
      const url = path.replaceAll(/\{\w+\}/g, 'never-there');
      const answer = await call(url, { method, key: value, ...body });
      if (access.includes(right)) expect(answer.status, `${method} ${path}`).not.toBe(403);
      else {
        expect(answer, `${method} ${path}`).toMatchObject({
          status: 403,
          body: { error: { code: 'MISSING_RIGHT', required_rights: access } },
        });
      }
    }
  }
});

test('the authorizer notes the day on which a key was used, and refuses a key that has expired', async () => {
  const states = createKeyStates({
    client: cloud.clients.dynamodb,
    table_name: cloud.stack.KeysTableName,
  });
  const { key } = await readyKey();
  const key_hash = hashApiKey(key);
  await states.create(key_hash);
  const days = [dayOf(Date.now())];
  expect((await ask(key)).status).toBe(200);
  days.push(dayOf(Date.now()));
  expect(days).toContain((await states.read(key_hash))?.last_used_on);

  const claims = { tenant: 'acme', tier: 'growth', expires_at: Date.now() - 3_600_000 } as const;
  const { id, value } = await create({ value: formatKey(claims, 'e'.repeat(40)) });
  await join(id, plans.growth);
  expect(await ask(value)).toMatchObject(FORBIDDEN);

  const rotated = await readyKey();
  await states.end(hashApiKey(rotated.key), Date.now() - 1);
  expect(await ask(rotated.key)).toMatchObject(FORBIDDEN);
});

test('the API answers 401 to a request without a key, where one is needed', async () => {
  const answer = await ask();
  expect(answer).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHORIZED' } } });
  expect(answer.body.error.message).toContain('X-API-Key');
  expectRequestId(answer);
  expect((await call('/health')).status).toBe(200);
});

test.each([
  ['of another form', () => 'x'.repeat(40)],
  ['of the right form that does not exist', () => newValue()],
])('the API answers 403 to a key %s', async (_case, key) => {
  const answer = await ask(key());
  expect(answer).toMatchObject(FORBIDDEN);
  expectRequestId(answer);
});

test('the API answers 403 to an existing key of another form', async () => {
  const { id, value } = await create({ value: undefined });
  await join(id, plans.enterprise);
  expect(await ask(value)).toMatchObject(FORBIDDEN);
});

test('the API answers 403 to a key from the moment that it is revoked', async () => {
  const { id, key } = await readyKey();
  expect((await ask(key)).status).toBe(200);
  await revoke(id);
  expect(await ask(key)).toMatchObject(FORBIDDEN);
});

test('the API answers 403 to a key while it is disabled', async () => {
  const { id, key } = await readyKey();
  await enable(id, false);
  expect((await get(id)).enabled).toBe(false);
  expect(await ask(key)).toMatchObject(FORBIDDEN);
  await enable(id, true);
  expect((await ask(key)).status).toBe(200);
});

test('the API answers 403 to a key while it is in no usage plan', async () => {
  const { id, value } = await create();
  expect(await ask(value)).toMatchObject(FORBIDDEN);
  await join(id, plans.growth);
  expect((await ask(value)).status).toBe(200);
  await leave(id, plans.growth);
  expect(await ask(value)).toMatchObject(FORBIDDEN);
});

test('a key beyond its rate gets 429 with Retry-After, and another key is not throttled', async () => {
  const [hasty, patient] = [await readyKey('starter'), await readyKey('starter')];
  // The first request fills the cache of the authorizer. API Gateway therefore does not call the
  // authorizer for the later requests.
  const started = performance.now();
  expect((await ask(hasty.key)).status).toBe(200);
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(hasty.key)));
  const took_seconds = (performance.now() - started) / 1_000;
  const passed = 1 + answers.filter(({ status }) => status === 200).length;
  const refused = answers.filter(({ status }) => status !== 200);
  expect(passed).toBeGreaterThanOrEqual(STARTER.burst);
  expect(passed).toBeLessThanOrEqual(
    STARTER.burst + Math.ceil(took_seconds * STARTER.requests_per_second),
  );
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect(answer).toMatchObject({
      status: 429,
      headers: {
        'retry-after': '1',
        'x-ratelimit-limit': String(STARTER.requests_per_second),
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1',
      },
      body: { error: { code: 'RATE_LIMIT_EXCEEDED', retry_after: 1 } },
    });
    expectRequestId(answer);
  }
  expect((await ask(patient.key)).status).toBe(200);
});

test('a key beyond its monthly quota gets 429 with the reason, and another key does not', async () => {
  const [spent, fresh] = [await readyKey('professional'), await readyKey('professional')];
  for (let i = 0; i < PROFESSIONAL_QUOTA; i += 1) expect((await ask(spent.key)).status).toBe(200);
  const answer = await ask(spent.key);
  expect(answer).toMatchObject({
    status: 429,
    headers: { 'retry-after': '3600', 'x-ratelimit-remaining': '0' },
    body: { error: { code: 'RATE_LIMIT_EXCEEDED', retry_after: 3_600 } },
  });
  expect(answer.body.error.message).toContain('month');
  expectRequestId(answer);
  expect((await ask(fresh.key)).status).toBe(200);
  await leave(spent.id, plans.professional);
  await join(spent.id, plans.growth);
  expect((await ask(spent.key)).status).toBe(200);
});
