import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { rowOf } from '../../../aws/dynamodb/jobs/row.ts';
import { createJobStore } from '../../../aws/dynamodb/jobs/store.ts';
import { aJob, JOBS_NOW } from '../../support/jobs.ts';

const dynamodb = mockClient(DynamoDBClient);
const store = createJobStore({
  client: dynamodb as unknown as DynamoDBClient,
  table_name: 'jobs',
  now: () => JOBS_NOW + 1_500,
});
const job = aJob({ job_id: 'job_1' });
const NOW_SECONDS = JOBS_NOW / 1_000 + 1;
const refusal = Object.assign(new Error('no'), {
  name: 'ConditionalCheckFailedException',
  $metadata: { httpStatusCode: 400 },
});

beforeEach(() => {
  dynamodb.reset();
  dynamodb.on(UpdateItemCommand).resolves({ Attributes: rowOf(job) });
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
});

/** Returns the input of the only call, with plain values. */
function onlyInput() {
  const calls = dynamodb.calls();
  expect(calls).toHaveLength(1);
  const input = calls[0]!.args[0].input as Record<string, unknown>;
  const plain = (value: unknown) => (value === undefined ? value : unmarshall(value as never));
  return { ...input, Key: plain(input.Key), values: plain(input.ExpressionAttributeValues) };
}

it('a job is created only where there is none, or one that has expired', async () => {
  expect(await store.create(job)).toEqual({ created: true, job });
  expect(onlyInput()).toMatchObject({
    TableName: 'jobs',
    Item: rowOf(job),
    ConditionExpression: 'attribute_not_exists(job_id) OR expires_at <= :now',
    values: { ':now': NOW_SECONDS },
  });
});

it('a creation that finds a job returns that job', async () => {
  const existing = aJob({ job_id: 'job_1', request_hash: 'other' });
  dynamodb.on(PutItemCommand).rejects(refusal);
  dynamodb.on(GetItemCommand).resolves({ Item: rowOf(existing) });
  expect(await store.create(job)).toEqual({ created: false, job: existing });
});

it('a transition is written only from a status that leads to the new one', async () => {
  expect(await store.transition('job_1', 'COMPLETED', { completed_at: 't' })).toEqual(job);
  expect(onlyInput()).toMatchObject({
    TableName: 'jobs',
    Key: { job_id: 'job_1', part: 'job' },
    UpdateExpression: 'SET #completed_at = :completed_at, #status = :status',
    ConditionExpression: '#status IN (:from_PROCESSING)',
    ExpressionAttributeNames: { '#status': 'status', '#completed_at': 'completed_at' },
    values: { ':completed_at': 't', ':status': 'COMPLETED', ':from_PROCESSING': 'PROCESSING' },
    ReturnValues: 'ALL_NEW',
  });
});

it('no job can become PENDING, and that costs no call', async () => {
  expect(await store.transition('job_1', 'PENDING', {})).toBeUndefined();
  expect(dynamodb.calls()).toHaveLength(0);
});

it('a change is written only in one of its statuses, and a refused one changes nothing', async () => {
  dynamodb.on(UpdateItemCommand).rejects(refusal);
  expect(await store.update('job_1', ['PENDING', 'PROCESSING'], {})).toBeUndefined();
  expect(onlyInput()).toMatchObject({
    UpdateExpression: 'SET #status = #status',
    ConditionExpression: '#status IN (:from_PENDING, :from_PROCESSING)',
  });
});

const lease = { owner: 'me', until: '2026-11-23T10:05:00.000Z' };
const advance = () =>
  store.advance('job_1', ['PROCESSING'], 'submitted', { records: 5, bytes: 70 }, lease);

