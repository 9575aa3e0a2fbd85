import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPublisher, type PublishOutcome, type RecordInput } from '../../../ingest/index.ts';
import { createPause } from '../../../lib/backoff.ts';
import { sleep } from '../../../lib/sleep.ts';
import { ServiceError } from '../../../schemas/index.ts';
import { createLongText } from '../../support/long-text.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const record = (i: number): RecordInput => ({ record_id: `r${i}`, text: `text ${i}`, source: 's' });
const ids = (outcomes: PublishOutcome[]) => outcomes.map(({ record_id }) => record_id);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => `r${i}`);

/**
 * Creates a stream that answers each request after a delay. The stream rejects an entry if
 * `rejects` returns true.
 */
function createStream(delay_ms = 5, rejects: () => boolean = () => false) {
  const sequence: string[] = [];
  return {
    sequence,
    async putRecords(entries: { data: Uint8Array }[]) {
      await sleep(delay_ms);
      return entries.map(({ data }) => {
        if (rejects()) return { ok: false as const, code: 'Throttled' };
        sequence.push(JSON.parse(Buffer.from(data).toString()).record_id);
        return { ok: true as const, shard_id: 's', sequence_number: String(sequence.length) };
      });
    },
  };
}

/**
 * Creates a source that yields each record after a delay. After the last record, the source ends,
 * fails, or never answers again.
 */
function createSource(delays_ms: number[], end: 'ends' | 'fails' | 'stays silent') {
  const source = { reads: 0, reads_after_return: 0, returns: 0 };
  const iterator: AsyncIterator<RecordInput> = {
    async next() {
      if (source.returns > 0) source.reads_after_return += 1;
      const i = source.reads;
      source.reads += 1;
      const delay_ms = delays_ms[i];
      if (delay_ms !== undefined) {
        if (delay_ms > 0) await sleep(delay_ms);
        return { done: false, value: record(i) };
      }
      if (end === 'stays silent') await new Promise(() => undefined);
      if (end === 'fails') throw new Error('The source failed');
      return { done: true, value: undefined };
    },
    async return() {
      source.returns += 1;
      return { done: true, value: undefined };
    },
  };
  return Object.assign(source, { [Symbol.asyncIterator]: () => iterator });
}

interface Consumer {
  /** How many outcomes the consumer reads before the consumer leaves the loop */
  breaks_after?: number;
  works_ms?: number;
}

/**
 * Collects each outcome and the virtual time at which the outcome arrives. The loop that reads the
 * outcomes runs concurrently with the test.
 */
function consume(outcomes: AsyncIterable<PublishOutcome>, consumer: Consumer = {}) {
  const { breaks_after = Number.POSITIVE_INFINITY, works_ms = 0 } = consumer;
  const seen: { outcome: PublishOutcome; at: number }[] = [];
  const state: { end?: 'ended' | Error } = {};
  const run = async () => {
    for await (const outcome of outcomes) {
      seen.push({ outcome, at: Date.now() });
      if (seen.length >= breaks_after) break;
      if (works_ms > 0) await sleep(works_ms);
    }
  };
  run().then(
    () => {
      state.end = 'ended';
    },
    (error: Error) => {
      state.end = error;
    },
  );
  return Object.assign(state, { seen, outcomes: () => seen.map(({ outcome }) => outcome) });
}

it('publishAll yields the outcomes of 8 records while their source stays open and silent', async () => {
  const publisher = createPublisher({ stream: createStream() });
  const consumed = consume(publisher.publishAll(createSource(Array(8).fill(250), 'stays silent')));
  await vi.advanceTimersByTimeAsync(2_100);
  expect(ids(consumed.outcomes())).toEqual(upTo(8));
  expect(consumed.end).toBeUndefined();
});

