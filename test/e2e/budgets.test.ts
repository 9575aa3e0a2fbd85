import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import type { SetAside } from '../../schemas/index.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { changedAssembly } from '../support/assembly.ts';
import { aurastream } from '../support/aurastream.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';

const WAIT = { timeout: 90_000, interval: 250 };
/** The tenant `second` can pay for ten short texts a month. */
const BUDGETS = { by_tenant: { second: 30 } };
let month: string;
/** Time that the test needs at most on a busy machine. */
const LONGEST_MS = 300_000;

let folder: string;
let test: TestCloud;
let call: Caller;
let key: string;
beforeAll(async () => {
  month = await waitForMonth();
  folder = await changedAssembly(({ Resources }) => {
    for (const { Properties } of Object.values(Resources)) {
      const variables = Properties?.Environment?.Variables;
      if (variables?.BUDGETS !== undefined) variables.BUDGETS = JSON.stringify(BUDGETS);
    }
  });
  test = await testCloud({ assemblyDir: folder });
  key = (await prepareKeys(test.cloud)).second_api_key;
  call = createCaller(test.cloud.api, key);
}, 2 * LONGEST_MS);
afterAll(async () => {
  await test.stop();
  await rm(folder, { recursive: true, force: true });
});

function find(tenant: string, record_id: string) {
  return test.results.get({ tenant, source: 'budgets', record_id });
}

/** Returns the current month. Within the last minutes of a month it waits for the next one, which has other budgets. */
async function waitForMonth(): Promise<string> {
  const monthAt = (time: number) => new Date(time).toISOString().slice(0, 7);
  while (monthAt(Date.now()) !== monthAt(Date.now() + LONGEST_MS)) await sleep(1_000);
  return monthAt(Date.now());
}

const analyze = (text: string) =>
  call('/analyze/sync', {
    method: 'POST',
    body: { text, options: { language_code: 'en' } },
  });

async function put(...records: object[]): Promise<void> {
  const { FailedRecordCount } = await test.clients.kinesis.send(
    new PutRecordsCommand({
      StreamName: test.stack.StreamName,
      Records: records.map((record) => ({
        PartitionKey: 'one shard',
        Data: Buffer.from(JSON.stringify({ source: 'budgets', language: 'en', ...record })),
      })),
    }),
  );
  expect(FailedRecordCount).toBe(0);
}

async function listSetAsides(): Promise<SetAside[]> {
  const found: SetAside[] = [];
  for await (const set_aside of test.set_asides.list()) found.push(set_aside);
  return found;
}

/** Makes the set-asides those of the month before, and empties the ledger, as the reset would do. */
async function passMonth(set_asides: SetAside[]): Promise<void> {
  const before = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 2))
    .toISOString()
    .slice(0, 7);
  const Bucket = test.stack.SetAsideBucketName;
  for (const one of set_asides) {
    const keyIn = (of: string) =>
      `over-budget/${of}/second/${one.stream_name}/${one.shard_id}/${one.sequence_number}.over_budget.json`;
    const moved = { ...one, over_budget: { ...one.over_budget, month: before } };
    await test.clients.s3.send(
      new PutObjectCommand({ Bucket, Key: keyIn(before), Body: JSON.stringify(moved) }),
    );
    await test.clients.s3.send(new DeleteObjectCommand({ Bucket, Key: keyIn(month) }));
  }
  const Key = { quota: { S: `budget ${month} tenant.second` } };
  await test.clients.dynamodb.send(
    new DeleteItemCommand({ TableName: test.stack.QuotaTableName, Key }),
  );
}

it(
  'a tenant over its budget gets 429 and set-asides, other tenants go on, and the replay after the reset brings the results',
  async () => {
    // The API: ten texts are paid, the next is refused, and a known text is free.
    for (let i = 0; i < 10; i += 1) {
      expect((await analyze(`Text number ${i} of the API is good`)).status).toBe(200);
    }
    const refused = await analyze('One text too many');
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(Date.parse(refused.body.error.resets_at)).toBeGreaterThan(Date.now());
    expect(Number(refused.headers['retry-after'])).toBe(refused.body.error.retry_after);
    expect((await analyze('Text number 3 of the API is good')).status).toBe(200);
    await vi.waitFor(async () => {
      const { body } = await call('/budget');
      expect(body).toMatchObject({ budget_units: 30, remaining_units: 0, exceeded: true });
    }, WAIT);
    const { stdout } = await aurastream(['budget', '--json'], {
      env: { ...test.environment, AURASTREAM_API_KEY: key, AURASTREAM_API_URL: test.cloud.api },
    });
    expect(JSON.parse(stdout)).toMatchObject({ tenant: 'second', used_units: 30 });
    const records = [{ text: 'A record too many', source: 's' }];
    const published = await call('/records', { method: 'POST', body: { records } });
    expect(published.status).toBe(429);

    // The stream: new texts are set aside; a known text, a withdrawal and other tenants go on.
    const tenant = 'second';
    await put(
      { tenant, record_id: 'over-1', text: 'A first text over the budget is good' },
      { tenant, record_id: 'known', text: 'Text number 5 of the API is good' },
      { record_id: 'other-1', text: 'A text of another tenant is good' },
      { tenant, record_id: 'withdrawn', deleted: true },
      { tenant, record_id: 'over-2', text: 'A second text over the budget is good' },
      { record_id: 'other-2', text: 'Another text of another tenant is good' },
    );
    const set_asides = await vi.waitFor(async () => {
      for (const id of ['other-1', 'other-2']) {
        expect(await find('default', id)).toMatchObject({ status: 'analyzed' });
      }
      expect(await find(tenant, 'known')).toMatchObject({ status: 'analyzed' });
      expect(await find(tenant, 'withdrawn')).toMatchObject({ status: 'withdrawn' });
      const found = await listSetAsides();
      expect(found).toHaveLength(2);
      return found;
    }, WAIT);
    for (const one of set_asides) {
      expect(one).toMatchObject({ reason: 'over_budget', over_budget: { month } });
      expect(await test.set_asides.get(one.set_aside_id)).toEqual(one);
    }
    expect(await find(tenant, 'over-1')).toBeUndefined();

    // Before the reset the schedule replays nothing, and after it each record gets its result.
    await test.control('POST', 'rules/fire');
    await passMonth(set_asides);
    await test.control('POST', 'rules/fire');
    await vi.waitFor(async () => {
      for (const id of ['over-1', 'over-2']) {
        expect(await find(tenant, id), id).toMatchObject({ status: 'analyzed' });
      }
      expect(await listSetAsides()).toEqual([]);
    }, WAIT);

    const { unused } = (await test.control('GET', 'iam/unused')) as {
      unused: { role: string; action: string }[];
    };
    const of_replay = unused.filter(
      ({ role, action }) =>
        role.startsWith('BudgetReplay') && !/^(s3:ListBucket|xray:)/.test(action),
    );
    expect(of_replay).toEqual([]);

    // A job of 20 texts costs 60 units, and six are used.
    const body = { documents: Array.from({ length: 20 }, (_, i) => ({ text: `Document ${i}` })) };
    const job = await vi.waitFor(async () => {
      const answer = await call('/analyze/async', { method: 'POST', body });
      expect(answer.status).toBe(202);
      return answer.body;
    }, WAIT);
    await vi.waitFor(async () => {
      const { body: status } = await call(`/status/${job.job_id}`);
      expect(status).toMatchObject({
        status: 'FAILED',
        error: { code: 'BUDGET_EXCEEDED', figures: { units: 60, remaining_units: 24 } },
      });
    }, WAIT);
  },
  LONGEST_MS,
);
