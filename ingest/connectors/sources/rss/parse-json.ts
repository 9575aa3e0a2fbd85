import * as z from 'zod';
import { parseWellFormedJson } from '../../../../schemas/json.ts';
import { htmlToText } from '../../html/to-text.ts';
import { type Feed, type FeedItem, UnreadableFeed } from './feed.ts';

const text = z.string().optional().catch(undefined);
const authors = z
  .array(z.object({ name: text }))
  .optional()
  .catch(undefined);

/** Source: https://www.jsonfeed.org/version/1.1/ */
const itemSchema = z
  .object({
    // Version 1 lets an id be a number.
    id: z.union([z.string(), z.number()]).optional().catch(undefined),
    ...{ url: text, external_url: text, title: text, content_html: text, content_text: text },
    ...{ summary: text, date_published: text, date_modified: text, language: text, authors },
    author: z.object({ name: text }).optional().catch(undefined),
  })
  .refine(({ url, title, content_html, content_text }) =>
    Boolean(url ?? title ?? content_html ?? content_text),
  );
const feedSchema = z.object({
  version: z.string().startsWith('https://jsonfeed.org/version/'),
  language: text,
  next_url: text,
  items: z.array(z.unknown()),
});

/**
 * Parses a JSON Feed of version 1 or 1.1.
 *
 * @throws {UnreadableFeed} for other JSON, and for JSON that is not complete.
 */
export function parseJsonFeed(json: string): Feed {
  let parsed: ReturnType<typeof feedSchema.safeParse>;
  try {
    parsed = feedSchema.safeParse(parseWellFormedJson(json));
  } catch (cause) {
    throw new UnreadableFeed('the document is not complete JSON', { cause });
  }
  if (!parsed.success) throw new UnreadableFeed('the document is no JSON Feed');
  const { items, language, next_url: next } = parsed.data;
  const read = items.flatMap((given) => {
    const item = itemSchema.safeParse(given);
    return item.success ? [toItem(item.data)] : [];
  });
  return { language, next, items: read, malformed: items.length - read.length };
}

function toItem(item: z.output<typeof itemSchema>): FeedItem {
  return {
    id: item.id === undefined ? undefined : String(item.id),
    link: item.url ?? item.external_url,
    title: item.title?.trim() ?? '',
    text: htmlToText(item.content_html ?? '') || (item.content_text ?? item.summary ?? '').trim(),
    author: item.authors?.[0]?.name ?? item.author?.name,
    published: item.date_published,
    updated: item.date_modified,
    language: item.language,
  };
}