it('publishAll yields each outcome when it and all before it are known, in the order of the source', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }),
      fc.constantFrom('ends' as const, 'fails' as const, 'stays silent' as const),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 0, max: 50 }),
      async (delays_ms, end, rejections, linger_ms) => {
        const settled_at = new Map<string, number>();
        let puts = 0;
        const stream = createStream(7, () => rejections[puts++ % rejections.length] === true);
        const publisher = createPublisher({
          stream: {
            async putRecords(entries) {
              const outcomes = await stream.putRecords(entries);
              for (const id of stream.sequence) {
                if (!settled_at.has(id)) settled_at.set(id, Date.now());
              }
              return outcomes;
            },
          },
          max_attempts: Number.POSITIVE_INFINITY,
          linger_ms,
          pause: () => sleep(3),
        });
        fc.pre(rejections.includes(false));
        const source = createSource(delays_ms, end);
        const consumed = consume(publisher.publishAll(source));
        await vi.advanceTimersByTimeAsync(60_000);
        expect(ids(consumed.outcomes())).toEqual(upTo(delays_ms.length));
        let known_at = 0;
        for (const { outcome, at } of consumed.seen) {
          known_at = Math.max(known_at, settled_at.get(outcome.record_id ?? '') ?? Number.NaN);
          expect(at).toBe(known_at);
        }
        if (end === 'ends') expect(consumed.end).toBe('ended');
        if (end === 'fails') expect(consumed.end).toEqual(new Error('The source failed'));
        if (end === 'stays silent') expect(consumed.end).toBeUndefined();
        expect(source.returns).toBe(0);
      },
    ),
    { numRuns: 80 },
  );
});

it('publishAll stops the source when its consumer leaves the loop, also while a read is pending', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 }),
      fc.constantFrom('ends' as const, 'stays silent' as const),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 20 }),
      async (delays_ms, end, breaks_after, works_ms) => {
        fc.pre(breaks_after <= delays_ms.length);
        const publisher = createPublisher({ stream: createStream(), linger_ms: 1 });
        const source = createSource(delays_ms, end);
        const consumed = consume(publisher.publishAll(source), { breaks_after, works_ms });
        await vi.advanceTimersByTimeAsync(60_000);
        expect(ids(consumed.outcomes())).toEqual(upTo(breaks_after));
        expect(consumed.end).toBe('ended');
        expect(source.reads_after_return).toBe(0);
        const has_ended = end === 'ends' && source.reads > delays_ms.length;
        expect(source.returns).toBe(has_ended ? 0 : 1);
        const closing = publisher.close();
        await vi.advanceTimersByTimeAsync(1_000);
        await closing;
      },
    ),
    { numRuns: 80 },
  );
});

it('publishAll keeps no more outcomes waiting than max_waiting_outcomes allows, however slow its consumer is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 100 }),
      async (max_waiting_outcomes, works_ms) => {
        const stream = createStream();
        const publisher = createPublisher({ stream, max_waiting_outcomes, linger_ms: 0 });
        const source = createSource(Array(60).fill(1), 'ends');
        const consumed = consume(publisher.publishAll(source), { works_ms });
        for (let at = 0; at < 10_000 && consumed.end === undefined; at += 10) {
          await vi.advanceTimersByTimeAsync(10);
          // The difference may exceed the limit by two. One outcome is on its way to the loop, and
          // the publisher is already reading one more record.
          expect(source.reads - consumed.seen.length).toBeLessThanOrEqual(max_waiting_outcomes + 2);
        }
        expect(consumed.end).toBe('ended');
        expect(ids(consumed.outcomes())).toEqual(upTo(60));
      },
    ),
    { numRuns: 20 },
  );
});

