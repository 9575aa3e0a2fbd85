import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { rowOf } from '../../../aws/dynamodb/jobs/row.ts';
import { createJobStore } from '../../../aws/dynamodb/jobs/store.ts';
import { RECORD_OUTCOMES } from '../../../schemas/index.ts';
import { aJob, JOBS_NOW } from '../../support/jobs.ts';

const dynamodb = mockClient(DynamoDBClient);
let rounds: number[];
const store = createJobStore({
  client: dynamodb as unknown as DynamoDBClient,
  table_name: 'jobs',
  now: () => JOBS_NOW,
  pause: async (round) => void rounds.push(round),
});
beforeEach(() => {
  dynamodb.reset();
  rounds = [];
});

const key = (job_id: string) => ({ job_id: { S: job_id }, part: { S: 'job' } });
const createRefusal = (name: string, status: number) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: status } });

describe('reading many jobs', () => {
  it('getMany reads the keys that DynamoDB left unprocessed again, with consistent reads', async () => {
    const [first, second] = [aJob({ job_id: 'job_1' }), aJob({ job_id: 'job_2' })];
    dynamodb
      .on(BatchGetItemCommand)
      .resolvesOnce({
        Responses: { jobs: [rowOf(first)] },
        UnprocessedKeys: { jobs: { Keys: [key('job_2')] } },
      })
      .resolves({ Responses: { jobs: [rowOf(second)] } });
    expect(await store.getMany(['job_1', 'job_2'])).toEqual(
      new Map([
        ['job_1', first],
        ['job_2', second],
      ]),
    );
    const asked = dynamodb.commandCalls(BatchGetItemCommand).map(({ args }) => args[0].input);
    expect(asked.map(({ RequestItems }) => RequestItems?.jobs)).toEqual([
      { Keys: [key('job_1'), key('job_2')], ConsistentRead: true },
      { Keys: [key('job_2')], ConsistentRead: true },
    ]);
    expect(rounds).toEqual([1]);
  });

  it('getMany and get leave out a job that has expired, although its row is still there', async () => {
    const expires_at = JOBS_NOW / 1_000;
    const jobs = [0, 1].map((later) =>
      aJob({ job_id: `job_${later}`, expires_at: expires_at + later }),
    );
    dynamodb.on(BatchGetItemCommand).resolves({ Responses: { jobs: jobs.map(rowOf) } });
    expect([...(await store.getMany(['job_0', 'job_1'])).keys()]).toEqual(['job_1']);
    const found = [];
    for (const job of jobs) {
      dynamodb.on(GetItemCommand).resolves({ Item: rowOf(job) });
      found.push(await store.get(job.job_id));
    }
    expect(found).toEqual([undefined, jobs[1]]);
  });

  it('getMany throws if some keys stay unprocessed, since any of those jobs may be cancelled', async () => {
    dynamodb.on(BatchGetItemCommand).resolves({
      UnprocessedKeys: { jobs: { Keys: [key('job_1')] } },
    });
    await expect(store.getMany(['job_1'])).rejects.toMatchObject({
      service: 'dynamodb',
      code: 'UnprocessedKeys',
      retryable: true,
      throttled: true,
    });
  });
});

describe('a call that DynamoDB refuses', () => {
  it.each([
    ['ThrottlingException', 400, { retryable: true, throttled: true }],
    ['InternalServerError', 500, { retryable: true, throttled: false }],
    ['AccessDeniedException', 400, { retryable: false, throttled: false }],
  ])(
    'A call refused with %s throws a ServiceError that says whether to retry',
    async (code, status, how) => {
      dynamodb.rejects(createRefusal(code, status));
      const job = aJob({ job_id: 'job_1' });
      const lease = { owner: 'me', until: job.created_at };
      const calls: (() => Promise<unknown>)[] = [
        () => store.create(job),
        () => store.get('job_1'),
        () => store.getMany(['job_1']),
        () => store.list({ tenant: 'acme', limit: 1 }),
        () => store.transition('job_1', 'FAILED', {}),
        () => store.update('job_1', ['PENDING'], {}),
        () => store.advance('job_1', ['PENDING'], 'counted', { records: 1, bytes: 1 }, lease),
        () => store.takeLease('job_1', ['PENDING'], lease, { now: JOBS_NOW }),
        () => store.postpone(job, lease.until),
        () => store.mark(job, 0, { neutral: [1] }),
        () => store.closePage(job, 0, {}),
        () => store.addClosedPage(job, 0, 1),
        () => store.pages(job),
        () => store.due(0)[Symbol.asyncIterator]().next(),
        () =>
          store.addCallbackAttempt(
            'job_1',
            1,
            { attempted_at: job.created_at, duration_ms: 1 },
            'failed',
          ),
        () =>
          store.putThroughputSample({
            shard_id: 's',
            ended_at: job.created_at,
            records: 1,
            duration_ms: 1,
            iterator_age_ms: 1,
          }),
        () => store.throughputSamples(),
      ];
      for (const call of calls) {
        await expect(call()).rejects.toMatchObject({ name: 'ServiceError', code, ...how });
      }
    },
  );
});

