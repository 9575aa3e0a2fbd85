import { formatHour } from '../../schemas/index.ts';
import type { ReachDeps } from './ports.ts';

const HOUR_MS = 3_600_000;
/**
 * Number of hours whose raw objects are listed. The event of an object reaches the keeper within
 * seconds. If an event is lost, the keeper finds the object in the night.
 */
const LISTED_HOURS = 3;
/** Largest number of waiting objects that are read. */
const MAX_WAITING = 100_000;

/** Returns the keys of the raw objects that may not be in the table yet, in order. */
export async function listKeys({ listRawKeys, manifest, now }: ReachDeps): Promise<string[]> {
  const keys = new Set<string>();
  for (let hours = LISTED_HOURS - 1; hours >= 0; hours -= 1) {
    for await (const key of listRawKeys(formatHour(now() - hours * HOUR_MS))) keys.add(key);
  }
  for (const { key } of await manifest.list(MAX_WAITING)) keys.add(key);
  return [...keys].sort();
}

/**
 * Returns the keys of the objects that are not merged. An object goes from `waiting` to `merged`, so
 * an object that the manifest has, and that does not wait afterwards, has been merged.
 */
export async function findUnmerged(
  { manifest }: Pick<ReachDeps, 'manifest'>,
  keys: string[],
): Promise<string[]> {
  if (keys.length === 0) return [];
  const has = await Promise.all(keys.map((key) => manifest.has(key)));
  const waiting = new Set((await manifest.list(MAX_WAITING)).map(({ key }) => key));
  return keys.filter((key, i) => !has[i] || waiting.has(key));
}
