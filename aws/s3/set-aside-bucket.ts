import pLimit from 'p-limit';
import { createPause } from '../../lib/backoff.ts';
import { chunk } from '../../lib/chunk.ts';
import type { OverBudgetSetAsides } from '../../operations/over-budget/ports.ts';
import type { SetAsides } from '../../processors/stream/ports.ts';
import { type SetAside, setAsideSchema } from '../../schemas/index.ts';
import { sendBatches } from '../send-batches.ts';
import { type Bucket, type BucketDeps, openBucket } from './bucket.ts';
import {
  formatPlace,
  formatSetAsideKey,
  OVER_BUDGET,
  parseSetAsideId,
  SET_ASIDES,
  UNREADABLE,
} from './set-aside-keys.ts';

const CALLS_AT_A_TIME = 8;

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
  await bucket.put(formatSetAsideKey(set_aside), JSON.stringify(set_aside), 'application/json');
}

/** Creates the store of set-asides with the reason `over_budget`. */
export function createOverBudgetSetAsides(deps: BucketDeps): OverBudgetSetAsides {
  const bucket = openBucket(deps);
  const limit = pLimit(CALLS_AT_A_TIME);
  return {
    months: () => bucket.listFolders(OVER_BUDGET),
    async *lots(month, size) {
      for await (const keys of chunkKeys(bucket.listKeys(`${OVER_BUDGET}${month}/`), size)) {
        const lot = await Promise.all(keys.map((key) => limit(() => readSetAside(bucket, key))));
        yield lot.filter((set_aside) => set_aside !== undefined);
      }
    },
    async delete(set_asides) {
      const keys = set_asides.map(formatSetAsideKey);
      await Promise.all(keys.map((key) => limit(() => bucket.delete(key))));
    },
  };
}

/** Reads set-asides. Each method may throw a {@link ServiceError}. */
export interface SetAsideReader {
  /**
   * Lists set-asides tenant by tenant, stream by stream and shard by shard, in the order of the stream.
   * Then come those whose bytes cannot be read, and then those that are over budget, month by month.
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
        const some = await Promise.all(keys.slice(0, left).map((key) => readSetAside(bucket, key)));
        yield* some.filter((set_aside) => set_aside !== undefined);
        left -= keys.length;
        if (left <= 0) return;
      }
    },
    get: (set_aside_id) => findSetAside(bucket, set_aside_id),
  };
}

/**
 * Finds a set-aside by its id, with a listing for each tenant that has set-asides.
 *
 * @param tenant searches only the set-asides of this tenant.
 */
export async function findSetAside(
  bucket: Bucket,
  set_aside_id: string,
  tenant?: string,
): Promise<SetAside | undefined> {
  const position = parseSetAsideId(set_aside_id);
  if (position === undefined) return undefined;
  const months = await bucket.listFolders(OVER_BUDGET);
  const folders = [SET_ASIDES, UNREADABLE, ...months.map((month) => `${OVER_BUDGET}${month}/`)];
  for (const prefix of folders) {
    const tenants = tenant === undefined ? await bucket.listFolders(prefix) : [tenant];
    for (const one of tenants) {
      for await (const key of bucket.listKeys(`${prefix}${one}/${formatPlace(position)}`)) {
        const found = await readSetAside(bucket, key);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

async function* listKeys(bucket: Bucket): AsyncIterable<string> {
  yield* bucket.listKeys(SET_ASIDES);
  yield* bucket.listKeys(UNREADABLE);
  yield* bucket.listKeys(OVER_BUDGET);
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

/**
 * Reads a set-aside. Returns undefined if the object does not exist.
 *
 * @throws {z.ZodError} if the object is not a set-aside.
 */
export async function readSetAside(bucket: Bucket, key: string): Promise<SetAside | undefined> {
  const text = await bucket.getText(key);
  return text === undefined ? undefined : setAsideSchema.parse(JSON.parse(text));
}
