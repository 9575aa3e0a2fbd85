import { type RecordIdentity, recordKey } from '../../schemas/index.ts';
import type { StreamItem } from './decode/decode.ts';

/**
 * One version of a record. `places` are all items with this version, and `item` is the first of
 * these items.
 */
export interface Version {
  item: StreamItem;
  places: StreamItem[];
}

/**
 * Returns each version once, in the order of the stream. If several items contain the same version,
 * the first item is analysed.
 */
export function distinctVersions(items: StreamItem[]): Version[] {
  const versions = new Map<string, Version>();
  for (const item of items) {
    const { record_version, analysis_run = 0 } = item.record;
    const key = `${recordKey(item.record)}#${record_version}#${analysis_run}`;
    const version = versions.get(key);
    if (version === undefined) versions.set(key, { item, places: [item] });
    else version.places.push(item);
  }
  return [...versions.values()];
}

/** A version of a record with the number of its analysis run. */
export interface Versioned extends RecordIdentity {
  record_version: number;
  analysis_run?: number | undefined;
}

/**
 * Returns true if a result replaces another result of the same record. The version must be higher,
 * or the versions must be equal and the analysis run must be later.
 */
function replaces(result: Versioned, other: Versioned): boolean {
  const is_later = (result.analysis_run ?? 0) > (other.analysis_run ?? 0);
  const is_same = result.record_version === other.record_version;
  return result.record_version > other.record_version || (is_same && is_later);
}

/** Returns for each record only the result with the highest version. */
export function highestVersions<Result extends Versioned>(results: Result[]): Result[] {
  const highest = new Map<string, Result>();
  for (const result of results) {
    const key = recordKey(result);
    const best = highest.get(key);
    if (best === undefined || replaces(result, best)) highest.set(key, result);
  }
  return [...highest.values()];
}
