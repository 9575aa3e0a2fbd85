import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPublisher, type PublishOutcome } from '../../../../ingest/index.ts';
import { BoundedQueue } from '../../../../ingest/publisher/bounded-queue.ts';
import { Packer, type PendingEntry } from '../../../../ingest/publisher/packer.ts';
import { skipPause } from '../../../support/endless-loops.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const MIB = 1024 * 1024;
const record = (i: number, text = 'x') => ({ record_id: `r${i}`, source: 's', text });
const settle = () => new Promise(setImmediate);

/** Creates a stream that answers only when the test says so. */
function createSlowStream() {
  const open: (() => void)[] = [];
  const requests: number[] = [];
  return {
    open,
    requests,
    putRecords: (entries: unknown[]) =>
      new Promise<{ ok: true; shard_id: string; sequence_number: string }[]>((resolve) => {
        requests.push(entries.length);
        const outcome = { ok: true as const, shard_id: 's', sequence_number: '1' };
        open.push(() => resolve(entries.map(() => outcome)));
      }),
  };
}

it('a publisher has four requests in flight at the same time by default, or as many as max_in_flight says', async () => {
  for (const [options, expected] of [
    [{}, 4],
    [{ max_in_flight: 2 }, 2],
  ] as const) {
    const stream = createSlowStream();
    const publisher = createPublisher({ stream, ...options });
    for (let i = 0; i < 10 * 500; i += 1) void publisher.publish(record(i));
    await settle();
    expect(stream.requests).toEqual(Array.from({ length: expected }, () => 500));
  }
});

it('a request that is not full waits for 20 ms by default, from its first record on', async () => {
  const stream = createSlowStream();
  const publisher = createPublisher({ stream });
  void publisher.publish(record(0));
  await vi.advanceTimersByTimeAsync(15);
  void publisher.publish(record(1));
  await vi.advanceTimersByTimeAsync(4);
  expect(stream.requests).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(stream.requests).toEqual([2]);
});

it('a record has failed after ten attempts by default, with pauses that grow to 5 seconds', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
  const asked_at: number[] = [];
  let clock = 0;
  const publisher = createPublisher({
    stream: {
      putRecords: async (entries) => {
        asked_at.push(clock);
        return entries.map(() => ({ ok: false, code: 'No' }));
      },
    },
    linger_ms: 0,
  });
  let outcome: PublishOutcome | undefined;
  void publisher.publish(record(0)).then((settled) => {
    outcome = settled;
  });
  for (; outcome === undefined && clock < 60_000; clock += 10)
    await vi.advanceTimersByTimeAsync(10);
  expect(outcome).toMatchObject({ status: 'failed', attempts: 10 });
  const pauses = asked_at.slice(1).map((at, i) => Math.round((at - asked_at[i]!) / 100) * 100);
  expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
});

it('64 MiB of records wait or are in flight by default, and publish waits with the rest', async () => {
  const stream = createSlowStream();
  const publisher = createPublisher({ stream, max_in_flight: 100, linger_ms: 0 });
  for (let i = 0; i < 70; i += 1) void publisher.publishBytes(Buffer.alloc(MIB - 1), 'k');
  await vi.advanceTimersByTimeAsync(1);
  expect(stream.requests.reduce((sum, entries) => sum + entries, 0)).toBe(64);
  for (const answer of stream.open.splice(0)) answer();
  await vi.advanceTimersByTimeAsync(1);
  expect(stream.requests.reduce((sum, entries) => sum + entries, 0)).toBe(70);
});

it('publishAll reads 10,000 records ahead of its consumer by default', async () => {
  let read = 0;
  const source = {
    *[Symbol.iterator]() {
      for (; ; read += 1) yield record(read);
    },
  };
  const stream = createSlowStream();
  const publisher = createPublisher({ stream });
  const iterator = publisher.publishAll(source)[Symbol.asyncIterator]();
  void iterator.next();
  for (let before = -1; before < read; ) {
    before = read;
    for (let turn = 0; turn < 50; turn += 1) await settle();
  }
  expect(read).toBeGreaterThanOrEqual(10_000);
  expect(read).toBeLessThanOrEqual(10_002);
});

it('bytes of 1 MiB together with their key are published, and a byte more is refused and counted', async () => {
  const stream = createSlowStream();
  const publisher = createPublisher({ stream, linger_ms: 0 });
  const publishing = publisher.publishBytes(Buffer.alloc(MIB - 2), 'ä');
  await vi.advanceTimersByTimeAsync(1);
  for (const answer of stream.open) answer();
  expect(await publishing).toMatchObject({ status: 'accepted', record_id: 'ä' });
  expect(await publisher.publishBytes(Buffer.alloc(MIB - 1), 'ä')).toEqual({
    ...{ status: 'refused', reason: 'too_large' },
    issues: [{ path: '', message: 'does not fit in 1 MiB' }],
  });
  expect(publisher.stats()).toMatchObject({ accepted: 1, refused: 1, bytes: MIB });
});

