import type { SourceRecord } from '../../emission.ts';
import { hashText } from '../../record-ids.ts';
import type { Feed, FeedItem } from './feed.ts';

const MAX_AUTHOR = 256;
const MAX_URL = 2_048;
const FIRST_DATE = Date.parse('1990-01-01T00:00:00Z');
const MAX_AHEAD_MS = 5 * 60_000;

/** An item as a record, with the hash that changes when its text does. */
export interface MappedItem {
  record: SourceRecord;
  text_hash: string;
}

/**
 * Maps the items of a feed. Records have no version: publishers edit texts and leave dates as they
 * are, so the ledger chooses it. Items without a title and a text are left out.
 *
 * @param feed_url address of the feed as the operator has set it. It is a part of the ids, so that a
 * feed that moves keeps them.
 * @param now in epoch milliseconds
 */
export function mapItems(feed: Feed, feed_url: string, now: number): MappedItem[] {
  const shared = findShared(feed.items.map(({ id }) => id));
  return feed.items.flatMap((item) => {
    const text = [item.title, item.text].filter((part) => part !== '').join('\n\n');
    if (text === '') return [];
    const url = resolveUrl(item.link, feed_url);
    const created_at = readDate(item.published ?? item.updated, now);
    const declared_language = (item.language ?? feed.language)?.slice(0, 32);
    const record = {
      ...{ record_id: createItemId(item, feed_url, shared, text), text },
      ...(item.author === undefined ? {} : { author: item.author.slice(0, MAX_AUTHOR) }),
      ...(url === undefined ? {} : { url }),
      ...(created_at === undefined ? {} : { created_at }),
      attributes: {
        feed: feed_url.slice(0, 1_024),
        ...(declared_language ? { declared_language } : {}),
      },
    };
    return [{ record, text_hash: hashText(text) }];
  });
}

/** Some feeds give every item the same id. Then the address of the item is a part of its id. */
function createItemId(
  { id, link, title }: FeedItem,
  feed_url: string,
  shared: Set<string>,
  text: string,
): string {
  const own = id !== undefined && shared.has(id) ? `${id}\n${link ?? title}` : id;
  return `rss:${hashText(`${feed_url}\n${own ?? link ?? (title || text)}`)}`;
}

function findShared(ids: (string | undefined)[]): Set<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const id of ids) {
    if (id === undefined) continue;
    if (seen.has(id)) shared.add(id);
    seen.add(id);
  }
  return shared;
}

function resolveUrl(link: string | undefined, base: string): string | undefined {
  if (link === undefined || !URL.canParse(link, base)) return undefined;
  const { href, protocol } = new URL(link, base);
  return /^https?:$/.test(protocol) && href.length <= MAX_URL ? href : undefined;
}

/** Returns undefined for a date that is missing, malformed, or not plausible. */
function readDate(date: string | undefined, now: number): string | undefined {
  const time = Date.parse(date ?? '');
  const is_plausible = time >= FIRST_DATE && time <= now + MAX_AHEAD_MS;
  return is_plausible ? new Date(time).toISOString() : undefined;
}
