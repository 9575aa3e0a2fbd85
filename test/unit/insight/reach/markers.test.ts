import { beforeEach, expect, it } from 'vitest';
import { createMarkShards, MARK_AFTER_MS } from '../../../../insight/reach/markers.ts';
import type { StreamShard } from '../../../../insight/reach/ports.ts';
import { ServiceError } from '../../../../schemas/index.ts';

let time: number;
let marked: string[];
let notes: string[];
let refuse: (() => void) | undefined;
let markShards: ReturnType<typeof createMarkShards>;
beforeEach(() => {
  time = 1_000_000;
  marked = [];
  notes = [];
  refuse = undefined;
  markShards = createMarkShards({
    stream_ends: {
      listShards: async () => [],
      findNextArrival: async () => undefined,
      async putMarker({ stream_name, hash_key }) {
        refuse?.();
        marked.push(`${stream_name} ${hash_key}`);
      },
    },
    now: () => time,
    onNote: (sentence) => void notes.push(sentence),
  });
});

const aShard = (shard_id: string, more: Partial<StreamShard> = {}): StreamShard => ({
  ...{ stream_name: 'live', shard_id, parents: [], hash_key: shard_id },
  ...more,
});
const aClosedShard = (shard_id: string, parents: string[] = []): StreamShard => ({
  ...{ stream_name: 'live', shard_id, parents },
});

/** Looks at shards of which the first is behind. */
const look = (shards: StreamShard[], position?: string) =>
  markShards({
    behind: [{ ...shards[0]!, position, arrived_at: 1 }],
    shards,
    last_processed_at: 0,
  });

it('a shard gets a marker when its position has stood for ten seconds, and another one a minute later', async () => {
  await look([aShard('a')]);
  time += MARK_AFTER_MS - 1;
  await look([aShard('a')]);
  expect(marked).toEqual([]);
  time += 1;
  await look([aShard('a')]);
  await look([aShard('a')]);
  expect(marked).toEqual(['live a']);
  time += 59_999;
  await look([aShard('a')]);
  expect(marked).toHaveLength(1);
  time += 1;
  await look([aShard('a')]);
  expect(marked).toHaveLength(2);
});

it('a shard whose position moves gets no marker', async () => {
  for (let position = 0; position < 10; position += 1) {
    await look([aShard('a')], String(position));
    time += MARK_AFTER_MS - 1;
  }
  expect(marked).toEqual([]);
});

it('the marker of a closed shard goes to the open shards that have replaced it, and to no others', async () => {
  const shards = [
    aClosedShard('a'),
    aClosedShard('b', ['a']),
    aShard('c', { parents: ['a', 'x'] }),
    aShard('d', { parents: ['b'] }),
    aShard('e'),
    aShard('f', { parents: ['a'], stream_name: 'bulk' }),
  ];
  await look(shards);
  time += MARK_AFTER_MS;
  await look(shards);
  expect(marked.sort()).toEqual(['live c', 'live d']);
});

it('a marker that is refused is noted at once, and not tried again', async () => {
  const refused = new ServiceError('kinesis', 'AccessDeniedException', { retryable: false });
  refuse = () => {
    throw refused;
  };
  await look([aShard('a')]);
  for (let i = 0; i < 10; i += 1) {
    time += MARK_AFTER_MS;
    await look([aShard('a')]);
  }
  expect(notes).toEqual([
    'The position of the consumer in a of live does not move, and Kinesis refuses a marker (AccessDeniedException). If no records arrive there, the wait may last until its limit.',
  ]);
});

it('a marker that fails is tried again at the next look, and a bug is not hidden', async () => {
  refuse = () => {
    throw new ServiceError('kinesis', 'Throttled', { retryable: true });
  };
  await look([aShard('a')]);
  time += MARK_AFTER_MS;
  await look([aShard('a')]);
  refuse = undefined;
  await look([aShard('a')]);
  expect(marked).toEqual(['live a']);
  expect(notes).toEqual([]);
  refuse = () => {
    throw new TypeError('bug');
  };
  time += 60_000;
  await expect(look([aShard('a')])).rejects.toThrow(TypeError);
});
