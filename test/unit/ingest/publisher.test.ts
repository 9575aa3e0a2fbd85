import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPublisher, type PublishOutcome, type StreamEntry } from '../../../ingest/index.ts';
import { ServiceError } from '../../../schemas/index.ts';

/** What the stream does with a request: `true` throws it back whole, else which entries it rejects. */
type Fate = true | boolean[];

/** A stream that rejects what it is told to, and keeps what it took. */
function streamOf(fates: Fate[]) {
  const taken: string[] = [];
  const requests: StreamEntry[][] = [];
  return {
    taken,
    requests,
    async putRecords(entries: StreamEntry[]) {
      requests.push(entries);
      const fate = fates[requests.length - 1] ?? [];
      if (fate === true) throw new ServiceError('kinesis', 'InternalFailure', { retryable: true });
      return entries.map((entry, i) => {
        if (fate[i % Math.max(1, fate.length)] === true) {
          return { ok: false as const, code: 'ProvisionedThroughputExceededException' };
        }
        taken.push(JSON.parse(Buffer.from(entry.data).toString()).record_id);
        return { ok: true as const, shard_id: 's', sequence_number: String(taken.length) };
      });
    },
  };
}

const at_once = { linger_ms: 0, pause: async () => undefined };

async function all(outcomes: AsyncIterable<PublishOutcome>): Promise<PublishOutcome[]> {
  const gathered: PublishOutcome[] = [];
  for await (const outcome of outcomes) gathered.push(outcome);
  return gathered;
}

const records = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ text: `text ${i}`, source: 's' }));

describe('the publisher', () => {
  it('acknowledges each record once, whatever the stream rejects, and sends only that again', async () => {
    const fate = fc.oneof(fc.constant<Fate>(true), fc.array(fc.boolean(), { maxLength: 7 }));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1_300 }),
        fc.array(fate, { maxLength: 8 }),
        async (count, fates) => {
          const stream = streamOf(fates);
          const publisher = createPublisher({ stream, max_attempts: 20, ...at_once });
          const outcomes = await all(publisher.publishAll(records(count)));
          await publisher.close();
          const ids = outcomes.map((outcome) => outcome.record_id);
          expect(outcomes.every(({ status }) => status === 'accepted')).toBe(true);
          expect(new Set(ids).size).toBe(count);
          expect([...stream.taken].sort()).toEqual([...ids].sort());
          const { accepted, resent, requests } = publisher.stats();
          expect(accepted).toBe(count);
          expect(requests).toBe(stream.requests.length);
          expect(stream.requests.flat()).toHaveLength(count + resent);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps every request within the limits of PutRecords', async () => {
    const stream = streamOf([]);
    const publisher = createPublisher({ stream, ...at_once });
    const texts = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(900_000, 'ä '));
    await all(
      publisher.publishAll(texts.map((text) => ({ text: text.slice(0, 450_000), source: 's' }))),
    );
    await all(publisher.publishAll(records(1_001)));
    for (const request of stream.requests) {
      expect(request.length).toBeLessThanOrEqual(500);
      const bytes = request.reduce(
        (sum, { data, partition_key }) => sum + data.length + partition_key.length,
        0,
      );
      expect(bytes).toBeLessThanOrEqual(10 * 1024 * 1024);
    }
  });

  it('holds no more bytes than it may, and reads its source no faster than the stream takes', async () => {
    let produced = 0;
    let taken = 0;
    let most = 0;
    const bytes = 10_000;
    function* source() {
      for (let i = 0; i < 3_000; i += 1) {
        produced += 1;
        most = Math.max(most, produced - taken);
        yield { text: 'a'.repeat(bytes), source: 's' };
      }
    }
    const publisher = createPublisher({
      stream: {
        async putRecords(entries) {
          await new Promise(setImmediate);
          taken += entries.length;
          return entries.map(() => ({ ok: true as const, shard_id: 's', sequence_number: '1' }));
        },
      },
      max_pending_bytes: 1_000_000,
      ...at_once,
    });
    await all(publisher.publishAll(source()));
    expect(taken).toBe(3_000);
    expect(most).toBeLessThanOrEqual(1_000_000 / bytes + 2);
  });

  it('refuses what is no record, with where and why, and does not send it', async () => {
    const stream = streamOf([]);
    const publisher = createPublisher({ stream, ...at_once });
    const outcome = await publisher.publish({ text: 'secret', source: 'No Slug' });
    expect(outcome).toMatchObject({ status: 'refused', reason: 'invalid_record' });
    expect(JSON.stringify(outcome)).toContain('source');
    expect(JSON.stringify(outcome)).not.toContain('secret');
    expect(stream.requests).toHaveLength(0);
  });

  it('gzips what would not fit, and refuses what does not fit even so', async () => {
    const stream = { requests: [] as StreamEntry[][] };
    const publisher = createPublisher({
      stream: {
        async putRecords(entries) {
          stream.requests.push(entries);
          return entries.map(() => ({ ok: true as const, shard_id: 's', sequence_number: '1' }));
        },
      },
      ...at_once,
    });
    const long = 'a'.repeat(1_048_576);
    expect((await publisher.publish({ text: long, source: 's' })).status).toBe('accepted');
    expect([...stream.requests[0]![0]!.data.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    const bytes = Buffer.alloc(1_048_577);
    expect(await publisher.publishBytes(bytes, 'k')).toMatchObject({
      status: 'refused',
      reason: 'too_large',
    });
  });

  it('says failed after its attempts, and at once where sending again cannot help', async () => {
    const stubborn = createPublisher({
      stream: {
        putRecords: async (entries) => entries.map(() => ({ ok: false, code: 'Internal' })),
      },
      max_attempts: 3,
      ...at_once,
    });
    expect(await stubborn.publish(records(1)[0]!)).toMatchObject({ status: 'failed', attempts: 3 });
    const denied = createPublisher({
      stream: {
        putRecords: async () => {
          throw new ServiceError('kinesis', 'AccessDeniedException', { retryable: false });
        },
      },
      ...at_once,
    });
    expect(await denied.publish(records(1)[0]!)).toMatchObject({
      status: 'failed',
      code: 'AccessDeniedException',
      attempts: 1,
    });
  });

  it('takes nothing after it was closed', async () => {
    const publisher = createPublisher({ stream: streamOf([]), ...at_once });
    await publisher.close();
    await expect(publisher.publish(records(1)[0]!)).rejects.toThrow('closed');
  });
});
