import { SourceRefusal, UnexpectedStatus } from '../../errors.ts';
import { readBytes } from '../../http/read-bytes.ts';
import type { SourceContext } from '../../source.ts';
import { decodeFeed } from './decode.ts';
import { type Feed, UnreadableFeed } from './feed.ts';
import { parseJsonFeed } from './parse-json.ts';
import { parseXmlFeed } from './parse-xml.ts';

const MAX_BYTES = 10 * 1024 * 1024;
const MAX_REDIRECTS = 5;
const ACCEPT =
  'application/feed+json, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5';

/** Validators of a version of a feed, by which a request asks for a newer one. */
export interface Validators {
  etag?: string | undefined;
  last_modified?: string | undefined;
}

export interface Download extends Validators {
  /** Undefined if the feed is the one of the validators. */
  feed?: Feed;
  /** Address of the feed: another one after redirects. */
  address: string;
  /** Where the feed has moved to for good, if all redirects say so. */
  moved_to?: string;
  /** Time for which the answer stays fresh, in seconds. */
  max_age_seconds?: number | undefined;
}

/**
 * Downloads a feed of at most 10 MB, over at most 5 redirects.
 *
 * @throws {SourceRefusal} if the feed has ended (410), or asks for a password (401).
 * @throws {UnreadableFeed} if the body is no feed or not complete.
 * @throws {UnexpectedStatus} for other statuses than 200 and 304.
 */
export async function downloadFeed(
  url: string,
  { etag, last_modified }: Validators,
  { fetch }: Pick<SourceContext, 'fetch'>,
): Promise<Download> {
  const headers = {
    accept: ACCEPT,
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(last_modified === undefined ? {} : { 'if-modified-since': last_modified }),
  };
  const { response, address, moved_to } = await followRedirects(url, headers, fetch);
  const said = {
    address,
    ...(moved_to === undefined ? {} : { moved_to }),
    max_age_seconds: readMaxAge(response.headers),
  };
  if (response.status === 304) return { ...said, etag, last_modified };
  if (response.status !== 200) await refuse(response);
  const bytes = await readBytes(response, MAX_BYTES);
  const text = await decodeFeed(bytes, response.headers.get('content-type') ?? '');
  const feed = parseFeed(text);
  return {
    ...said,
    feed,
    etag: response.headers.get('etag') ?? undefined,
    last_modified: response.headers.get('last-modified') ?? undefined,
  };
}

async function followRedirects(
  url: string,
  headers: Record<string, string>,
  fetch: SourceContext['fetch'],
): Promise<{ response: Response; address: string; moved_to?: string }> {
  let address = url;
  let is_permanent = true;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await fetch(address, { headers, redirect: 'manual' });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
      const has_moved = address !== url && is_permanent;
      return { response, address, ...(has_moved ? { moved_to: address } : {}) };
    }
    await response.body?.cancel();
    is_permanent &&= response.status === 301 || response.status === 308;
    address = new URL(location, address).href;
    if (!/^https?:/.test(address)) break;
  }
  throw new UnreadableFeed('the redirects do not end at a feed');
}

async function refuse(response: Response): Promise<never> {
  await response.body?.cancel();
  const { status, headers } = response;
  if (status === 410) {
    throw new SourceRefusal('The feed has ended: its server answers 410.', 'Remove the connector.');
  }
  if (status === 401) {
    throw new SourceRefusal(
      'The feed asks for a password, and the connector has none.',
      'Use the address of a public feed in --url.',
    );
  }
  throw new UnexpectedStatus(status, headers, '');
}

function parseFeed(text: string): Feed {
  const start = text.trimStart();
  return start.startsWith('{') ? parseJsonFeed(start) : parseXmlFeed(start);
}

function readMaxAge(headers: Headers): number | undefined {
  const [, seconds] = /(?:^|[\s,])max-age=(\d+)/i.exec(headers.get('cache-control') ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