describe('a listing of one status', () => {
  it('A listing by status ends its page after 5 calls, and its cursor continues from there', async () => {
    const seen = { ...aJob({ job_id: 'job_seen' }), status: 'COMPLETED' as const };
    dynamodb.on(QueryCommand).resolves({ Items: [rowOf(seen)], LastEvaluatedKey: key('job_seen') });
    const page = await store.list({ tenant: 'acme', status: 'FAILED', limit: 10 });
    expect(page.jobs).toEqual([]);
    expect(dynamodb.commandCalls(QueryCommand)).toHaveLength(5);
    await store.list({ tenant: 'acme', status: 'FAILED', limit: 10, cursor: page.cursor });
    const { ExpressionAttributeValues } = dynamodb.commandCalls(QueryCommand)[5]!.args[0].input;
    expect(ExpressionAttributeValues?.[':before']).toEqual({
      S: '2026-11-23T10:00:00.000Z#job_seen',
    });
  });
});

describe('a row', () => {
  it('A job is in the index of due jobs only while it has a due_at', () => {
    const { due_at: _, ...done } = aJob({ job_id: 'job_1' });
    expect(Object.keys(rowOf(aJob({ job_id: 'job_1' })))).toContain('due_shard');
    expect(Object.keys(rowOf(done))).not.toContain('due_shard');
  });
});

const collect = async <Item>(items: AsyncIterable<Item>) => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const inputsOf = <Input extends object>(calls: { args: [{ input: Input }] }[]) =>
  calls.map(({ args }) => args[0].input);

describe('reads that must not be stale', () => {
  it('A job and its pages are read consistently, since a stale read could end a job too early', async () => {
    const job = aJob({ job_id: 'job_1' });
    dynamodb.on(GetItemCommand).resolves({ Item: rowOf(job) });
    dynamodb.on(QueryCommand).resolves({ Items: [] });
    dynamodb.on(UpdateItemCommand).rejects(createRefusal('ConditionalCheckFailedException', 400));
    await store.get('job_1');
    await store.pages(job);
    dynamodb.on(GetItemCommand).resolves({});
    await store.mark(job, 0, { positive: [1] });
    const reads = [
      ...inputsOf(dynamodb.commandCalls(GetItemCommand)),
      ...inputsOf(dynamodb.commandCalls(QueryCommand)),
    ];
    expect(reads.map(({ ConsistentRead }) => ConsistentRead)).toEqual([true, true, true]);
  });
});

describe('a creation', () => {
  it('A job that expires between its refused creation and the read is an error to retry', async () => {
    dynamodb.on(PutItemCommand).rejects(createRefusal('ConditionalCheckFailedException', 400));
    dynamodb.on(GetItemCommand).resolves({});
    await expect(store.create(aJob({ job_id: 'job_1' }))).rejects.toMatchObject({
      ...{ name: 'ServiceError', code: 'JobExpired', retryable: true },
    });
  });
});

describe('the expiry of items', () => {
  it('Pages and the set of closed pages expire with their job', async () => {
    const job = aJob({ job_id: 'job_1' });
    const page = { job_id: { S: 'job_1' }, part: { S: 'page#1#0000000' } };
    dynamodb.on(UpdateItemCommand).resolves({ Attributes: { ...page, numbers: { NS: ['0'] } } });
    await store.mark(job, 0, { positive: [1] });
    await store.closePage(job, 0, { positive: 1 });
    await store.addClosedPage(job, 0, 251);
    const updates = inputsOf(dynamodb.commandCalls(UpdateItemCommand));
    expect(updates).toHaveLength(3);
    for (const { UpdateExpression, ExpressionAttributeValues } of updates) {
      expect(UpdateExpression).toContain('SET expires_at = :expires_at');
      expect(ExpressionAttributeValues?.[':expires_at']).toEqual({ N: String(job.expires_at) });
    }
  });

  it('Reports of a shard expire after an hour', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    const time = new Date(JOBS_NOW).toISOString();
    await store.putBatchStart({ shard_id: 'shard-1', started_at: time, oldest_at: time });
    await store.putThroughputSample({
      ...{ shard_id: 'shard-1', ended_at: new Date(JOBS_NOW).toISOString() },
      ...{ records: 5, duration_ms: 150, iterator_age_ms: 20 },
    });
    const puts = inputsOf(dynamodb.commandCalls(PutItemCommand));
    expect(puts).toHaveLength(2);
    for (const { Item } of puts) {
      expect(Item?.expires_at).toEqual({ N: String(JOBS_NOW / 1_000 + 3_600) });
    }
  });

  it('A closed page keeps no set of record numbers, of whatever outcome', async () => {
    dynamodb.on(UpdateItemCommand).resolves({ Attributes: { part: { S: 'page#1#0000000' } } });
    await store.closePage(aJob({ job_id: 'job_1' }), 0, {});
    const [update] = inputsOf(dynamodb.commandCalls(UpdateItemCommand));
    const [, removed = ''] = update!.UpdateExpression!.split('REMOVE ');
    const names = removed.split(', ').map((name) => update!.ExpressionAttributeNames![name]);
    expect(names).toEqual([...RECORD_OUTCOMES]);
  });
});

