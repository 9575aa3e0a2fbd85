import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KinesisStreamEvent } from 'aws-lambda';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  type Mapping,
  type MappingOptions,
  startMapping,
} from '../../../src/runtime/event-source/mapping.ts';
import type { Invocation } from '../../../src/runtime/function/invocation.ts';
import {
  createMemoryDestination,
  createMemoryStream,
  FAST,
  SETTINGS,
} from '../../support/memory-stream.ts';
import { WAIT } from '../../support/wait.ts';

type Handler = (texts: string[], event: KinesisStreamEvent) => unknown;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'embedded-cloud-mapping-'));
});
const running: Mapping[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((mapping) => mapping.stop()));
});

const texts = (event: KinesisStreamEvent) =>
  event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());

/**
 * Starts a mapping that calls `handler` for each invocation. If `handler` returns null, the mapping
 * receives a throttling error.
 */
function run(
  stream: ReturnType<typeof createMemoryStream>,
  handler: Handler,
  options: Partial<MappingOptions> = {},
): Mapping {
  const invoke = async (payload: string): Promise<Invocation> => {
    const event = JSON.parse(payload) as KinesisStreamEvent;
    try {
      const answer = await handler(texts(event), event);
      if (answer === null)
        return { kind: 'refused', code: 'TooManyRequestsException', message: '' };
      return { kind: 'answered', request_id: 'request-1', payload: JSON.stringify(answer ?? {}) };
    } catch {
      return { kind: 'failed', request_id: 'request-1', payload: '{}' };
    }
  };
  const mapping = startMapping({
    mapping_id: 'mapping-1',
    function_arn: 'arn:aws:lambda:us-east-1:000000000000:function:handler',
    role_arn: 'arn:aws:iam::000000000000:role/handler',
    settings: SETTINGS,
    source: stream.source,
    invoke,
    directory,
    now: Date.now,
    pace: FAST,
    ...options,
  });
  running.push(mapping);
  return mapping;
}

const idle = (mapping: Mapping, since = Date.now()) =>
  vi.waitFor(
    () => {
      const { idle: is_idle, caught_up_at } = mapping.status();
      expect(is_idle && caught_up_at! > since).toBe(true);
    },
    { ...WAIT, interval: 5 },
  );

it("records arrive in the form of Lambda's Kinesis event", async () => {
  const stream = createMemoryStream();
  stream.addShard('shardId-000000000000');
  const sequenceNumber = stream.put('shardId-000000000000', 'key', 'hello', 1_700_000_000_123);
  const events: KinesisStreamEvent[] = [];
  await idle(run(stream, (_, event) => void events.push(event)));
  expect(events).toEqual([
    {
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: 'key',
            sequenceNumber,
            data: 'aGVsbG8=',
            approximateArrivalTimestamp: 1_700_000_000.123,
          },
          eventSource: 'aws:kinesis',
          eventVersion: '1.0',
          eventID: `shardId-000000000000:${sequenceNumber}`,
          eventName: 'aws:kinesis:record',
          invokeIdentityArn: 'arn:aws:iam::000000000000:role/handler',
          awsRegion: 'us-east-1',
          eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/texts',
        },
      ],
    },
  ]);
});

it('a shard that has nothing new is not read again within half a minute, and a later record or the end of the shard is', async () => {
  const stream = createMemoryStream();
  stream.addShard('shardId-000000000000');
  const seen: string[] = [];
  let at = 1_000;
  const mapping = run(stream, (some) => void seen.push(...some), {
    source: stream.informed_source,
    now: () => at,
  });
  await vi.waitFor(() => expect(stream.countReads()).toBe(1), WAIT);
  for (let poll = 0; poll < 20; poll += 1) {
    at += 1_000;
    await idle(mapping, at - 1);
  }
  expect(stream.countReads()).toBe(1);
  stream.put('shardId-000000000000', 'key', 'later');
  await vi.waitFor(() => expect(seen).toEqual(['later']), WAIT);
  await vi.waitFor(() => expect(stream.countReads()).toBe(3), WAIT);
  at += 30_001;
  await vi.waitFor(() => expect(stream.countReads()).toBe(4), WAIT);
  stream.close('shardId-000000000000');
  await vi.waitFor(() => expect(mapping.status().shards[0]?.state).toBe('drained'), WAIT);
});

