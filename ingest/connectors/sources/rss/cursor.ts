import * as z from 'zod';
import { hashText } from '../../record-ids.ts';
import type { MappedItem } from './map-item.ts';

/**
 * The state of a feed. `seen` has a short hash of each item and of its text, the newest first: dates of
 * items are missing or wrong, so the next round compares texts.
 */
export const cursorSchema = z.object({
  url: z.string(),
  /** Where the feed has moved to for good. */
  moved_to: z.string().optional(),
  etag: z.string().optional(),
  last_modified: z.string().optional(),
  /** Until then the publisher asks not to poll again, in epoch milliseconds. */
  fresh_until: z.number().optional(),
  seen: z.record(z.string(), z.string()),
});
export type Cursor = z.output<typeof cursorSchema>;

/** 1,000 entries take 33 KB of the 64 KB that a mark may have. */
export const MAX_SEEN = 1_000;

/** Returns the items whose text is not the one that was seen. */
export function findChanged(items: MappedItem[], seen: Cursor['seen']): MappedItem[] {
  return items.filter((item) => seen[shortId(item)] !== shortHash(item));
}

export function isKnown(item: MappedItem, seen: Cursor['seen']): boolean {
  return Object.hasOwn(seen, shortId(item));
}

/** Puts the items of a round before older ones, of which a part may still be in the feed. */
export function rememberItems(items: MappedItem[], seen: Cursor['seen']): Cursor['seen'] {
  const current = items.map((item) => [shortId(item), shortHash(item)] as const);
  const ids = new Set(current.map(([id]) => id));
  const older = Object.entries(seen).filter(([id]) => !ids.has(id));
  return Object.fromEntries([...current, ...older].slice(0, MAX_SEEN));
}

// A letter comes first: a key that is a number would lose its place in the object.
const shortId = ({ record }: MappedItem) => `i${hashText(record.record_id).slice(0, 15)}`;
const shortHash = ({ text_hash }: MappedItem) => text_hash.slice(0, 12);
