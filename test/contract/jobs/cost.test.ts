import {
  createDynamoDb,
  createGateway,
  type Gateway,
  ownerIdentity,
} from '@aurastream/embedded-cloud/testing';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createJobStore } from '../../../aws/dynamodb/jobs/store.ts';
import { createProgress } from '../../../jobs/progress.ts';
import type { Job } from '../../../schemas/index.ts';
import { aProcessingJob, createJobsTable, JOBS_NOW } from '../../support/jobs.ts';

const now = () => JOBS_NOW;
const TOTAL = 100_000;
const SHARDS = 4;
const BATCH_SIZE = 1_000;

let gateway: Gateway;
let client: DynamoDBClient;
beforeAll(async () => {
  gateway = createGateway({
    services: [await createDynamoDb({ now })],
    findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'secret'),
    policiesOf: () => [],
    now: Date.now,
  });
  const { port } = await gateway.listen(0);
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
  });
  await createJobsTable(client, 'jobs');
});
afterAll(async () => {
  client.destroy();
  await gateway.close();
});

/**
 * Assigns each record to a shard by a hash, and cuts the records of each shard into batches. The
 * records of a batch keep their original order.
 */
function batches(): number[][] {
  const open: number[][] = Array.from({ length: SHARDS }, () => []);
  const full: number[][] = [];
  for (let index = 0; index < TOTAL; index += 1) {
    const shard = (Math.imul(index + 1, 0x9e3779b1) >>> 16) % SHARDS;
    const batch = open[shard]!;
    batch.push(index);
    if (batch.length < BATCH_SIZE) continue;
    full.push(batch);
    open[shard] = [];
  }
  return [...full, ...open];
}

/**
 * Returns how many calls and units the meter counted for each action since the last reset of the
 * meter.
 */
function readMeter() {
  const entries = gateway.meter
    .read()
    .entries.map(({ action, calls, usage }) => [action, { calls, ...usage }]);
  return Object.fromEntries(entries);
}

it('The progress of a job of 100,000 records costs about 700 writes of 1,500 units, 1 read per batch, and 1 of all pages', async () => {
  const store = createJobStore({ client, table_name: 'jobs', now });
  const ended: Job[] = [];
  const progress = createProgress({ store, now, on_final: async (job) => void ended.push(job) });
  await store.create(aProcessingJob({ job_id: 'job_1', total: TOTAL }));
  gateway.meter.reset();
  const all = batches();
  for (const indexes of all) {
    const job = (await progress.begin(['job_1'])).get('job_1')!;
    const entries = indexes.map((job_index) => ({ job, job_index, outcome: 'neutral' as const }));
    expect(await progress.mark(entries)).toEqual([]);
  }
  expect(ended.map(({ status }) => status)).toEqual(['COMPLETED']);
  const { BatchGetItem, UpdateItem, Query, ...others } = readMeter();
  expect(others).toEqual({});
  expect(BatchGetItem).toEqual({ calls: all.length, read_units: all.length });
  expect(Query.calls).toBe(1);
  expect(UpdateItem.calls).toBeLessThan(750);
  expect(UpdateItem.write_units).toBeLessThan(1_600);
}, 60_000);
