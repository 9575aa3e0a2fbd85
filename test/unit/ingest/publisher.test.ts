import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPublisher, type PublishOutcome, type StreamEntry } from '../../../ingest/index.ts';
import { ServiceError } from '../../../schemas/index.ts';
import { skipPause } from '../../support/endless-loops.ts';

/**
 * Answer of the stream to a request. The value `true` makes the whole request fail. An array has
 * the value `true` for each entry that the stream rejects.
 */
type Fate = true | boolean[];

/**
 * Creates a stream that answers the requests in the order of `fates`. The array `taken` lists the
 * ids of the records that the stream accepted.
 */
function createStream(fates: Fate[]) {
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

const without_delays = { linger_ms: 0, pause: skipPause };

async function collect(outcomes: AsyncIterable<PublishOutcome>): Promise<PublishOutcome[]> {
  const collected: PublishOutcome[] = [];
  for await (const outcome of outcomes) collected.push(outcome);
  return collected;
}

const createRecords = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ text: `text ${i}`, source: 's' }));

it('The publisher acknowledges each record once, whatever the stream rejects, and sends only rejected entries again', async () => {
  const fate = fc.oneof(fc.constant<Fate>(true), fc.array(fc.boolean(), { maxLength: 7 }));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1_300 }),
      fc.array(fate, { maxLength: 8 }),
      async (count, fates) => {
        const stream = createStream(fates);
        const publisher = createPublisher({ stream, max_attempts: 20, ...without_delays });
        const outcomes = await collect(publisher.publishAll(createRecords(count)));
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

it('The publisher keeps every request within the limits of PutRecords', async () => {
  const stream = createStream([]);
  const publisher = createPublisher({ stream, ...without_delays });
  const texts = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(900_000, 'ä '));
  await collect(
    publisher.publishAll(texts.map((text) => ({ text: text.slice(0, 450_000), source: 's' }))),
  );
  await collect(publisher.publishAll(createRecords(1_001)));
  for (const request of stream.requests) {
    expect(request.length).toBeLessThanOrEqual(500);
    const bytes = request.reduce(
      (sum, { data, partition_key }) => sum + data.length + partition_key.length,
      0,
    );
    expect(bytes).toBeLessThanOrEqual(10 * 1024 * 1024);
  }
});

it('The publisher holds no more bytes than max_pending_bytes, and reads its source no faster than the stream takes records', async () => {
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
    ...without_delays,
  });
  await collect(publisher.publishAll(source()));
  expect(taken).toBe(3_000);
  expect(most).toBeLessThanOrEqual(1_000_000 / bytes + 2);
});

it('The publisher refuses an invalid record with the path and the reason, and does not send it', async () => {
  const stream = createStream([]);
  const publisher = createPublisher({ stream, ...without_delays });
  const outcome = await publisher.publish({ text: 'secret', source: 'No Slug' });
  expect(outcome).toMatchObject({ status: 'refused', reason: 'invalid_record' });
  expect(JSON.stringify(outcome)).toContain('source');
  expect(JSON.stringify(outcome)).not.toContain('secret');
  expect(stream.requests).toHaveLength(0);
});

it('The publisher gzips a record that does not fit in 1 MiB, and refuses one that is too large even gzipped', async () => {
  const stream = { requests: [] as StreamEntry[][] };
  const publisher = createPublisher({
    stream: {
      async putRecords(entries) {
        stream.requests.push(entries);
        return entries.map(() => ({ ok: true as const, shard_id: 's', sequence_number: '1' }));
      },
    },
    ...without_delays,
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

it('The publisher fails a record after max_attempts, and after one attempt where the error is not retryable', async () => {
  const stubborn = createPublisher({
    stream: {
      putRecords: async (entries) => entries.map(() => ({ ok: false, code: 'Internal' })),
    },
    max_attempts: 3,
    ...without_delays,
  });
  expect(await stubborn.publish({ text: 'text', source: 's' })).toMatchObject({
    status: 'failed',
    attempts: 3,
  });
  const denied = createPublisher({
    stream: {
      putRecords: async () => {
        throw new ServiceError('kinesis', 'AccessDeniedException', { retryable: false });
      },
    },
    ...without_delays,
  });
  expect(await denied.publish({ text: 'text', source: 's' })).toMatchObject({
    status: 'failed',
    code: 'AccessDeniedException',
    attempts: 1,
  });
});

it('The publisher takes no record after it was closed', async () => {
  const publisher = createPublisher({ stream: createStream([]), ...without_delays });
  await publisher.close();
  await expect(publisher.publish({ text: 'text', source: 's' })).rejects.toThrow('closed');
});