it('the counts of a publisher say what became of each record, and do not change afterwards', async () => {
  const stamp = 1_790_000_000_000;
  let requests = 0;
  const publisher = createPublisher({
    stream: {
      putRecords: async (entries) => {
        requests += 1;
        const first = requests === 1;
        return entries.map((_, i) =>
          i === 0 || (!first && i < 2)
            ? { ok: true, shard_id: 's', sequence_number: '1' }
            : { ok: false, code: 'No' },
        );
      },
    },
    ...{ max_attempts: 2, linger_ms: 0, pause: skipPause, new_record_id: () => 'made' },
    now: () => stamp,
  });
  const before = publisher.stats();
  const publishing = [0, 1, 2, 3].map((i) => publisher.publish(record(i)));
  publishing.push(publisher.publish({ text: 'x', source: 'No Slug' }));
  await publisher.flush();
  await Promise.all(publishing);
  const bytes = (i: number) =>
    JSON.stringify({ ...record(i), stamp }).length + `default/s/r${i}`.length;
  expect(publisher.stats()).toEqual({
    ...{ accepted: 3, refused: 1, failed: 1, resent: 3, requests: 2 },
    bytes: bytes(0) + bytes(1) + bytes(2),
  });
  expect(before).toEqual({ accepted: 0, refused: 0, failed: 0, resent: 0, requests: 0, bytes: 0 });
});

it('close sends what waits, and resolves when nothing is in flight', async () => {
  const stream = createSlowStream();
  const publisher = createPublisher({ stream, linger_ms: 10_000 });
  const publishing = publisher.publish(record(0));
  let is_closed = false;
  const closing = publisher.close().then(() => {
    is_closed = true;
  });
  await settle();
  expect(stream.requests).toEqual([1]);
  expect(is_closed).toBe(false);
  for (const answer of stream.open) answer();
  await closing;
  expect(await publishing).toMatchObject({ status: 'accepted' });
});

it('close refuses records from its call on, also while it still sends others', async () => {
  const stream = createSlowStream();
  const publisher = createPublisher({ stream });
  const publishing = publisher.publish(record(0));
  const closing = publisher.close();
  await expect(publisher.publish(record(1))).rejects.toThrow('closed');
  await expect(publisher.publishBytes(Buffer.from('x'), 'k')).rejects.toThrow('closed');
  await settle();
  for (const answer of stream.open) answer();
  await closing;
  expect(await publishing).toMatchObject({ status: 'accepted' });
  expect(stream.requests).toEqual([1]);
});

it('a publisher makes the id of a record that has none with new_record_id', async () => {
  const stream = createSlowStream();
  const publisher = createPublisher({ stream, linger_ms: 0, new_record_id: () => 'made' });
  const publishing = publisher.publish({ text: 'x', source: 's' });
  await vi.advanceTimersByTimeAsync(1);
  for (const answer of stream.open) answer();
  expect(await publishing).toMatchObject({ record_id: 'made' });
});

/** Creates a packer that keeps the number of entries of each request that it sends. */
function createPacker() {
  const sent: number[] = [];
  const packer = new Packer(50, (request) => void sent.push(request.length));
  const add = (bytes: number) => packer.add({ bytes } as PendingEntry);
  return { packer, sent, add };
}

it('a request is sent with its 500th entry, or before the entry that would exceed 10 MiB', () => {
  const { sent, add } = createPacker();
  for (let i = 0; i < 1_001; i += 1) add(1);
  expect(sent).toEqual([500, 500]);
  const large = createPacker();
  for (let i = 0; i < 10; i += 1) large.add(MIB);
  expect(large.sent).toEqual([]);
  large.add(1);
  expect(large.sent).toEqual([10]);
  for (let i = 0; i < 9; i += 1) large.add(MIB);
  expect(large.sent).toEqual([10]);
});

it('a request that was sent does not cut short the wait of the next one', () => {
  const { packer, sent, add } = createPacker();
  for (let i = 0; i < 3; i += 1) add(1);
  vi.advanceTimersByTime(40);
  packer.flush();
  add(1);
  vi.advanceTimersByTime(49);
  expect(sent).toEqual([3]);
  vi.advanceTimersByTime(1);
  expect(sent).toEqual([3, 1]);
  packer.flush();
  expect(sent).toEqual([3, 1]);
});

it('a queue has room for as many items as its length, and again when an item is taken', async () => {
  const queue = new BoundedQueue<string>(2);
  for (const item of ['a', 'b']) {
    expect(await queue.waitForRoom()).toBe(true);
    queue.push(item);
  }
  let has_room: boolean | undefined;
  void queue.waitForRoom().then((room) => {
    has_room = room;
  });
  await settle();
  expect(has_room).toBeUndefined();
  expect(await queue.shift()).toBe('a');
  await settle();
  expect(has_room).toBe(true);
  queue.end();
  expect(await queue.waitForRoom()).toBe(false);
  expect([await queue.shift(), await queue.shift()]).toEqual(['b', undefined]);
});