it('records of a parent shard come before those of its children', async () => {
  const stream = createMemoryStream();
  stream.addShard('child-1', ['parent']);
  stream.addShard('child-2', ['parent', 'gone']);
  stream.addShard('parent');
  for (let n = 0; n < 30; n += 1) stream.put('parent', 'k', 'old');
  stream.put('child-1', 'k', 'new');
  stream.put('child-2', 'k', 'new');
  const seen: string[] = [];
  const mapping = run(stream, (batch) => void seen.push(...batch));
  await vi.waitFor(() => expect(seen).toHaveLength(30), WAIT);
  expect(mapping.status().shards.map(({ state }) => state)).toEqual([
    'reading',
    'waiting_for_parents',
    'waiting_for_parents',
  ]);
  stream.close('parent');
  await vi.waitFor(() => expect(seen).toHaveLength(32), WAIT);
  expect(seen.slice(-2)).toEqual(['new', 'new']);
});

it('with LATEST, records from before the first start are skipped, and those from before a restart are not', async () => {
  const stream = createMemoryStream();
  stream.addShard('s');
  stream.put('s', 'k', 'before', Date.now() - 1_000);
  const settings = { ...SETTINGS, starting_position: 'LATEST' as const };
  const seen: string[] = [];
  const handler: Handler = (batch) => void seen.push(...batch);
  const first = run(stream, handler, { settings });
  await idle(first);
  await first.stop();
  stream.put('s', 'k', 'between');
  await idle(run(stream, handler, { settings }));
  expect(seen).toEqual(['between']);
});

it('after a restart only unfinished records are delivered again', async () => {
  const stream = createMemoryStream();
  stream.addShard('s');
  for (const text of ['a', 'b', 'c']) stream.put('s', 'k', text);
  const settings = { ...SETTINGS, batch_size: 1 };
  const seen: string[] = [];
  const first = run(
    stream,
    ([text]) => {
      if (text === 'b') throw new Error('not yet');
      seen.push(text!);
    },
    { settings },
  );
  await vi.waitFor(() => expect(first.status().failed_invocations).toBeGreaterThan(1), WAIT);
  await first.stop();
  await idle(run(stream, ([text]) => void seen.push(text!), { settings }));
  expect(seen).toEqual(['a', 'b', 'c']);
});

it('a stream that was created anew is read from its start', async () => {
  const seen: string[] = [];
  for (const created_at of [1, 2]) {
    const stream = createMemoryStream();
    stream.addShard('s');
    stream.put('s', 'k', `stream ${created_at}`);
    const source = { ...stream.source, describe: async () => ({ created_at }) };
    const mapping = run(stream, (batch) => void seen.push(...batch), { source });
    await idle(mapping);
    await mapping.stop();
  }
  expect(seen).toEqual(['stream 1', 'stream 2']);
});

it('reading continues after an expired iterator and after an error, which the status shows', async () => {
  const stream = createMemoryStream();
  stream.addShard('s');
  stream.put('s', 'k', 'a');
  const errors = ['ExpiredIteratorException', 'ProvisionedThroughputExceededException'];
  let broken = true;
  const source = {
    ...stream.source,
    describe: async () => {
      if (broken) throw Object.assign(new Error('no grant'), { name: 'AccessDeniedException' });
      return { created_at: 1 };
    },
    records: async (iterator: string, limit: number) => {
      const name = errors.shift();
      if (name !== undefined) throw Object.assign(new Error('again'), { name });
      return stream.source.records(iterator, limit);
    },
  };
  const mapping = run(stream, () => {}, { source });
  await vi.waitFor(
    () =>
      expect(mapping.status().last_processing_result).toBe(
        'PROBLEM: AccessDeniedException: no grant',
      ),
    WAIT,
  );
  broken = false;
  await idle(mapping);
  expect(mapping.status()).toMatchObject({ last_processing_result: 'OK', records_delivered: 1 });
});

it('reading pauses where the function is slower than the stream', async () => {
  const stream = createMemoryStream();
  stream.addShard('s');
  for (let n = 0; n < 1_000; n += 1) stream.put('s', 'k', 'x');
  const mapping = run(stream, () => null);
  await vi.waitFor(() => expect(mapping.status().throttled_invocations).toBeGreaterThan(5), WAIT);
  expect(mapping.status().shards[0]!.unfinished).toBeLessThanOrEqual(300);
});

