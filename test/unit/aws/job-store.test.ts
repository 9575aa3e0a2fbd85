import { BatchGetItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { rowOf } from '../../../aws/dynamodb/jobs/row.ts';
import { createJobStore } from '../../../aws/dynamodb/jobs/store.ts';
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
      const calls: (() => Promise<unknown>)[] = [
        () => store.create(job),
        () => store.get('job_1'),
        () => store.getMany(['job_1']),
        () => store.list({ tenant: 'acme', limit: 1 }),
        () => store.transition('job_1', 'FAILED', {}),
        () => store.update('job_1', ['PENDING'], {}),
        () => store.advance('job_1', ['PENDING'], 'counted', { records: 1, bytes: 1 }),
        () => store.mark(job, 0, { neutral: [1] }),
        () => store.closePage(job, 0, {}),
        () => store.addClosedPage(job, 0),
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
