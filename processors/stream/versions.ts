import { isDeepStrictEqual } from 'node:util';
import { recordKey } from '../../schemas/index.ts';
import type { StreamItem } from './decode/decode.ts';

/**
 * One acceptance of a record. `places` are all items that repeat it, and `item` is the first of
 * these items.
 */
export interface Version {
  item: StreamItem;
  places: StreamItem[];
}

/**
 * Returns each acceptance of a record once, in the order of the stream. A resend repeats an
 * acceptance: it has the same stamp, version and content.
 */
export function distinctVersions(items: StreamItem[]): Version[] {
  const versions = new Map<string, Version[]>();
  const found: Version[] = [];
  for (const item of items) {
    const { record, stamp } = item;
    const key = `${recordKey(record)}#${stamp}`;
    const similar = versions.get(key) ?? [];
    const version = similar.find((one) => hasSameContent(one.item, item));
    if (version !== undefined) {
      version.places.push(item);
      continue;
    }
    const first = { item, places: [item] };
    versions.set(key, [...similar, first]);
    found.push(first);
  }
  return found;
}

/** Compares two records without their places in jobs. */
function hasSameContent({ record: one }: StreamItem, { record: other }: StreamItem): boolean {
  const withoutJob = ({ job_id: _id, job_index: _index, ...content }: StreamItem['record']) =>
    content;
  return isDeepStrictEqual(withoutJob(one), withoutJob(other));
}

/** Returns the place that orders an acceptance among others of the same stamp: its latest. */
export function latestPlace({ places }: Version): string {
  return places.map(({ place }) => place).reduce((one, other) => (one > other ? one : other));
}