describe('the index of due jobs', () => {
  it('All four partitions are read, each to its last page', async () => {
    const job = (shard: string, page: string) => aJob({ job_id: `job_${shard}_${page}` });
    dynamodb.on(QueryCommand).callsFake(({ ExpressionAttributeValues, ExclusiveStartKey }) => {
      const shard = ExpressionAttributeValues[':shard'].S;
      return ExclusiveStartKey === undefined
        ? { Items: [rowOf(job(shard, '1'))], LastEvaluatedKey: key('x') }
        : { Items: [rowOf(job(shard, '2'))] };
    });
    const due = await collect(store.due(JOBS_NOW));
    expect(due.map(({ job_id }) => job_id)).toEqual(
      ['0', '1', '2', '3'].flatMap((shard) => [`job_${shard}_1`, `job_${shard}_2`]),
    );
    expect(inputsOf(dynamodb.commandCalls(QueryCommand))[0]).toMatchObject({
      IndexName: 'by_due',
      ExpressionAttributeValues: { ':now': { S: '2026-11-23T10:00:00.000Z' } },
    });
  });

  it('The jobs are spread over partitions 0 to 3', () => {
    const shards = Array.from({ length: 200 }, (_, i) => rowOf(aJob({ job_id: `job_${i}` })));
    expect(new Set(shards.map(({ due_shard }) => due_shard?.S))).toEqual(
      new Set(['0', '1', '2', '3']),
    );
  });

  it('A job enters and leaves the index with its due_at, and other changes leave it there', async () => {
    const { due_shard } = rowOf(aJob({ job_id: 'job_1' }));
    dynamodb.on(UpdateItemCommand).resolves({ Attributes: rowOf(aJob({ job_id: 'job_1' })) });
    const due_at = '2026-11-23T11:00:00.000Z';
    await store.update('job_1', ['PENDING'], { due_at });
    await store.update('job_1', ['PENDING'], { due_at: undefined });
    await store.update('job_1', ['PENDING'], { total: 1 });
    const [set, removed, other] = inputsOf(dynamodb.commandCalls(UpdateItemCommand));
    expect(set?.ExpressionAttributeValues).toMatchObject({
      ...{ ':due_at': { S: due_at }, ':due_shard': due_shard },
    });
    expect(removed?.UpdateExpression).toContain('REMOVE #due_at, #due_shard');
    expect(other?.UpdateExpression).toBe('SET #total = :total');
  });
});

describe('a page of a listing', () => {
  it('A page takes one call, which reads one job more than the page holds', async () => {
    const jobs = [1, 2, 3].map((i) => aJob({ job_id: `job_${i}` }));
    dynamodb.on(QueryCommand).resolves({
      Items: jobs.map(rowOf),
      LastEvaluatedKey: key('job_3'),
    });
    const page = await store.list({ tenant: 'acme', limit: 2 });
    expect(page.jobs).toEqual(jobs.slice(0, 2));
    expect(inputsOf(dynamodb.commandCalls(QueryCommand))).toMatchObject([{ Limit: 3 }]);
  });

  it('A page of one status reads 500 jobs per call', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [] });
    await store.list({ tenant: 'acme', status: 'FAILED', limit: 2 });
    expect(inputsOf(dynamodb.commandCalls(QueryCommand))).toMatchObject([{ Limit: 500 }]);
  });

  it('Jobs sort by the time of their creation in UTC, whatever zone it was written in', () => {
    const row = rowOf(aJob({ job_id: 'job_1', created_at: '2026-11-23T12:30:00+02:00' }));
    expect(row.created_sort).toEqual({ S: '2026-11-23T10:30:00.000Z#job_1' });
  });
});
