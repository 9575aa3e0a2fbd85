import { FirehoseClient } from '@aws-sdk/client-firehose';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { createLake } from '../../../aws/firehose/lake.ts';
import type { Result } from '../../../schemas/index.ts';
import { aResult } from '../../support/results.ts';
import { awsStub, type StubCall, type StubReply } from './aws-stub.ts';

let open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

/**
 * Creates a lake that writes to a stub of Firehose. The stub calls `reply` with the records and the
 * number of the call, and sends the answer that `reply` returns.
 */
async function lakeWith(reply: (records: string[], nth: number) => StubReply | 'hang up') {
  const received: string[][] = [];
  const stub = await awsStub((call, nth) => {
    const records = recordsOf(call);
    received.push(records);
    return reply(records, nth);
  });
  const client = new FirehoseClient(stub.config);
  open.push(stub, { close: async () => client.destroy() });
  const pauses: number[] = [];
  const lake = createLake({
    client,
    delivery_stream: 'lake',
    pause: async (round) => {
      pauses.push(round);
    },
  });
  return { lake, received, pauses, stub };
}

function recordsOf({ body }: StubCall): string[] {
  return (body.Records as { Data: string }[]).map(({ Data }) =>
    Buffer.from(Data, 'base64').toString(),
  );
}

const accept = (records: string[]) => answer(records, () => undefined);
function answer(records: string[], codeOf: (record: string, i: number) => string | undefined) {
  const RequestResponses = records.map((record, i) => {
    const ErrorCode = codeOf(record, i);
    return ErrorCode === undefined ? { RecordId: `r${i}` } : { ErrorCode, ErrorMessage: 'No' };
  });
  const FailedPutCount = RequestResponses.filter((one) => 'ErrorCode' in one).length;
  return { body: { FailedPutCount, RequestResponses } };
}

const lines = (records: string[]) =>
  records.flatMap((record) => record.split('\n')).map((line) => JSON.parse(line) as Result);
const results = (length: number, text = 'I love my cat\nreally') =>
  Array.from({ length }, (_, i) => aResult({ record_id: `id-${i}`, text }));

it('The lake writes results as lines of JSON, many to a record, without a final line feed', async () => {
  const { lake, received, stub } = await lakeWith(accept);
  const given = results(300);
  expect(await lake.put(given)).toEqual([]);
  expect(stub.calls).toMatchObject([
    { action: 'PutRecordBatch', body: { DeliveryStreamName: 'lake' } },
  ]);
  const [records] = received;
  expect(lines(records!)).toEqual(given);
  expect(records!.length).toBeLessThan(5);
  for (const record of records!) {
    expect(record.endsWith('\n')).toBe(false);
    expect(Buffer.byteLength(record)).toBeLessThanOrEqual(100_000);
  }
});

it('The lake sends at most 4 MiB per call', async () => {
  const { lake, received } = await lakeWith(accept);
  const given = results(30, 'é'.repeat(150_000));
  expect(await lake.put(given)).toEqual([]);
  expect(received.length).toBe(3);
  for (const records of received) {
    const bytes = records.reduce((sum, record) => sum + Buffer.byteLength(record), 0);
    expect(bytes).toBeLessThanOrEqual(4 * 1_024 * 1_024);
  }
  expect(
    lines(received.flat())
      .map(({ record_id }) => record_id)
      .sort(),
  ).toEqual(given.map(({ record_id }) => record_id).sort());
});

it('The lake sends at most 500 records per call, however long the lines are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(1, 400, 49_000, 51_000, 99_000, 300_000), { maxLength: 60 }),
      async (lengths) => {
        const { lake, received } = await lakeWith(accept);
        const given = lengths.map((length, i) =>
          aResult({ record_id: `id-${i}`, text: 'a'.repeat(length) }),
        );
        expect(await lake.put(given)).toEqual([]);
        expect(lines(received.flat())).toHaveLength(given.length);
        for (const records of received) expect(records.length).toBeLessThanOrEqual(500);
      },
    ),
    { numRuns: 15 },
  );
});

it('The lake leaves out a text that is too long for a record', async () => {
  const { lake, received } = await lakeWith(accept);
  await lake.put(results(1, 'a'.repeat(1_040_000)));
  expect(lines(received.flat())[0]).toMatchObject({ record_id: 'id-0', text_bytes: 1_040_000 });
  expect(lines(received.flat())[0]).not.toHaveProperty('text');
});

/** Creates results with long texts. Each result fills a whole Firehose record. */
const alone = (length: number) => results(length, 'a'.repeat(60_000));

it('The lake sends only rejected records again', async () => {
  const { lake, received, pauses } = await lakeWith((records, nth) =>
    answer(records, (_, i) => (nth === 1 && i % 2 === 1 ? 'InternalFailure' : undefined)),
  );
  expect(await lake.put(alone(5))).toEqual([]);
  expect(lines(received[1]!).map(({ record_id }) => record_id)).toEqual(['id-1', 'id-3']);
  expect(pauses).toEqual([1]);
});

it('The lake returns the results of records that Firehose rejected five times', async () => {
  const { lake, received } = await lakeWith((records) =>
    answer(records, (record) =>
      record.includes('"id-2"') ? 'ServiceUnavailableException' : undefined,
    ),
  );
  expect(await lake.put(alone(4))).toEqual([
    { index: 2, code: 'ServiceUnavailableException', retryable: true, throttled: true },
  ]);
  expect(received.map((records) => records.length)).toEqual([4, 1, 1, 1, 1]);
});

it('The lake reports every result of a rejected record as failed', async () => {
  const { lake } = await lakeWith((records) => answer(records, () => 'InternalFailure'));
  expect((await lake.put(results(3))).map(({ index }) => index)).toEqual([0, 1, 2]);
});

it('The lake treats a missing response entry as a failure', async () => {
  const { lake } = await lakeWith((records) => ({
    body: {
      FailedPutCount: 1,
      RequestResponses: records.slice(1).map(() => ({ RecordId: 'r' })),
    },
  }));
  expect(await lake.put(alone(2))).toMatchObject([{ index: 1, code: 'MissingResponse' }]);
});

it('The lake reports all results of a failed call, and leaves retries of the call to the SDK', async () => {
  const refused = await lakeWith(() => ({
    status: 400,
    body: { __type: 'ResourceNotFoundException', message: 'No' },
  }));
  expect(await refused.lake.put(results(1))).toEqual([
    { index: 0, code: 'ResourceNotFoundException', retryable: false, throttled: false },
  ]);
  expect(refused.received).toHaveLength(1);
  const broken = await lakeWith(() => 'hang up');
  expect(await broken.lake.put(results(1))).toMatchObject([{ index: 0, retryable: true }]);
});
