import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clientConfig,
  createS3,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createMarks } from '../../../aws/s3/failure-bucket.ts';
import {
  createOverBudgetSetAsides,
  createSetAsideBucket,
  createSetAsideReader,
} from '../../../aws/s3/set-aside-bucket.ts';
import { createTenantSetAsides } from '../../../aws/s3/tenant-set-asides.ts';
import { deriveRecordId, type SetAside } from '../../../schemas/index.ts';

let folder: string;
let served: ServedService;
let client: S3Client;
let bucket_name: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-set-asides-'));
  served = await serveService(createS3({ dataDir: folder, now: Date.now }));
  client = new S3Client(clientConfig(served.endpoint));
});
beforeEach(async () => {
  bucket_name = `set-asides-${count++}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket_name }));
});
afterAll(async () => {
  client.destroy();
  await served.close();
  await rm(folder, { recursive: true });
});

function aSetAside(place: number, sub_sequence_number?: number): SetAside {
  const position = {
    stream_name: 'live',
    shard_id: 'shardId-000000000000',
    sequence_number: `4959${String(place).padStart(4, '0')}`,
    ...(sub_sequence_number === undefined ? {} : { sub_sequence_number }),
  };
  return {
    set_aside_id: deriveRecordId(position),
    reason: 'invalid_json',
    issues: [{ path: '', message: 'is not JSON' }],
    ...position,
    partition_key: 'k',
    arrived_at: '2026-11-23T10:00:00.123Z',
    data_base64: Buffer.from(`{"broken ${place}`).toString('base64'),
  };
}

const store = () => createSetAsideBucket({ client, bucket_name });
const reader = () => createSetAsideReader({ client, bucket_name });
async function listAll(options?: { limit: number }): Promise<SetAside[]> {
  const found: SetAside[] = [];
  for await (const set_aside of reader().list(options)) found.push(set_aside);
  return found;
}
async function keys(): Promise<(string | undefined)[]> {
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket_name }));
  return Contents?.map(({ Key }) => Key) ?? [];
}

it('A set-aside is one object whose key is its position on the stream', async () => {
  expect(await store().put([aSetAside(1), aSetAside(2, 3)])).toEqual([]);
  expect(await keys()).toEqual([
    'set-asides/NONE/live/shardId-000000000000/49590001.invalid_json.json',
    'set-asides/NONE/live/shardId-000000000000/49590002-000003.invalid_json.json',
  ]);
  const { Body, ContentType } = await client.send(
    new GetObjectCommand({
      Bucket: bucket_name,
      Key: 'set-asides/NONE/live/shardId-000000000000/49590001.invalid_json.json',
    }),
  );
  expect(ContentType).toBe('application/json');
  expect(JSON.parse(await Body!.transformToString())).toEqual(aSetAside(1));
});

it('A set-aside that is delivered again is the same object', async () => {
  await store().put([aSetAside(1)]);
  await store().put([aSetAside(1)]);
  expect(await listAll()).toEqual([aSetAside(1)]);
});

it('A set-aside is found by its id', async () => {
  await store().put([aSetAside(1), aSetAside(2, 3)]);
  expect(await reader().get(aSetAside(1).set_aside_id)).toEqual(aSetAside(1));
  expect(await reader().get(aSetAside(2, 3).set_aside_id)).toEqual(aSetAside(2, 3));
  expect(await reader().get(aSetAside(9).set_aside_id)).toBeUndefined();
  for (const id of ['rev-1', '', '../secret:1', 'shardId-0:1', 'live:shardId-0:1:2:3']) {
    expect(await reader().get(id)).toBeUndefined();
  }
});

it('A set-aside that S3 refuses is returned, and the others are kept', async () => {
  const second = aSetAside(2);
  const flaky = createSetAsideBucket({
    bucket_name,
    client: {
      send(command: { input: { Key: string } }) {
        if (!command.input.Key.includes(second.sequence_number)) {
          return client.send(command as never);
        }
        const error = { name: 'SlowDown', $metadata: { httpStatusCode: 503 } };
        return Promise.reject(Object.assign(new Error('Slow down'), error));
      },
    } as never,
  });
  expect(await flaky.put([aSetAside(1), second, aSetAside(3)])).toEqual([
    { index: 1, code: 'SlowDown', retryable: true, throttled: true },
  ]);
  expect(await listAll()).toEqual([aSetAside(1), aSetAside(3)]);
});

