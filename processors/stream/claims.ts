import pLimit from 'p-limit';
import { hashText, ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { BatchContext } from './batch.ts';
import type { Rejected, StreamItem } from './decode/decode.ts';
import { Unreadable, unreadable } from './decode/unreadable.ts';
import type { TextClaims } from './ports.ts';

const READS_AT_A_TIME = 8;

/**
 * The result of the fetch. Every record in `items` has a text. A record is in `missing` if its text
 * does not exist or has the wrong hash.
 */
export interface Fetched {
  items: StreamItem[];
  missing: Rejected<StreamItem>[];
}

/**
 * Creates a function that fetches the texts that were too long for the stream. If the hash of a
 * text differs from the hash in the record, the text counts as missing.
 */
export function createFetchTexts(
  claims: TextClaims,
): (items: StreamItem[], context: BatchContext) => Promise<Fetched> {
  const limit = pLimit(READS_AT_A_TIME);
  return async (items, context) => {
    if (!items.some(isClaim)) return { items, missing: [] };
    const fetched = await Promise.all(
      items.map(async (item) => ({
        item,
        text: isClaim(item)
          ? await limit(() => fetchText(claims, item, context))
          : item.record.text,
      })),
    );
    const texts: Fetched = { items: [], missing: [] };
    for (const { item, text } of fetched) {
      const { delivered_as, record } = item;
      if (typeof text === 'string') texts.items.push({ ...item, record: { ...record, text } });
      else if (text instanceof Unreadable) texts.missing.push({ item, why: text });
      else context.tally.addFailed([{ stage: 'claims', code: text.code, delivered_as }]);
    }
    return texts;
  };
}

/** Returns true if the text of the record must be fetched. A withdrawal needs no text. */
export function isClaim({ record }: StreamItem): boolean {
  return record.text_claim !== undefined && !record.deleted;
}

async function fetchText(
  claims: TextClaims,
  { record: { tenant, text_claim = '' } }: StreamItem,
  { analysis }: BatchContext,
): Promise<string | Unreadable | ServiceError> {
  try {
    const text = await callBefore(analysis, 's3', () => claims.get(tenant, text_claim));
    if (text === undefined) return unreadable('text_missing', 'the claimed text does not exist');
    if (hashText(text) !== text_claim) {
      return unreadable('text_missing', 'the claimed text has another hash');
    }
    return text;
  } catch (cause) {
    if (cause instanceof ServiceError) return cause;
    throw cause;
  }
}
