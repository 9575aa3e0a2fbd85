import pLimit from 'p-limit';
import { createPause } from '../../lib/backoff.ts';
import { chunk } from '../../lib/chunk.ts';
import type { OverBudgetSetAsides } from '../../operations/over-budget/ports.ts';
import type { SetAsides } from '../../processors/stream/ports.ts';
import {
  nestPosition,
  type SetAside,
  type StreamPosition,
  setAsideSchema,
} from '../../schemas/index.ts';
import { sendBatches } from '../send-batches.ts';
import { type Bucket, type BucketDeps, openBucket } from './bucket.ts';

const PREFIX = 'set-asides/';
/** Prefix of the set-asides whose bytes cannot be masked. They expire earlier. */
const UNREADABLE_PREFIX = 'unreadable/';
/**
 * Prefix of the set-asides with the reason `over_budget`. They have a folder for each month, so that
 * the replay at the reset finds them without reading the others.
 */
const OVER_BUDGET_PREFIX = 'over-budget/';
const CALLS_AT_A_TIME = 8;
/**
 * Number of digits of a sub-sequence number in a key. The leading zeros make the keys of a shard
 * sort in the order of the stream.
 */
const SUB_SEQUENCE_DIGITS = 6;

/**
 * Creates the store of set-asides, which writes one object for each bad record. The key of the
 * object is the position of the record on the stream, so the object of a redelivered record
 * replaces the earlier object.
 */
export function createSetAsideBucket(deps: BucketDeps): SetAsides {
  const bucket = openBucket(deps);
  const limit = pLimit(CALLS_AT_A_TIME);
  const pause = createPause();
  return {
    async put(set_asides) {
      const entries = set_asides.map((set_aside, index) => ({ set_aside, index }));
      const rejected = await sendBatches(entries, {
        limit,
        pause,
        split: (some) => chunk(some, 1),
        send: (call) => Promise.all(call.map((entry) => putSetAside(bucket, entry.set_aside))),
      });
      return [...rejected].map(([{ index }, rejection]) => ({ index, ...rejection }));
    },
  };
}

async function putSetAside(bucket: Bucket, set_aside: SetAside): Promise<undefined> {
  await bucket.put(
    keyOf(set_aside, choosePrefix(set_aside)),
    JSON.stringify(set_aside),
    'application/json',
  );
}

/** Creates the store of set-asides with the reason `over_budget`. */
export function createOverBudgetSetAsides(deps: BucketDeps): OverBudgetSetAsides {
  const bucket = openBucket(deps);
  const limit = pLimit(CALLS_AT_A_TIME);
  return {
    months: () => bucket.listFolders(OVER_BUDGET_PREFIX),
    async *lots(month, size) {
      for await (const keys of chunkKeys(bucket.listKeys(nameMonth(month)), size)) {
        const lot = await Promise.all(keys.map((key) => limit(() => read(bucket, key))));
        yield lot.filter((set_aside) => set_aside !== undefined);
      }
    },
    async delete(set_asides) {
      const keys = set_asides.map((one) => keyOf(one, choosePrefix(one)));
      await Promise.all(keys.map((key) => limit(() => bucket.delete(key))));
    },
  };
}

/** Reads set-asides. Each method may throw a {@link ServiceError}. */
export interface SetAsideReader {
  /**
   * Lists set-asides stream by stream and shard by shard, in the order of the stream. Then come those
   * whose bytes cannot be read, and then those that are over budget, month by month.
   *
   * @param options.limit maximum number of set-asides. Default: no limit.
   */
  list(options?: { limit?: number }): AsyncIterable<SetAside>;
  get(set_aside_id: string): Promise<SetAside | undefined>;
}

export function createSetAsideReader(deps: BucketDeps): SetAsideReader {
  const bucket = openBucket(deps);
  return {
    async *list({ limit = Number.POSITIVE_INFINITY } = {}) {
      let left = limit;
      for await (const keys of chunkKeys(listKeys(bucket), CALLS_AT_A_TIME)) {
        const some = await Promise.all(keys.slice(0, left).map((key) => read(bucket, key)));
        yield* some.filter((set_aside) => set_aside !== undefined);
        left -= keys.length;
        if (left <= 0) return;
      }
    },
    async get(set_aside_id) {
      const position = positionOf(set_aside_id);
      if (position === undefined) return undefined;
      const months = await bucket.listFolders(OVER_BUDGET_PREFIX);
      const prefixes = [PREFIX, UNREADABLE_PREFIX, ...months.map(nameMonth)];
      for (const key of prefixes.map((prefix) => keyOf(position, prefix))) {
        const found = await read(bucket, key);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

async function* listKeys(bucket: Bucket): AsyncIterable<string> {
  yield* bucket.listKeys(PREFIX);
  yield* bucket.listKeys(UNREADABLE_PREFIX);
  yield* bucket.listKeys(OVER_BUDGET_PREFIX);
}

async function* chunkKeys(keys: AsyncIterable<string>, size: number): AsyncIterable<string[]> {
  let some: string[] = [];
  for await (const key of keys) {
    some.push(key);
    if (some.length < size) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

function choosePrefix({ over_budget, is_unreadable }: SetAside): string {
  if (over_budget !== undefined) return nameMonth(over_budget.month);
  return is_unreadable ? UNREADABLE_PREFIX : PREFIX;
}

function nameMonth(month: string): string {
  return `${OVER_BUDGET_PREFIX}${month}/`;
}

/**
 * Returns the key of a set-aside, for example
 * `set-asides/AuraStream-IngestStream/shardId-000000000000/4959….json`. The key of a sub-record ends
 * with its sub-sequence number, for example `…/4959…-000003.json`. The key of a record that is over
 * budget begins with its month, for example `over-budget/2026-11/AuraStream-IngestStream/…`, and that of
 * bytes that cannot be read begins with `unreadable/`.
 */
function keyOf(position: StreamPosition, prefix: string): string {
  const { stream_name, shard_id, sequence_number } = position;
  const { sub_sequence_number, nested_numbers = [] } = position;
  const numbers = sub_sequence_number === undefined ? [] : [sub_sequence_number, ...nested_numbers];
  const padded = numbers.map((number) => `-${String(number).padStart(SUB_SEQUENCE_DIGITS, '0')}`);
  return `${prefix}${stream_name}/${shard_id}/${sequence_number}${padded.join('')}.json`;
}

/**
 * Parses the position on the stream from a `set_aside_id`. Returns undefined if the id is invalid.
 */
function positionOf(set_aside_id: string): StreamPosition | undefined {
  const match = /^([A-Za-z0-9_.-]+):([A-Za-z0-9_.-]+):(\d+)((?::\d+)*)$/.exec(set_aside_id);
  if (match === null) return undefined;
  const [, stream_name = '', shard_id = '', sequence_number = '', rest = ''] = match;
  const numbers = rest.split(':').slice(1).map(Number);
  return numbers.reduce<StreamPosition>(nestPosition, { stream_name, shard_id, sequence_number });
}

/**
 * Reads a set-aside. Returns undefined if the object does not exist.
 *
 * @throws {z.ZodError} if the object is not a set-aside.
 */
async function read(bucket: Bucket, key: string): Promise<SetAside | undefined> {
  const text = await bucket.getText(key);
  return text === undefined ? undefined : setAsideSchema.parse(JSON.parse(text));
}