it('A listing of set-asides has the order of the stream, also within an aggregate', async () => {
  const set_asides = [
    aSetAside(1),
    ...[0, 2, 10, 11].map((sub) => aSetAside(2, sub)),
    aSetAside(3),
  ];
  await store().put([...set_asides].reverse());
  expect(await listAll()).toEqual(set_asides);
});

it('A listing of set-asides stops at its limit', async () => {
  await store().put(Array.from({ length: 20 }, (_, i) => aSetAside(i)));
  for (const limit of [0, 1, 8, 9, 20]) expect(await listAll({ limit })).toHaveLength(limit);
  expect(await listAll({ limit: 100 })).toHaveLength(20);
  expect(await listAll()).toHaveLength(20);
});

it('set-asides over budget have a folder for each month, come last in the list, and are deleted by month', async () => {
  const over = (place: number, month: string): SetAside => ({
    ...aSetAside(place),
    reason: 'over_budget',
    over_budget: { month, refused_at: '2026-11-23T10:00:00.000Z' },
  });
  const [november, later, december] = [over(1, '2026-11'), over(2, '2026-11'), over(1, '2026-12')];
  expect(await store().put([december, november, later, aSetAside(9)])).toEqual([]);
  expect(await listAll()).toEqual([aSetAside(9), november, later, december]);
  expect(await reader().get(later.set_aside_id)).toEqual(later);
  const by_month = createOverBudgetSetAsides({ client, bucket_name });
  expect(await by_month.months()).toEqual(['2026-11', '2026-12']);
  const lots: SetAside[][] = [];
  for await (const lot of by_month.lots('2026-11', 1)) lots.push(lot);
  expect(lots).toEqual([[november], [later]]);
  await by_month.delete([november, later]);
  expect(await by_month.months()).toEqual(['2026-12']);
  expect(await reader().get(november.set_aside_id)).toEqual(december);
});

it('the set-asides of a tenant are listed without those of others, and those that were put back are marked', async () => {
  const own = (place: number) => ({ ...aSetAside(place), tenant: 'acme' });
  const over: SetAside = {
    ...{ ...own(3), reason: 'over_budget' },
    over_budget: { month: '2026-11', refused_at: '2026-11-23T10:00:00.000Z' },
  };
  const others = [{ ...aSetAside(4), tenant: 'acme-2' }, aSetAside(5)];
  expect(await store().put([own(1), own(2), over, ...others])).toEqual([]);
  const mark = { restored_at: '2026-11-24T10:00:00.000Z', records: 1 };
  await createMarks({ client, bucket_name }).put(own(2).set_aside_id, mark);
  const of_tenants = createTenantSetAsides({ client, bucket_name });
  const { refs, is_complete } = await of_tenants.list('acme');
  expect(is_complete).toBe(true);
  expect(refs).toMatchObject([
    { set_aside_id: own(1).set_aside_id, reason: 'invalid_json' },
    { set_aside_id: own(2).set_aside_id, replayed_at: expect.any(Number) },
    { set_aside_id: over.set_aside_id, reason: 'over_budget' },
  ]);
  expect(refs[0]).not.toHaveProperty('replayed_at');
  expect(Math.abs(refs[0]!.set_aside_at - Date.now())).toBeLessThan(60_000);
  expect(await of_tenants.read(refs[2]!)).toEqual(over);
  expect(await of_tenants.find('acme', over.set_aside_id)).toEqual(over);
  expect(await of_tenants.find('acme', others[0]!.set_aside_id)).toBeUndefined();
  // The record is refused again after it was put back.
  await createMarks({ client, bucket_name }).put(over.set_aside_id, mark);
  await store().put([{ ...over, partition_key: 'again' }]);
  expect((await of_tenants.list('acme')).refs[2]).not.toHaveProperty('replayed_at');
});
