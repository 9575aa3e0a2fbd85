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
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TemplateResource } from '../../src/runtime/template/assembly.ts';
import { type BootedCloud, bootSmallCloud } from '../support/boot-small-cloud.ts';
import { keyedApi, usagePlan } from '../support/small-cloud.ts';

const THROTTLE = { RateLimit: 5, BurstLimit: 3 };
const QUOTA = 3;
const PLANS: Record<string, TemplateResource> = {
  OpenPlan: usagePlan({ UsagePlanName: 'open' }),
  SlowPlan: usagePlan({ UsagePlanName: 'slow', Throttle: THROTTLE }),
  CappedPlan: usagePlan({ UsagePlanName: 'capped', Quota: { Limit: QUOTA, Period: 'MONTH' } }),
};

let booted: BootedCloud;
let client: APIGatewayClient;
/** Ids of the usage plans, by the name of the plan */
let plans: Record<string, string>;
let created = 0;

beforeAll(async () => {
  booted = await bootSmallCloud({ ...keyedApi(), ...PLANS });
  client = new APIGatewayClient(booted.config);
  const { items = [] } = await client.send(new GetUsagePlansCommand({}));
  plans = Object.fromEntries(items.map(({ name, id }) => [name, id]));
});
afterAll(async () => {
  client.destroy();
  await booted.stop();
});

const newValue = () => {
  created += 1;
  return String(created).padStart(40, '0');
};

const create = (key: CreateApiKeyCommandInput = {}) =>
  client.send(new CreateApiKeyCommand({ enabled: true, value: newValue(), ...key }));

const join = (keyId: string | undefined, usagePlanId: string | undefined) =>
  client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));

const leave = (keyId: string | undefined, usagePlanId: string | undefined) =>
  client.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId }));

async function createInPlan(plan = 'open') {
  const { id, value } = await create();
  await join(id, plans[plan]);
  return { id, value };
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

const catchError = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: Error) => error,
  );

async function callApi(key?: string): Promise<number> {
  const headers = key === undefined ? {} : { 'x-api-key': key };
  return (await fetch(`${booted.cloud.api}/keyed`, { headers })).status;
}