it('a discarded batch is reported to the failure destination as Lambda does, and the shard continues', async () => {
  const stream = createMemoryStream();
  stream.addShard('shardId-000000000000');
  const at = Date.parse('2026-11-23T14:05:06.789Z');
  const first = stream.put('shardId-000000000000', 'k', 'bad 1', at);
  const last = stream.put('shardId-000000000000', 'k', 'bad 2', at + 1_000);
  const { destination, reports } = createMemoryDestination();
  const settings = { ...SETTINGS, max_retries: 2, batch_size: 2 };
  const seen: string[] = [];
  const handler: Handler = (batch) => {
    if (batch[0]!.startsWith('bad')) throw new Error('poison');
    seen.push(...batch);
  };
  const mapping = run(stream, handler, { settings, destination });
  await vi.waitFor(() => expect(reports).toHaveLength(1), WAIT);
  stream.put('shardId-000000000000', 'k', 'good');
  await vi.waitFor(() => expect(seen).toEqual(['good']), WAIT);
  const { key, report } = reports[0]!;
  expect(key).toMatch(
    /^aws\/lambda\/mapping-1\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
  );
  const { payload, timestamp, ...rest } = report;
  expect(texts(JSON.parse(payload))).toEqual(['bad 1', 'bad 2']);
  expect(rest).toEqual({
    requestContext: {
      requestId: 'request-1',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:handler',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    KinesisBatchInfo: {
      shardId: 'shardId-000000000000',
      startSequenceNumber: first,
      endSequenceNumber: last,
      approximateArrivalOfFirstRecord: '2026-11-23T14:05:06.789Z',
      approximateArrivalOfLastRecord: '2026-11-23T14:05:07.789Z',
      batchSize: 2,
      streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/texts',
    },
  });
  expect(mapping.status()).toMatchObject({ records_discarded: 2, failed_invocations: 3 });
});

it('a failing destination is retried, and a refused report is counted', async () => {
  const stream = createMemoryStream();
  stream.addShard('s');
  stream.put('s', 'k', 'bad');
  const answers = [503, 503, 403];
  const { destination } = createMemoryDestination();
  const put = async () => {
    throw Object.assign(new Error('no'), { $metadata: { httpStatusCode: answers.shift() } });
  };
  const mapping = run(
    stream,
    () => {
      throw new Error('poison');
    },
    { settings: { ...SETTINGS, max_retries: 0 }, destination: { ...destination, put } },
  );
  await idle(mapping);
  expect(answers).toEqual([]);
  expect(mapping.status()).toMatchObject({ reports_refused: 1, records_discarded: 1 });
});

it('each record succeeds at least once or is reported, in order per key, for any answers', async () => {
  const kinds = fc.constantFrom('ok', 'ok', 'ok', 'throw', 'partial', 'unknown id', 'throttle');
  const answers = fc.array(fc.tuple(kinds, fc.nat(20)), { maxLength: 60 });
  const settings = fc.record({
    batch_size: fc.integer({ min: 1, max: 12 }),
    parallelization_factor: fc.integer({ min: 1, max: 4 }),
    bisect: fc.boolean(),
    max_retries: fc.integer({ min: 0, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(
      answers,
      settings,
      fc.integer({ min: 1, max: 60 }),
      async (script, chosen, count) => {
        directory = await mkdtemp(join(tmpdir(), 'embedded-cloud-mapping-'));
        const stream = createMemoryStream();
        stream.addShard('s');
        for (let n = 0; n < count; n += 1) stream.put('s', `key-${n % 5}`, String(n));
        const { destination, reports } = createMemoryDestination();
        const succeeded: number[] = [];
        const handler: Handler = (batch, { Records }) => {
          const [kind, at] = script.shift() ?? ['ok', 0];
          if (kind === 'throw') throw new Error('seeded');
          if (kind === 'throttle') return null;
          if (kind === 'unknown id') return { batchItemFailures: [{ itemIdentifier: 'x' }] };
          const failed = kind === 'partial' ? at % batch.length : batch.length;
          succeeded.push(...batch.slice(0, failed).map(Number));
          const ids = Records.slice(failed).map(({ kinesis }) => ({
            itemIdentifier: kinesis.sequenceNumber,
          }));
          return { batchItemFailures: ids.reverse() };
        };
        const mapping = run(stream, handler, {
          settings: { ...SETTINGS, ...chosen },
          destination,
        });
        await idle(mapping, 0);
        await mapping.stop();
        const reported = reports.flatMap(({ report }) =>
          texts(JSON.parse(report.payload)).map(Number),
        );
        expect([...succeeded, ...reported].sort((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, n) => n),
        );
        for (let key = 0; key < 5; key += 1) {
          const of_key = succeeded.filter((n) => n % 5 === key);
          expect(of_key).toEqual(of_key.toSorted((a, b) => a - b));
        }
      },
    ),
    { numRuns: 40 },
  );
});
