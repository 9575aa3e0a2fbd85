import { expect, it } from 'vitest';
import { createPublisher } from '../../../../ingest/index.ts';
import { ByteBudget } from '../../../../ingest/publisher/byte-budget.ts';
import { skipPause } from '../../../support/endless-loops.ts';

const record = (i: number) => ({ record_id: `r${i}`, source: 's', text: 'x'.repeat(100) });

/** Waits until all promises that can settle have settled. */
const settle = () => new Promise(setImmediate);

it('publish waits for room: no more than max_pending_bytes are in flight, and all records end', async () => {
  const requests: { ids: string[]; answer: () => void }[] = [];
  const publisher = createPublisher({
    stream: {
      putRecords: (entries) =>
        new Promise((resolve) => {
          requests.push({
            ids: entries.map(({ data }) => JSON.parse(Buffer.from(data).toString()).record_id),
            answer: () =>
              resolve(entries.map(() => ({ ok: true, shard_id: 's', sequence_number: '1' }))),
          });
        }),
    },
    max_pending_bytes: 400,
    linger_ms: 0,
    max_in_flight: 100,
  });
  const published = Promise.all(Array.from({ length: 7 }, (_, i) => publisher.publish(record(i))));
  const flushed = publisher.flush();
  const seen: string[] = [];
  let answered = 0;
  for (let turns = 0; seen.length < 7 && turns < 1_000; turns += 1) {
    await settle();
    const open = requests.slice(answered);
    answered = requests.length;
    // A record takes about 160 bytes including its key, so a limit of 400 bytes allows two records
    // in flight.
    expect(open.flatMap(({ ids }) => ids).length).toBeLessThanOrEqual(2);
    for (const { ids, answer } of open) {
      seen.push(...ids);
      answer();
    }
  }
  expect(seen).toEqual(Array.from({ length: 7 }, (_, i) => `r${i}`));
  expect((await published).every(({ status }) => status === 'accepted')).toBe(true);
  await flushed;
});

it('records that the stream refuses for good give their room back: 100 of them end with max_attempts 1', async () => {
  const publisher = createPublisher({
    stream: { putRecords: async (entries) => entries.map(() => ({ ok: false, code: 'No' })) },
    max_attempts: 1,
    max_pending_bytes: 1_000,
    linger_ms: 0,
    pause: skipPause,
  });
  const publishing = Promise.all(
    Array.from({ length: 100 }, (_, i) => publisher.publish(record(i))),
  );
  await publisher.flush();
  const outcomes = await publishing;
  expect(outcomes).toHaveLength(100);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'failed', code: 'No', attempts: 1 });
  }
  expect(publisher.stats()).toMatchObject({ failed: 100, resent: 0, accepted: 0 });
});

it('records that a bug in the stream rejects give their room back', async () => {
  const publisher = createPublisher({
    stream: { putRecords: async () => Promise.reject(new TypeError('This is a bug')) },
    max_pending_bytes: 1_000,
    linger_ms: 0,
  });
  const publishing = Promise.allSettled(
    Array.from({ length: 50 }, (_, i) => publisher.publish(record(i))),
  );
  await publisher.flush();
  expect((await publishing).map(({ status }) => status)).toEqual(
    Array.from({ length: 50 }, () => 'rejected'),
  );
});

it.each([1, 2, 10])(
  'a record is sent max_attempts=%d times, with a pause after each but the last',
  async (max_attempts) => {
    const paused: number[] = [];
    let requests = 0;
    const publisher = createPublisher({
      stream: {
        putRecords: async (entries) => {
          requests += 1;
          return entries.map(() => ({ ok: false, code: 'No' }));
        },
      },
      max_attempts,
      linger_ms: 0,
      pause: async (attempt) => void paused.push(attempt),
    });
    const outcome = await publisher.publish(record(0));
    expect(outcome).toMatchObject({ status: 'failed', record_id: 'r0', attempts: max_attempts });
    expect(requests).toBe(max_attempts);
    expect(paused).toEqual(Array.from({ length: max_attempts - 1 }, (_, i) => i + 1));
  },
);

it('an entry for which the stream gives no outcome is sent again', async () => {
  let requests = 0;
  const publisher = createPublisher({
    stream: {
      putRecords: async (entries) => {
        requests += 1;
        if (requests === 1) return [];
        return entries.map(() => ({ ok: true, shard_id: 's', sequence_number: '1' }));
      },
    },
    linger_ms: 0,
    pause: skipPause,
  });
  expect(await publisher.publish(record(0))).toMatchObject({ status: 'accepted' });
  expect(requests).toBe(2);
});

it('a budget grants room in the order of the requests, and a small one does not overtake a large one', async () => {
  const budget = new ByteBudget(10);
  const granted: string[] = [];
  const ask = (name: string, bytes: number) =>
    budget.acquire(bytes).then(() => {
      granted.push(name);
    });
  void ask('first', 6);
  void ask('large', 8);
  void ask('small', 2);
  await settle();
  expect(granted).toEqual(['first']);
  budget.release(6);
  await settle();
  expect(granted).toEqual(['first', 'large', 'small']);
});

it('a budget grants more than all of its bytes when nothing else is held', async () => {
  const budget = new ByteBudget(10);
  const granted: string[] = [];
  await budget.acquire(1);
  void budget.acquire(100).then(() => granted.push('huge'));
  await settle();
  expect(granted).toEqual([]);
  budget.release(1);
  await settle();
  expect(granted).toEqual(['huge']);
});