it('reading an API key returns its value only if the request asks for it', async () => {
  const value = newValue();
  const key = await create({ value, name: 'shown', description: 'of a test' });
  const shown = { id: key.id, name: 'shown', description: 'of a test', enabled: true };
  expect(key).toMatchObject({ ...shown, value });
  expect(Math.abs((key.createdDate?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  const [with_value] = await list({ nameQuery: 'shown', includeValues: true });
  expect(with_value).toMatchObject({ ...shown, value });
  const [without] = await list({ nameQuery: 'shown' });
  expect(without).toMatchObject(shown);
  expect(without?.value).toBeUndefined();
  expect((await get(key.id)).value).toBeUndefined();
  expect((await get(key.id, true)).value).toBe(value);
});

it('an API key that is created without a value gets a generated one', async () => {
  const [first, second] = [await create({ value: undefined }), await create({ value: undefined })];
  expect(first.value?.length).toBeGreaterThanOrEqual(20);
  expect(first.value).not.toBe(second.value);
});

it('an API key needs a value of 20 to 128 characters that no other key has', async () => {
  for (const value of ['a'.repeat(19), 'a'.repeat(129)]) {
    expect((await catchError(create({ value })))?.name).toBe('BadRequestException');
  }
  await create({ value: 'b'.repeat(20) });
  expect((await catchError(create({ value: 'b'.repeat(20) })))?.name).toBe('ConflictException');
});

it('API keys are listed page by page', async () => {
  const ids = [];
  for (let i = 0; i < 5; i += 1) ids.push((await create({ name: `paged ${i}` })).id);
  const listed: (string | undefined)[] = [];
  let position: string | undefined;
  do {
    const page = await client.send(
      new GetApiKeysCommand({ nameQuery: 'paged', limit: 2, position }),
    );
    const { items = [] } = page;
    expect(items.length).toBeLessThanOrEqual(2);
    listed.push(...items.map(({ id }) => id));
    position = page.position;
  } while (position !== undefined);
  expect(listed).toEqual(ids);
});

it('every call about a deleted API key is answered with NotFoundException', async () => {
  const { id } = await create({ name: 'deleted' });
  await revoke(id);
  expect(await list({ nameQuery: 'deleted' })).toEqual([]);
  const calls = [get(id), revoke(id), enable(id, true), join(id, plans.open)];
  for (const error of await Promise.all(calls.map(catchError))) {
    expect(error).toMatchObject({ name: 'NotFoundException', $metadata: { httpStatusCode: 404 } });
  }
});

it('the account has the usage plans of the template', async () => {
  expect(Object.keys(plans).sort()).toEqual(['capped', 'open', 'slow']);
  const slow = await client.send(new GetUsagePlanCommand({ usagePlanId: plans.slow }));
  expect(slow).toMatchObject({
    name: 'slow',
    apiStages: [{ stage: 'v1' }],
    throttle: { rateLimit: THROTTLE.RateLimit, burstLimit: THROTTLE.BurstLimit },
  });
  const capped = await client.send(new GetUsagePlanCommand({ usagePlanId: plans.capped }));
  expect(capped.quota).toEqual({ limit: QUOTA, period: 'MONTH' });
});

it('the keys of a usage plan are those that joined it and did not leave it', async () => {
  const listMembers = async () => {
    const { items = [] } = await client.send(
      new GetUsagePlanKeysCommand({ usagePlanId: plans.slow }),
    );
    return items.map(({ id }) => id);
  };
  const before = await listMembers();
  const { id } = await create({ name: 'member' });
  expect(await join(id, plans.slow)).toMatchObject({ id, name: 'member', type: 'API_KEY' });
  expect(await listMembers()).toEqual([...before, id]);
  await leave(id, plans.slow);
  expect(await listMembers()).toEqual(before);
});

it('every call about an unknown usage plan is answered with NotFoundException', async () => {
  const { id } = await create();
  const calls = [
    join(id, 'nowhere'),
    leave(id, 'nowhere'),
    client.send(new GetUsagePlanCommand({ usagePlanId: 'nowhere' })),
  ];
  for (const error of await Promise.all(calls.map(catchError))) {
    expect(error?.name).toBe('NotFoundException');
  }
});

it('an action that is not emulated is answered with NotFoundException', async () => {
  const error = await catchError(client.send(new GetRestApisCommand({})));
  expect(error).toMatchObject({ name: 'NotFoundException' });
});

it('a request needs a key of a usage plan: one without a key or with an unknown key is refused', async () => {
  const { value } = await createInPlan();
  expect(await callApi(value)).toBe(200);
  expect(await callApi()).toBe(403);
  expect(await callApi('x'.repeat(40))).toBe(403);
});

it('a request with a deleted key is refused', async () => {
  const { id, value } = await createInPlan();
  expect(await callApi(value)).toBe(200);
  await revoke(id);
  expect(await callApi(value)).toBe(403);
});

it('a request with a disabled key is refused until the key is enabled', async () => {
  const { id, value } = await createInPlan();
  await enable(id, false);
  expect((await get(id)).enabled).toBe(false);
  expect(await callApi(value)).toBe(403);
  await enable(id, true);
  expect(await callApi(value)).toBe(200);
});

it('a request with a key that is in no usage plan is refused', async () => {
  const { id, value } = await create();
  expect(await callApi(value)).toBe(403);
  await join(id, plans.open);
  expect(await callApi(value)).toBe(200);
  await leave(id, plans.open);
  expect(await callApi(value)).toBe(403);
});

it('a key beyond the rate of its usage plan is throttled, and no other key', async () => {
  const [fast, slow] = [await createInPlan('slow'), await createInPlan('slow')];
  const started = performance.now();
  const statuses = await Promise.all(Array.from({ length: 40 }, () => callApi(fast.value)));
  const took_seconds = (performance.now() - started) / 1_000;
  const passed = statuses.filter((status) => status === 200).length;
  expect(passed).toBeGreaterThanOrEqual(THROTTLE.BurstLimit);
  expect(passed).toBeLessThanOrEqual(
    THROTTLE.BurstLimit + Math.ceil(took_seconds * THROTTLE.RateLimit),
  );
  expect(statuses.filter((status) => status === 429)).toHaveLength(40 - passed);
  expect(await callApi(slow.value)).toBe(200);
});

it('a key whose quota is used up is refused, and no other key', async () => {
  const [spent, fresh] = [await createInPlan('capped'), await createInPlan('capped')];
  for (let i = 0; i < QUOTA; i += 1) expect(await callApi(spent.value)).toBe(200);
  expect(await callApi(spent.value)).toBe(429);
  expect(await callApi(fresh.value)).toBe(200);
  await leave(spent.id, plans.capped);
  await join(spent.id, plans.open);
  expect(await callApi(spent.value)).toBe(200);
});