it('publishAll does not wait for an async generator that is blocked in a read when its consumer leaves', async () => {
  async function* silent() {
    yield record(0);
    await new Promise(() => undefined);
  }
  const publisher = createPublisher({ stream: createStream() });
  const consumed = consume(publisher.publishAll(silent()), { breaks_after: 1 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(consumed.end).toBe('ended');
});

it('publishAll throws the error of a source’s clean-up to the consumer that leaves the loop', async () => {
  function* source() {
    try {
      for (let i = 0; ; i += 1) yield record(i);
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: the clean-up of this source must fail.
      throw new Error('The clean-up failed');
    }
  }
  const publisher = createPublisher({ stream: createStream(), max_waiting_outcomes: 3 });
  const consumed = consume(publisher.publishAll(source()), { breaks_after: 1 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(consumed.end).toEqual(new Error('The clean-up failed'));
});

it('publishAll reads nothing before its consumer asks for the first outcome', async () => {
  const source = createSource([0, 0], 'ends');
  const publisher = createPublisher({ stream: createStream() });
  const outcomes = publisher.publishAll(source);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(source.reads).toBe(0);
  const consumed = consume(outcomes);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ids(consumed.outcomes())).toEqual(upTo(2));
});

it('publishAll refuses the records after close, following the outcomes of those before', async () => {
  const publisher = createPublisher({ stream: createStream(), linger_ms: 0 });
  const source = createSource([0, 0, 1_000], 'ends');
  const consumed = consume(publisher.publishAll(source));
  await vi.advanceTimersByTimeAsync(500);
  await publisher.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ids(consumed.outcomes())).toEqual(upTo(2));
  expect(consumed.end).toEqual(new Error('The publisher is closed'));
  expect(source.returns).toBe(1);
});

it('A publisher with unlimited attempts publishes every record after an outage of an hour, in order', async () => {
  const HOUR_MS = 3_600_000;
  const up_at = Date.now() + HOUR_MS;
  const pauses_ms: number[] = [];
  const pause = createPause();
  const publisher = createPublisher({
    stream: createStream(5, () => Date.now() < up_at),
    max_attempts: Number.POSITIVE_INFINITY,
    async pause(attempt) {
      const started_at = Date.now();
      await pause(attempt);
      pauses_ms.push(Date.now() - started_at);
    },
  });
  const consumed = consume(publisher.publishAll(createSource([0, 0, 0], 'stays silent')));
  await vi.advanceTimersByTimeAsync(HOUR_MS - 1);
  expect(consumed.seen).toEqual([]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ids(consumed.outcomes())).toEqual(upTo(3));
  expect(consumed.outcomes().every(({ status }) => status === 'accepted')).toBe(true);
  expect(Math.max(...pauses_ms)).toBeLessThanOrEqual(5_000);
});

it('A text claim that cannot be stored is tried again, as often as an entry that the stream rejects', async () => {
  let claims = 0;
  const publisher = createPublisher({
    stream: createStream(),
    claims: {
      async put() {
        claims += 1;
        if (claims < 12) throw new ServiceError('s3', 'SlowDown', { retryable: true });
        return 'a'.repeat(64);
      },
    },
    max_attempts: Number.POSITIVE_INFINITY,
  });
  const publishing = publisher.publish({ ...record(0), text: createLongText() });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await publishing).toMatchObject({ status: 'accepted', record_id: 'r0' });
  expect(claims).toBe(12);
});

it('A bug in the stream rejects the records of its request, and nothing hangs', async () => {
  const publisher = createPublisher({
    stream: {
      async putRecords() {
        throw new TypeError('This is a bug');
      },
    },
  });
  const publishing = publisher.publish(record(0));
  const rejected = expect(publishing).rejects.toThrow(TypeError);
  await vi.advanceTimersByTimeAsync(1_000);
  await rejected;
  const consumed = consume(publisher.publishAll([record(1)]));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(consumed.end).toBeInstanceOf(TypeError);
  await publisher.close();
});

it('A bug in the stream that rejects several records leaves no rejection without a handler', async () => {
  const publisher = createPublisher({
    stream: {
      async putRecords() {
        throw new TypeError('This is a bug');
      },
    },
  });
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', onUnhandled);
  const consumed = consume(publisher.publishAll([record(0), record(1), record(2)]));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(consumed.end).toBeInstanceOf(TypeError);
  vi.useRealTimers();
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});
