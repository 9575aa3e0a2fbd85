import type { StreamItem } from './decode/decode.ts';

/** One version of a record, and each item of the batch that is it, the first included. */
export interface Version {
  item: StreamItem;
  places: StreamItem[];
}

/** Identifies a record among all tenants. A slug has no `#`. */
export function recordKey(record: { tenant: string; record_id: string }): string {
  return `${record.tenant}#${record.record_id}`;
}

/** Each version once, in the order of the stream: of equals the first counts. */
export function distinctVersions(items: StreamItem[]): Version[] {
  const versions = new Map<string, Version>();
  for (const item of items) {
    const key = `${recordKey(item.record)}#${item.record.record_version}`;
    const version = versions.get(key);
    if (version === undefined) versions.set(key, { item, places: [item] });
    else version.places.push(item);
  }
  return [...versions.values()];
}

/** Each record once, in its highest version. */
export function highestVersions<
  Versioned extends { tenant: string; record_id: string; record_version: number },
>(results: Versioned[]): Versioned[] {
  const highest = new Map<string, Versioned>();
  for (const result of results) {
    const key = recordKey(result);
    const best = highest.get(key);
    if (best === undefined || result.record_version > best.record_version) highest.set(key, result);
  }
  return [...highest.values()];
}
