import * as z from 'zod';
import type { Emission } from '../../emission.ts';
import { SourceBusy, SourceRefusal, UnexpectedStatus } from '../../errors.ts';
import { BodyTooLarge } from '../../http/read-bytes.ts';
import { defineSource, type SourceContext } from '../../source.ts';
import {
  type Cursor,
  cursorSchema,
  findChanged,
  isKnown,
  MAX_SEEN,
  rememberItems,
} from './cursor.ts';
import { type Download, downloadFeed } from './download.ts';
import { UnreadableFeed } from './feed.ts';
import { type MappedItem, mapItems } from './map-item.ts';

const optionsSchema = z.strictObject({
  /** Address of the feed. It is a part of the records, so it must not hold a secret. */
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => new URL(url).password === '', 'must have no password'),
  /** Number of pages that the first round reads, where a feed names a page with older items. */
  first_pages: z.int().min(1).max(20).default(1),
});
type Options = z.output<typeof optionsSchema>;
type Context = SourceContext<Cursor>;

const MAX_PAGES = 20;
/** Some publishers let a feed be fresh for a year. */
const MAX_FRESH_SECONDS = 3_600;
const FAULT_WAIT_MS = 5 * 60_000;

/**
 * Items of an RSS, Atom or JSON feed. An item whose text has changed is published again. A feed tells
 * no deletions: an item that is no longer in it is only old.
 */
export const rss = defineSource({
  name: 'rss',
  description: 'items of a feed (RSS, Atom or JSON Feed) and their edits',
  mode: 'poll',
  every_seconds: 900,
  options: optionsSchema,
  cursor: cursorSchema,
  secrets: [],
  terms:
    'The publisher of the feed decides what may be done with its texts: read its terms. ' +
    'A feed tells no deletions, so withdraw a text yourself when its publisher or author asks for it. ' +
    'The connector asks no more often than the feed allows, and at least 15 minutes apart by default.',
  check: async ({ url }, context) => {
    try {
      void (await downloadFeed(url, {}, context));
    } catch (error) {
      throw explain(error);
    }
  },
  open: readPolitely,
});

/** A feed that fails is asked again after some minutes, not at the pace of reconnections. */
async function* readPolitely(
  options: Options,
  context: Context,
): AsyncGenerator<Emission<Cursor>, void, undefined> {
  try {
    yield* readRound(options, context);
  } catch (error) {
    const reason = nameFault(error);
    if (reason === undefined) throw error;
    context.tell({ kind: 'skipped', reason });
    throw new SourceBusy('the feed cannot be read now', FAULT_WAIT_MS, { cause: error });
  }
}

function nameFault(error: unknown): string | undefined {
  if (error instanceof UnexpectedStatus) return `status_${error.status}`;
  if (error instanceof UnreadableFeed) return 'unreadable_feed';
  return error instanceof BodyTooLarge ? 'feed_too_large' : undefined;
}

async function* readRound(
  options: Options,
  context: Context,
): AsyncGenerator<Emission<Cursor>, void, undefined> {
  const { now, tell } = context;
  const before = context.cursor?.url === options.url ? context.cursor : undefined;
  if (before?.fresh_until !== undefined && now() < before.fresh_until) return;
  const first = await downloadFeed(before?.moved_to ?? options.url, before ?? {}, context);
  tell({ kind: 'connected' });
  const seen = before?.seen ?? {};
  const items = await readPages(first, options, context, before);
  if (items.length > 0 && Object.keys(seen).length > 0 && !items.some((one) => isKnown(one, seen)))
    tell({ kind: 'gap', reason: 'the feed has only items that are new' });
  // The oldest item comes first, so that listings by arrival keep the order.
  for (const { record } of findChanged(items, seen).reverse()) {
    const { created_at } = record;
    yield { record, ...(created_at === undefined ? {} : { at: Date.parse(created_at) }) };
  }
  yield { cursor: createCursor(options.url, first, rememberItems(items, seen), before, now()) };
}

/**
 * Returns the items of the pages that have new ones, the newest first. An item that comes between the
 * reading of two pages moves another one to the next page, where it is a repeat.
 */
async function readPages(
  first: Download,
  { url, first_pages }: Options,
  context: Context,
  before: Cursor | undefined,
): Promise<MappedItem[]> {
  const max_pages = before === undefined ? first_pages : MAX_PAGES;
  const items = new Map<string, MappedItem>();
  const addresses = new Set<string>();
  for (let page: Download | undefined = first; page?.feed !== undefined; ) {
    const { feed, address } = page;
    const mapped = mapItems(feed, url, context.now());
    for (let i = 0; i < feed.malformed; i += 1)
      context.tell({ kind: 'skipped', reason: 'malformed' });
    const is_new = mapped.some((item) => !isKnown(item, before?.seen ?? {}));
    for (const item of mapped) {
      if (items.has(item.record.record_id)) continue;
      if (items.size < MAX_SEEN) items.set(item.record.record_id, item);
      else context.tell({ kind: 'skipped', reason: 'too_many_items' });
    }
    addresses.add(address);
    const next = feed.next === undefined ? undefined : resolvePage(feed.next, address);
    if (!is_new || next === undefined || addresses.has(next) || addresses.size >= max_pages) break;
    page = await downloadFeed(next, {}, context);
  }
  return [...items.values()];
}

function resolvePage(next: string, address: string): string | undefined {
  return URL.canParse(next, address) ? new URL(next, address).href : undefined;
}

function createCursor(
  url: string,
  { etag, last_modified, moved_to, max_age_seconds = 0, feed }: Download,
  seen: Cursor['seen'],
  before: Cursor | undefined,
  now: number,
): Cursor {
  const fresh_seconds = Math.min(
    Math.max(max_age_seconds, feed?.ttl_seconds ?? 0),
    MAX_FRESH_SECONDS,
  );
  const moved = moved_to ?? before?.moved_to;
  return {
    url,
    ...(moved === undefined ? {} : { moved_to: moved }),
    ...(etag === undefined ? {} : { etag }),
    ...(last_modified === undefined ? {} : { last_modified }),
    ...(fresh_seconds === 0 ? {} : { fresh_until: now + fresh_seconds * 1_000 }),
    seen,
  };
}

function explain(error: unknown): unknown {
  const is_status = error instanceof UnexpectedStatus;
  if (!is_status && !(error instanceof UnreadableFeed)) return error;
  return new SourceRefusal(
    is_status ? `The server answers ${error.status}.` : 'The address has no feed.',
    'Check --url: it has to be the address of an RSS, Atom or JSON feed, not of its page.',
    { cause: error },
  );
}
