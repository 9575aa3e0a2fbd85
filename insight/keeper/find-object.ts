import { type Manifest, type RawObjects, UnreadableObjectError } from './ports.ts';
import { hourOfKey } from './sql.ts';

export interface FindDeps {
  manifest: Manifest;
  raw: RawObjects;
  now: () => number;
}

/**
 * `added`: the object waits to be merged. `known`: it waits already, or has been merged. `empty`: no
 * line of it is to be merged. `ignored`: it is not a raw object. `gone`: there is no such object.
 * `unreadable`: it is not what Firehose delivers, and Athena could not read it either.
 */
export type Found = 'added' | 'known' | 'empty' | 'ignored' | 'gone' | 'unreadable';

/** Days outside these years are not dates to Athena. */
const DAY = /^\d{4}-\d{2}-\d{2}/;

/**
 * Reads an object that Firehose has delivered, and adds it to the manifest with the days of its
 * records. The keeper must know the days before it writes a statement, because a statement has a list
 * of them.
 */
export async function findObject({ manifest, raw, now }: FindDeps, key: string): Promise<Found> {
  if (hourOfKey(key) === '') return 'ignored';
  if (await manifest.has(key)) return 'known';
  const bytes = await raw.size(key);
  if (bytes === undefined) return 'gone';
  const days = new Set<string>();
  let has_withdrawals = false;
  let has_unseen = false;
  try {
    for await (const { revision, first_created_at, status } of raw.lines(key)) {
      if (revision === undefined) continue;
      has_unseen ||= status === 'withdrawn' && first_created_at === undefined;
      if (first_created_at === undefined) continue;
      days.add(readDay(first_created_at));
      has_withdrawals ||= status === 'withdrawn';
    }
  } catch (error) {
    if (error instanceof UnreadableObjectError) return 'unreadable';
    throw error;
  }
  if (has_unseen) await manifest.writeTime('unseen_withdrawn', now());
  const state = { found_at: now(), failures: 0, retry_at: 0 };
  const object = { key, days: [...days].sort(), bytes, has_withdrawals, ...state };
  if (days.size === 0) {
    await manifest.complete([object]);
    return 'empty';
  }
  await manifest.add(object);
  return 'added';
}

function readDay(first_created_at: string): string {
  const [day] = DAY.exec(first_created_at) ?? [];
  if (day !== undefined) return day;
  throw new UnreadableObjectError('A line has a first_created_at that is no date');
}
