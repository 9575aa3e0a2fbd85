import type { StubPost } from '../stub.ts';

export type FeedFormat = 'rss' | 'atom' | 'json';

/** An item of the stub. A missing id or date is missing in the feed. */
export interface StubItem extends StubPost {
  link: string;
  guid?: string | undefined;
  date?: Date | undefined;
}

export interface StubFeed {
  items: StubItem[];
  /** Address of the page with older items. */
  next?: string | undefined;
  /** Whether an item without any content stands among the others. */
  has_malformed: boolean;
}

export const CONTENT_TYPES: Record<FeedFormat, string> = {
  rss: 'application/rss+xml',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json',
};

export function writeFeed(format: FeedFormat, feed: StubFeed): string {
  if (format === 'json') return writeJson(feed);
  return format === 'rss' ? writeRss(feed) : writeAtom(feed);
}

function writeRss({ items, next, has_malformed }: StubFeed): string {
  const entries = items.map(
    ({ guid, link, text, author, date }) =>
      `<item>${guid === undefined ? '' : `<guid isPermaLink="false">${escapeXml(guid)}</guid>`}` +
      `<link>${escapeXml(link)}</link><dc:creator>${escapeXml(author)}</dc:creator>` +
      `${date === undefined ? '' : `<pubDate>${date.toUTCString()}</pubDate>`}` +
      `<description>${escapeXml(`<p>${escapeXml(text)}</p>`)}</description></item>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" ' +
    'xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Stub</title><link>https://stub.example/</link>' +
    `${next === undefined ? '' : `<atom:link rel="next" href="${escapeXml(next)}"/>`}` +
    `${has_malformed ? '<item><guid/></item>' : ''}${entries.join('\n')}</channel></rss>`
  );
}

function writeAtom({ items, next, has_malformed }: StubFeed): string {
  const entries = items.map(
    ({ guid, link, text, author, date }) =>
      `<entry>${guid === undefined ? '' : `<id>${escapeXml(guid)}</id>`}` +
      `<link rel="alternate" href="${escapeXml(link)}"/><author><name>${escapeXml(author)}</name></author>` +
      `${date === undefined ? '' : `<published>${date.toISOString()}</published>`}` +
      '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">' +
      `<p>${escapeXml(text)}</p></div></content></entry>`,
  );
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Stub</title>' +
    `${next === undefined ? '' : `<link rel="next" href="${escapeXml(next)}"/>`}` +
    `${has_malformed ? '<entry/>' : ''}${entries.join('\n')}</feed>`
  );
}

function writeJson({ items, next, has_malformed }: StubFeed): string {
  const entries = items.map(({ guid, link, text, author, date }) => ({
    ...{ id: guid, url: link, content_text: text, authors: [{ name: author }] },
    date_published: date?.toISOString(),
  }));
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'Stub',
    next_url: next,
    items: has_malformed ? [{ id: 7 }, ...entries] : entries,
  });
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