it('a checkpoint moves forward only, and only for the owner of the lease, which it renews', async () => {
  expect(await advance()).toEqual(job);
  expect(onlyInput()).toMatchObject({
    UpdateExpression: expect.stringMatching(/^SET #submitted = :submitted, #lease = :lease, /),
    ConditionExpression:
      '#status IN (:from_PROCESSING) AND (#lease.#owner = :owner AND ' +
      '(attribute_not_exists(#submitted) OR ' +
      '(#submitted.#records <= :records AND #submitted.#bytes <= :bytes)))',
    ExpressionAttributeNames: {
      ...{ '#status': 'status', '#submitted': 'submitted', '#owner': 'owner' },
      ...{ '#records': 'records', '#bytes': 'bytes' },
    },
    values: {
      ...{ ':submitted': { records: 5, bytes: 70 }, ':records': 5, ':bytes': 70 },
      ...{ ':lease': lease, ':owner': 'me', ':due_at': lease.until },
      ':from_PROCESSING': 'PROCESSING',
    },
  });
});

it.each([
  ['PROCESSING', 'me', true],
  ['PROCESSING', 'another', false],
  ['CANCELLED', 'me', false],
] as const)(
  'a checkpoint that is behind finds a job in %s with the lease of %s: %s',
  async (status, owner, is_returned) => {
    const current = aJob({ job_id: 'job_1', status, lease: { ...lease, owner } });
    dynamodb.on(UpdateItemCommand).rejects(refusal);
    dynamodb.on(GetItemCommand).resolves({ Item: rowOf(current) });
    expect(await advance()).toEqual(is_returned ? current : undefined);
  },
);

it('a checkpoint of a job that is gone moves nothing', async () => {
  dynamodb.on(UpdateItemCommand).rejects(refusal);
  dynamodb.on(GetItemCommand).resolves({});
  expect(await advance()).toBeUndefined();
});

const LEASE = { owner: 'me', until: '2026-11-23T10:05:00.000Z' };
const SET_LEASE = {
  TableName: 'jobs',
  Key: { job_id: 'job_1', part: 'job' },
  UpdateExpression: 'SET #lease = :lease, #due_at = :due_at, #due_shard = :due_shard',
  ReturnValues: 'ALL_NEW',
};

it('a lease is taken if it is free, has ended, or belongs to the one that hands it over or to the one that takes it', async () => {
  const now = Date.parse('2026-11-23T10:00:00.000Z');
  expect(await store.takeLease('job_1', ['PENDING'], LEASE, { from: 'other', now })).toEqual(job);
  expect(onlyInput()).toMatchObject({
    ...SET_LEASE,
    ConditionExpression:
      '#status IN (:from_PENDING) AND ' +
      '(attribute_not_exists(#lease) OR #lease.#until <= :now OR #lease.#owner IN (:from, :owner))',
    ExpressionAttributeNames: { '#lease': 'lease', '#owner': 'owner', '#until': 'until' },
    values: {
      ...{ ':lease': LEASE, ':due_at': LEASE.until, ':from_PENDING': 'PENDING' },
      ...{ ':now': '2026-11-23T10:00:00.000Z', ':from': 'other', ':owner': 'me' },
    },
  });
});

it('without a message that hands the job over, a lease is taken from no other owner that is at work', async () => {
  await store.takeLease('job_1', ['PENDING'], LEASE, { now: 0 });
  expect(onlyInput().values).toMatchObject({ ':from': 'me', ':owner': 'me' });
});

it('a check of a job is postponed only if its time is the one that was seen, or the later one already', async () => {
  const later = '2026-11-23T11:00:00.000Z';
  const seen = { job_id: 'job_1', status: 'PENDING' as const };
  await store.postpone({ ...aJob(seen), due_at: LEASE.until }, later);
  expect(onlyInput()).toMatchObject({
    ...SET_LEASE,
    UpdateExpression: 'SET #due_at = :due_at, #due_shard = :due_shard',
    ConditionExpression: '#status IN (:from_PENDING) AND (#due_at IN (:seen, :due_at))',
    values: { ':due_at': later, ':seen': LEASE.until },
  });
  dynamodb.resetHistory();
  await store.postpone({ ...aJob(seen), due_at: undefined }, later);
  expect(onlyInput().values).toMatchObject({ ':due_at': later, ':seen': later });
});

it('an attempt is added to a pending callback, and only as the next one', async () => {
  const attempt = { attempted_at: 't', duration_ms: 3, status: 500 };
  await store.addCallbackAttempt('job_1', 2, attempt, 'pending');
  expect(onlyInput()).toMatchObject({
    Key: { job_id: 'job_1', part: 'job' },
    UpdateExpression:
      'SET #callback.#state = :state, ' +
      '#callback.#attempts = list_append(#callback.#attempts, :attempt)',
    ConditionExpression:
      '#callback.#state = :pending AND size(#callback.#attempts) = :attempts_before',
    ExpressionAttributeNames: {
      ...{ '#callback': 'callback', '#state': 'state', '#attempts': 'attempts' },
    },
    values: {
      ...{ ':state': 'pending', ':pending': 'pending' },
      ...{ ':attempt': [attempt], ':attempts_before': 1 },
    },
  });
});

it('an attempt that ends a callback leaves its job due, because its input may not be deleted yet', async () => {
  const attempt = { attempted_at: 't', duration_ms: 3, error: undefined };
  await store.addCallbackAttempt('job_1', 1, attempt, 'delivered');
  expect(onlyInput()).toMatchObject({
    UpdateExpression: expect.not.stringContaining('REMOVE'),
    ExpressionAttributeNames: { '#callback': 'callback', '#state': 'state' },
    values: { ':attempt': [{ attempted_at: 't', duration_ms: 3 }] },
  });
});

const PAGE_KEY = { job_id: 'job_1', part: `page#${job.expires_at}#0000002` };

it('records are marked by their offsets in a page that is not closed', async () => {
  const Attributes = marshall({ ...PAGE_KEY, positive: new Set([0, 999]), neutral: new Set([7]) });
  dynamodb.on(UpdateItemCommand).resolves({ Attributes });
  const marked = await store.mark(job, 2, {
    positive: [2_000, 2_999],
    neutral: [2_007],
    empty: [],
  });
  expect(marked).toEqual({
    page: 2,
    done: { positive: new Set([2_000, 2_999]), neutral: new Set([2_007]) },
  });
  expect(onlyInput()).toMatchObject({
    TableName: 'jobs',
    Key: PAGE_KEY,
    UpdateExpression: 'SET expires_at = :expires_at ADD #positive :positive, #neutral :neutral',
    ConditionExpression: 'attribute_not_exists(#counts)',
    ExpressionAttributeNames: {
      ...{ '#positive': 'positive', '#neutral': 'neutral', '#counts': 'counts' },
    },
    values: { ':positive': new Set([0, 999]), ':neutral': new Set([7]) },
    ReturnValues: 'ALL_NEW',
  });
});

it('marking no record reads the page, and a page without an item has no record', async () => {
  dynamodb.on(GetItemCommand).resolves({});
  expect(await store.mark(job, 2, { positive: [] })).toEqual({ page: 2, done: {} });
  expect(onlyInput()).toMatchObject({ TableName: 'jobs', Key: PAGE_KEY, ConsistentRead: true });
});

it('a page that is closed already keeps its counts', async () => {
  const Attributes = marshall({ ...PAGE_KEY, counts: { positive: 3 } });
  dynamodb.on(UpdateItemCommand).resolves({ Attributes });
  const closed = await store.closePage(job, 2, { positive: 2, mixed: 1 });
  expect(closed).toEqual({ page: 2, done: {}, counts: { positive: 3 } });
  const input = onlyInput();
  expect(input).toMatchObject({
    Key: PAGE_KEY,
    UpdateExpression: expect.stringContaining('#counts = if_not_exists(#counts, :counts) REMOVE #'),
    values: { ':expires_at': job.expires_at, ':counts': { positive: 2, mixed: 1 } },
    ReturnValues: 'ALL_NEW',
  });
  expect(input).not.toHaveProperty('ConditionExpression');
});

it('the pages of a job are read by its id and its time of expiry', async () => {
  dynamodb.on(QueryCommand).resolves({ Items: [marshall({ ...PAGE_KEY, empty: new Set([3]) })] });
  expect(await store.pages(job)).toEqual([{ page: 2, done: { empty: new Set([2_003]) } }]);
  expect(onlyInput()).toMatchObject({
    TableName: 'jobs',
    KeyConditionExpression: 'job_id = :job_id AND begins_with(part, :pages)',
    values: { ':job_id': 'job_1', ':pages': `page#${job.expires_at}#` },
  });
});

it('a listing reads the jobs of one tenant, newest first, from before its cursor', async () => {
  await store.list({ tenant: 'acme', limit: 2 });
  expect(onlyInput()).toMatchObject({
    TableName: 'jobs',
    IndexName: 'by_tenant',
    KeyConditionExpression: 'tenant = :tenant AND created_sort < :before',
    values: { ':tenant': 'acme', ':before': '~' },
    ScanIndexForward: false,
  });
});

it('a listing leaves out jobs that have expired, and shows those that have not yet', async () => {
  const jobs = [1, 0, -1].map((later) =>
    aJob({ job_id: `job_${later + 1}`, expires_at: NOW_SECONDS + later }),
  );
  dynamodb.on(QueryCommand).resolves({ Items: jobs.map(rowOf) });
  const { jobs: listed } = await store.list({ tenant: 'acme', limit: 5 });
  expect(listed.map(({ job_id }) => job_id)).toEqual(['job_2']);
});

it('due jobs are those whose time has come', async () => {
  for await (const _ of store.due(JOBS_NOW)) throw new Error('No job is due');
  const [call] = dynamodb.commandCalls(QueryCommand);
  expect(call?.args[0].input).toMatchObject({
    KeyConditionExpression: 'due_shard = :shard AND due_at <= :now',
  });
});

it('the last sample of each shard is an item of one partition, and expires', async () => {
  const sample = {
    ...{ shard_id: 's-1', ended_at: '2026-11-23T10:00:00.000Z' },
    ...{ records: 0, duration_ms: 0, iterator_age_ms: 0 },
  };
  await store.putThroughputSample(sample);
  const [put] = dynamodb.commandCalls(PutItemCommand);
  const Item = { ...sample, job_id: 'throughput', part: 's-1', expires_at: NOW_SECONDS + 3_600 };
  expect(put?.args[0].input).toEqual({ TableName: 'jobs', Item: marshall(Item) });
  dynamodb.on(QueryCommand).resolves({ Items: [marshall(Item)] });
  expect(await store.throughputSamples()).toEqual([sample]);
  const [query] = dynamodb.commandCalls(QueryCommand);
  expect(Object.values(query?.args[0].input.ExpressionAttributeValues ?? {})).toEqual([
    { S: 'throughput' },
  ]);
});
