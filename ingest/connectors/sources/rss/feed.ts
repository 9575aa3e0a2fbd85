/** A feed that can be read, in one form for RSS, Atom and JSON Feed. Texts are plain, without markup. */
export interface Feed {
  language?: string | undefined;
  /** Address of the page with older items. Source: https://www.rfc-editor.org/rfc/rfc5005#section-3 */
  next?: string | undefined;
  /** Time for which the publisher asks not to poll again, in seconds. */
  ttl_seconds?: number | undefined;
  items: FeedItem[];
  /** Number of items that have another form. */
  malformed: number;
}

export interface FeedItem {
  /** `guid` of RSS, `id` of Atom and JSON Feed. */
  id?: string | undefined;
  link?: string | undefined;
  title: string;
  text: string;
  author?: string | undefined;
  /** Dates as the publisher writes them. */
  published?: string | undefined;
  updated?: string | undefined;
  language?: string | undefined;
}

/** The body is no feed, or ends before its last tag. */
export class UnreadableFeed extends Error {
  override name = 'UnreadableFeed';
}
