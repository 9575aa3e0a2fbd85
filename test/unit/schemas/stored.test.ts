import { expect, it } from 'vitest';
import type * as z from 'zod';
import {
  callbackMessageSchema,
  failedEventSchema,
  failureReportSchema,
  inputPositionSchema,
  jobErrorSchema,
  jobMessageSchema,
  jobSchema,
  outcomeCountsSchema,
  restoredMarkSchema,
  verdictSchema,
} from '../../../schemas/index.ts';
import { aJob } from '../../support/jobs.ts';

/** Returns the paths that a schema refuses after each change of a valid value. */
function listRefused(schema: z.ZodType, valid: object, changes: object[]): string[] {
  expect(schema.parse(valid)).toEqual(valid);
  return changes.map((change) => {
    const { error } = schema.safeParse({ ...valid, ...change });
    return error?.issues.map(({ path }) => path.join('.')).join() ?? 'accepted';
  });
}

// Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
const REPORT = {
  requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 },
  timestamp: '2019-11-14T00:38:06.021+00:00',
  KinesisBatchInfo: { shardId: 'shardId-000000000001', batchSize: 500 },
  payload: '{"Records":[]}',
};

it('a failure report of Lambda has its reason, its time, its shard and the event', () => {
  const more = { version: '1.0', requestContext: { ...REPORT.requestContext, requestId: 'r' } };
  expect(failureReportSchema.parse({ ...REPORT, ...more })).toEqual(REPORT);
  const changes = [
    { requestContext: {} },
    { timestamp: 'yesterday' },
    { KinesisBatchInfo: { shardId: 's' } },
    { payload: undefined },
  ];
  expect(listRefused(failureReportSchema, REPORT, changes)).toEqual([
    'requestContext.condition,requestContext.approximateInvokeCount',
    'timestamp',
    'KinesisBatchInfo.batchSize',
    'payload',
  ]);
});

it('the event in a failure report has the place, the key, the bytes and the arrival of each record', () => {
  const kinesis = {
    partitionKey: 'k',
    sequenceNumber: '1',
    data: 'e30=',
    approximateArrivalTimestamp: 1_545_084_650.987,
  };
  const record = { eventID: 'shardId-0:1', eventSourceARN: 'arn:aws:kinesis:s', kinesis };
  expect(failedEventSchema.parse({ Records: [record] })).toEqual({ Records: [record] });
  for (const name of Object.keys(kinesis)) {
    const Records = [{ ...record, kinesis: { ...kinesis, [name]: undefined } }];
    expect(failedEventSchema.safeParse({ Records }).success, name).toBe(false);
  }
  for (const change of [{ eventID: undefined }, { eventSourceARN: undefined }]) {
    expect(failedEventSchema.safeParse({ Records: [{ ...record, ...change }] }).success).toBe(
      false,
    );
  }
  expect(failedEventSchema.safeParse({}).success).toBe(false);
});

it('the mark of a restored batch has its time and a count of records, which can be 0', () => {
  const mark = { restored_at: '2026-11-23T10:00:00.000Z', records: 0 };
  const changes = [{ records: -1 }, { restored_at: 'now' }];
  expect(listRefused(restoredMarkSchema, mark, changes)).toEqual(['records', 'restored_at']);
});

it('a stored job keeps every field that it has', () => {
  const at = '2026-11-23T10:00:00.000Z';
  const figures = {
    ...{ records: 0, records_ahead: 0, estimated_hours: 0.5, deadline_at: at },
    ...{ open_records: 0, max_records: 1 },
  };
  const attempt = { attempted_at: at, duration_ms: 1 };
  const job = aJob({
    job_id: 'job_1',
    request_hash: 'h',
    started_at: at,
    completed_at: at,
    max_open_records: 1,
    total: 0,
    counted: { records: 0, bytes: 0 },
    submitted: { records: 0, bytes: 0 },
    lease: { owner: 'o', until: at },
    error: { code: 'DEADLINE_UNREACHABLE', message: 'm', figures },
    callback: {
      ...{ url: 'https://a.example/', state: 'pending', delivery_id: 'd' },
      attempts: [
        { ...attempt, status: 503 },
        { ...attempt, error: 'ETIMEDOUT' },
      ],
    },
  });
  expect(jobSchema.parse(job)).toEqual(job);
  const without = ['job_id', 'tenant', 'status', 'input', 'source_id', 'created_at', 'expires_at'];
  const refused = listRefused(jobSchema, job, [
    ...without.map((name) => ({ [name]: undefined })),
    { total: -1 },
    { max_open_records: 0 },
    { lease: {} },
    { callback: {} },
  ]);
  expect(refused).toEqual([
    ...without,
    'total',
    'max_open_records',
    'lease.owner,lease.until',
    'callback.url,callback.state,callback.delivery_id,callback.attempts',
  ]);
});

it('no count of records or bytes is negative', () => {
  const refuse = (schema: z.ZodType, ...values: unknown[]) =>
    values.filter((value) => schema.safeParse(value).success);
  const error = (figures: object) => ({ code: 'TOO_MANY_RECORDS', message: 'm', figures });
  expect([
    ...refuse(inputPositionSchema, { records: -1, bytes: 0 }, { records: 0, bytes: -1 }),
    ...refuse(outcomeCountsSchema, { positive: -1 }),
    ...refuse(jobErrorSchema, error({}), error({ records: -1 })),
    ...['records_ahead', 'open_records', 'max_records'].flatMap((name) =>
      refuse(jobErrorSchema, error({ records: 0, [name]: -1 })),
    ),
  ]).toEqual([]);
  expect(outcomeCountsSchema.parse({ positive: 0 })).toEqual({ positive: 0 });
});

it('a message of the callback queue names the job and its attempt, counted from 1', () => {
  const message = { job_id: 'job_1', attempt: 1 };
  expect(listRefused(callbackMessageSchema, message, [{ attempt: 0 }, { job_id: '' }])).toEqual([
    'attempt',
    'job_id',
  ]);
});

it('a resume message may name the owner of the lease, and how often the job was handed over', () => {
  const message = { kind: 'resume', job_id: 'job_1', owner: 'o', hops: 0 };
  expect(jobMessageSchema.parse(message)).toEqual(message);
  expect(jobMessageSchema.safeParse({ ...message, hops: -1 }).success).toBe(false);
});

it('a verdict comes from at least one chunk', () => {
  const scores = { positive: 1, negative: 0, neutral: 0, mixed: 0 };
  const verdict = { sentiment: 'POSITIVE', scores, chunks: 1 };
  expect(listRefused(verdictSchema, verdict, [{ chunks: 0 }, { sentiment: 'GOOD' }])).toEqual([
    'chunks',
    'sentiment',
  ]);
});
