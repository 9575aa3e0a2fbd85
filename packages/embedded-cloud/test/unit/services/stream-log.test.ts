import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tableStreamNumbering } from '../../../src/services/dynamodb/streams/numbering.ts';
import { divideHashes, hashKey } from '../../../src/services/stream-log/hash-range.ts';
import { openKeyValueStore } from '../../../src/services/stream-log/key-value.ts';
import { openStreamLog, type StreamLog } from '../../../src/services/stream-log/stream-log.ts';
import type { Entry, LogRecord, Position } from '../../../src/services/stream-log/types.ts';

const RETENTION_MS = 1_000;
const STREAM = 'texts';

const entryOf = (key: string, content = key): Entry => ({
  hash: hashKey(key),
  bytes: content.length,
  render: () => content,
});

async function open() {
  const store = await openKeyValueStore(undefined);
  let time = 1_800_000_000_000;
  const options = { store, numbering: tableStreamNumbering, now: () => time };
  let log = await openStreamLog(options);
  void (await log.create({ id: STREAM, retention_ms: RETENTION_MS, details: {} }, divideHashes(2)));
  return {
    store,
    log: () => log,
    now: () => time,
    wait: (ms: number) => {
      time += ms;
    },
    async restart() {
      await log.waitUntilIdle();
      log = await openStreamLog(options);
    },
  };
}

const shardIds = (log: StreamLog<object>) =>
  log.find(STREAM)!.shards.map(({ shard_id }) => shard_id);

/** Reads a shard page by page. @returns the records, and whether the shard ended */
async function readShard(log: StreamLog<object>, shard_id: string, limit: number) {
  const records: LogRecord[] = [];
  const { first_sequence } = log.find(STREAM)!.shards.find((shard) => shard.shard_id === shard_id)!;
  let next: Position = { sequence_number: first_sequence, is_after: false };
  for (;;) {
    const page = await log.read(STREAM, shard_id, next, { records: limit, bytes: 40 });
    expect(page!.records.length).toBeLessThanOrEqual(limit);
    records.push(...page!.records);
    next = page!.next;
    if (!page!.has_more) return { records, is_end: page!.is_end };
    expect(page!.is_end).toBe(false);
  }
}

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append'), keys: fc.array(fc.nat(9)) }) },
  fc.record({ kind: fc.constant('split'), shard: fc.nat(9) }),
  fc.record({ kind: fc.constant('roll'), shard: fc.nat(9) }),
  fc.record({ kind: fc.constant('wait'), ms: fc.nat(800) }),
  fc.record({ kind: fc.constant('trim') }),
  fc.record({ kind: fc.constant('restart') }),
);

it('whatever is appended, split, rolled, trimmed and restarted, the shards have each young record once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (actions, limit) => {
        const { log, now, wait, restart } = await open();
        const appended: { content: string; arrived_at: number }[] = [];
        const writes: Promise<unknown>[] = [];
        for (const step of actions) {
          if ('keys' in step) {
            const entries = step.keys.map((key, index) =>
              entryOf(`key-${key}`, `${key}/${appended.length + index}`),
            );
            writes.push(log().append(STREAM, entries));
            appended.push(
              ...entries.map((entry) => ({ content: entry.render('', 0), arrived_at: now() })),
            );
          }
          if ('shard' in step) {
            await Promise.all(writes);
            const shards = log().find(STREAM)!.shards;
            const shard = shards[step.shard % shards.length];
            if (shard !== undefined) {
              const ranges = divideHashes(step.kind === 'split' ? 2 : 1, shard.hashes);
              const is_open = shard.closed === undefined;
              expect(await log().replaceShards(STREAM, [shard.shard_id], ranges)).toBe(is_open);
            }
          }
          if ('ms' in step) {
            await Promise.all(writes);
            wait(step.ms);
          }
          if (step.kind === 'trim') await log().trim();
          if (step.kind === 'restart') await restart();
        }
        await Promise.all(writes);
        const read = await Promise.all(shardIds(log()).map((id) => readShard(log(), id, limit)));
        for (const { records } of read) {
          const numbers = records.map(({ sequence_number }) => sequence_number);
          expect(numbers).toEqual([...new Set(numbers)].sort());
        }
        const all = read
          .flatMap(({ records }) => records)
          .sort((one, other) => (one.sequence_number < other.sequence_number ? -1 : 1));
        const young = appended.filter(({ arrived_at }) => arrived_at >= now() - RETENTION_MS);
        for (let key = 0; key < 10; key += 1) {
          const own = ({ content }: { content: string }) => content.startsWith(`${key}/`);
          expect(all.filter(own).map(({ content }) => content)).toEqual(
            young.filter(own).map(({ content }) => content),
          );
        }
        expect(all).toHaveLength(young.length);
        const open_shards = log()
          .find(STREAM)!
          .shards.filter(({ closed }) => closed === undefined);
        expect(read.filter(({ is_end }) => !is_end)).toHaveLength(open_shards.length);
      },
    ),
    { numRuns: 150 },
  );
});

it('records that are no longer in memory are read from the store, from any position', async () => {
  const { log } = await open();
  const contents = Array.from({ length: 30 }, (_, n) => `${n}`.padEnd(600_000, 'x'));
  const places: { shard_id: string; sequence_number: string }[] = [];
  for (const content of contents)
    places.push(...(await log().append(STREAM, [entryOf('a', content)])));
  for (const at of [0, 5, 29]) {
    const { shard_id, sequence_number } = places[at]!;
    const page = await log().read(
      STREAM,
      shard_id,
      { sequence_number, is_after: true },
      { records: 100, bytes: Number.POSITIVE_INFINITY },
    );
    expect(page!.records.map(({ content }) => content.slice(0, 3))).toEqual(
      contents.slice(at + 1).map((content) => content.slice(0, 3)),
    );
  }
});

it('an operation is written together with its records, or not at all', async () => {
  const { log, store } = await open();
  const operation = { type: 'put', key: 'item', value: 'written', valueEncoding: 'utf8' } as const;
  const read = async () => {
    const found: string[] = [];
    for await (const [, value] of store.iterator({
      gte: 'item',
      lte: 'item',
      valueEncoding: 'utf8',
    }))
      found.push(value);
    return found;
  };
  const broken = { ...entryOf('a'), render: () => expect.fail('no content') };
  await expect(log().append(STREAM, [broken], [operation])).rejects.toThrow('no content');
  expect(await read()).toEqual([]);
  void (await log().append(STREAM, [entryOf('a')], [operation]));
  expect(await read()).toEqual(['written']);
});

it('after the store has failed, the log refuses all writes', async () => {
  const { log, store } = await open();
  store.batch = () => Promise.reject(new Error('No space left on device'));
  await expect(log().append(STREAM, [entryOf('a')])).rejects.toThrow('No space left');
  store.batch = async () => {};
  await expect(log().append(STREAM, [entryOf('b')])).rejects.toThrow('No space left');
});
