import { rm } from 'node:fs/promises';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  type CreateApiKeyCommandInput,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  type GetApiKeysCommandInput,
  GetRestApisCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatApiKey, type Tier } from '../../../../schemas/index.ts';
import { type Answer, type Caller, createCaller } from '../../../../test/support/api.ts';
import { changedAssembly } from '../../../../test/support/assembly.ts';
import { type TestCloud, testCloud } from '../../../../test/support/cloud.ts';
import { clientConfig } from '../support/serve.ts';

/** Less than the tiers allow, so that it is soon used up. */
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
  client = new APIGatewayClient(clientConfig(cloud.cloud.endpoint));
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
  return formatApiKey({ tenant: 'acme', tier }, String(made).padStart(40, '0'));
};

const create = (key: CreateApiKeyCommandInput = {}) =>
  client.send(new CreateApiKeyCommand({ enabled: true, value: newValue(), ...key }));

const join = (keyId: string | undefined, usagePlanId: string | undefined) =>
  client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));

const leave = (keyId: string | undefined, usagePlanId: string | undefined) =>
  client.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId }));

/** A key that is good for the API. */
async function readyKey(tier: Tier = 'growth') {
  const { id, value } = await create({ value: newValue(tier) });
  await join(id, plans[tier]);
  return { id, key: value! };
}

async function list(more: GetApiKeysCommandInput = {}) {
  const { items = [] } = await client.send(new GetApiKeysCommand({ limit: 500, ...more }));
  return items;
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

const rejected = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: Error) => error,
  );

const ask = (key?: string) => call('/jobs?limit=1', key === undefined ? {} : { key });

const FORBIDDEN = { status: 403, body: { error: { code: 'FORBIDDEN' } } };

/** Of what API Gateway answers by itself. */
function expectRequestId({ headers, body }: Answer) {
  expect(body.error.request_id).toBe(headers['x-request-id']);
  expect(body.error.request_id).toMatch(/^[0-9a-f-]{36}$/);
}

describe('an API key', () => {
  test('has the value that it was given, which is shown only where it is asked for', async () => {
    const value = newValue();
    const created = await create({ value, name: 'shown', description: 'of a test' });
    const shown = { id: created.id, name: 'shown', description: 'of a test', enabled: true };
    expect(created).toMatchObject({ ...shown, value });
    expect(Math.abs(created.createdDate!.getTime() - Date.now())).toBeLessThan(60_000);
    const [with_value] = await list({ nameQuery: 'shown', includeValues: true });
    expect(with_value).toMatchObject({ ...shown, value });
    const [without] = await list({ nameQuery: 'shown' });
    expect(without).toMatchObject(shown);
    expect(without!.value).toBeUndefined();
    expect((await get(created.id)).value).toBeUndefined();
    expect((await get(created.id, true)).value).toBe(value);
  });

  test('has a value of its own where it was given none', async () => {
    const [first, second] = [
      await create({ value: undefined }),
      await create({ value: undefined }),
    ];
    expect(first.value!.length).toBeGreaterThanOrEqual(20);
    expect(first.value).not.toBe(second.value);
  });

  test('has a value of 20 to 128 characters, and no other has the same', async () => {
    for (const value of ['a'.repeat(19), 'a'.repeat(129)]) {
      expect((await rejected(create({ value })))?.name).toBe('BadRequestException');
    }
    await create({ value: 'b'.repeat(20) });
    expect((await rejected(create({ value: 'b'.repeat(20) })))?.name).toBe('ConflictException');
  });

  test('is listed page by page', async () => {
    const ids = [];
    for (let i = 0; i < 5; i += 1) ids.push((await create({ name: `paged ${i}` })).id);
    const listed: (string | undefined)[] = [];
    let position: string | undefined;
    do {
      const page = await client.send(
        new GetApiKeysCommand({ nameQuery: 'paged', limit: 2, position }),
      );
      expect(page.items!.length).toBeLessThanOrEqual(2);
      listed.push(...page.items!.map(({ id }) => id));
      position = page.position;
    } while (position !== undefined);
    expect(listed).toEqual(ids);
  });

  test('that is deleted is listed no more, and cannot be deleted again', async () => {
    const { id } = await create({ name: 'deleted' });
    await revoke(id);
    expect(await list({ nameQuery: 'deleted' })).toEqual([]);
    const asked = [get(id), revoke(id), enable(id, true), join(id, plans.growth)];
    for (const error of await Promise.all(asked.map(rejected))) {
      expect(error).toMatchObject({
        name: 'NotFoundException',
        $metadata: { httpStatusCode: 404 },
      });
    }
  });
});

describe('a usage plan', () => {
  test('is that of its tier in the template', async () => {
    const { items = [] } = await client.send(new GetUsagePlansCommand({}));
    expect(items.map(({ id }) => id).sort()).toEqual(Object.values(plans).sort());
    const starter = await client.send(new GetUsagePlanCommand({ usagePlanId: plans.starter }));
    expect(starter).toMatchObject({
      name: 'AuraStream Starter',
      apiStages: [{ apiId: cloud.stack.ApiId, stage: cloud.stack.ApiStage }],
      throttle: { rateLimit: STARTER.requests_per_second, burstLimit: STARTER.burst },
      quota: { limit: 100_000, period: 'MONTH' },
    });
  });

  test('has the keys that joined it and did not leave', async () => {
    const inside = async () => {
      const { items = [] } = await client.send(
        new GetUsagePlanKeysCommand({ usagePlanId: plans.enterprise }),
      );
      return items.map(({ id }) => id);
    };
    const before = await inside();
    const { id } = await create({ name: 'member' });
    const member = await join(id, plans.enterprise);
    expect(member).toMatchObject({ id, name: 'member', type: 'API_KEY' });
    expect(await inside()).toEqual([...before, id]);
    await leave(id, plans.enterprise);
    expect(await inside()).toEqual(before);
  });

  test('that is not there is not found', async () => {
    const { id } = await create();
    const asked = [
      join(id, 'nowhere'),
      leave(id, 'nowhere'),
      client.send(new GetUsagePlanCommand({ usagePlanId: 'nowhere' })),
    ];
    for (const error of await Promise.all(asked.map(rejected))) {
      expect(error?.name).toBe('NotFoundException');
    }
  });
});

test('what is not played is not found', async () => {
  const error = await rejected(client.send(new GetRestApisCommand({})));
  expect(error).toMatchObject({ name: 'NotFoundException', message: 'Not played here' });
});

describe('the API answers', () => {
  test('a key that is in a usage plan, and tells its limit', async () => {
    const { key } = await readyKey('starter');
    const answer = await ask(key);
    expect(answer).toMatchObject({ status: 200, body: { jobs: [] } });
    expect(answer.headers['x-ratelimit-limit']).toBe(String(STARTER.requests_per_second));
  });

  test('nobody without a key, where one is needed', async () => {
    const answer = await ask();
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHORIZED' } } });
    expect(answer.body.error.message).toContain('X-API-Key');
    expectRequestId(answer);
    expect((await call('/health')).status).toBe(200);
  });

  test.each([
    ['that is none of ours', () => 'x'.repeat(40)],
    ['that has our form and does not exist', () => newValue()],
  ])('403 to a key %s', async (_case, key) => {
    const answer = await ask(key());
    expect(answer).toMatchObject(FORBIDDEN);
    expectRequestId(answer);
  });

  test('403 to a key that exists and is not of our form', async () => {
    const { id, value } = await create({ value: undefined });
    await join(id, plans.enterprise);
    expect(await ask(value)).toMatchObject(FORBIDDEN);
  });

  test('403 to a key from the moment that it is revoked', async () => {
    const { id, key } = await readyKey();
    expect((await ask(key)).status).toBe(200);
    await revoke(id);
    expect(await ask(key)).toMatchObject(FORBIDDEN);
  });

  test('403 to a key while it is disabled', async () => {
    const { id, key } = await readyKey();
    await enable(id, false);
    expect((await get(id)).enabled).toBe(false);
    expect(await ask(key)).toMatchObject(FORBIDDEN);
    await enable(id, true);
    expect((await ask(key)).status).toBe(200);
  });

  test('403 to a key while it is in no usage plan', async () => {
    const { id, value } = await create();
    expect(await ask(value)).toMatchObject(FORBIDDEN);
    await join(id, plans.growth);
    expect((await ask(value)).status).toBe(200);
    await leave(id, plans.growth);
    expect(await ask(value)).toMatchObject(FORBIDDEN);
  });
});

describe('a key that asks too much', () => {
  test('too fast is told when to come again, and another is not held up', async () => {
    const [hasty, patient] = [await readyKey('starter'), await readyKey('starter')];
    // The authorizer is asked once, so that the burst is a burst.
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

  test('in a month is told so, and another is not held up', async () => {
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
});
