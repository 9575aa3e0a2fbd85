import pLimit from 'p-limit';
import { hashText, ServiceError } from '../../schemas/index.ts';
import type { StreamItem } from './decode/decode.ts';
import { Unreadable, unreadable } from './decode/unreadable.ts';
import type { Failed, TextClaims } from './ports.ts';

const READS_AT_A_TIME = 8;
/** Texts of up to 1 MiB each that are held at once, besides those that came on the stream. */
const CLAIMS_AT_A_TIME = 32;

/** Parts of a batch, in the order of the stream, none of which claims more texts than fit in memory together. */
export function portions(items: StreamItem[]): StreamItem[][] {
  const parts: StreamItem[][] = [];
  let claims = 0;
  for (const item of items) {
    if (isClaim(item)) claims += 1;
    if (parts.length === 0 || claims > CLAIMS_AT_A_TIME) {
      parts.push([]);
      claims = isClaim(item) ? 1 : 0;
    }
    parts.at(-1)!.push(item);
  }
  return parts;
}

export interface Resolved {
  /** All that have their text now. */
  items: StreamItem[];
  /** Those whose text is nowhere: no retry brings it. */
  missing: { item: StreamItem; why: Unreadable }[];
  failed: Failed[];
}

/** Fetches the texts that did not fit on the stream. One that is not what the record claims is none. */
export function createResolve(claims: TextClaims): (items: StreamItem[]) => Promise<Resolved> {
  const limit = pLimit(READS_AT_A_TIME);
  return async (items) => {
    if (!items.some(isClaim)) return { items, missing: [], failed: [] };
    const found = await Promise.all(
      items.map((item) => (isClaim(item) ? limit(() => textOf(claims, item)) : item.record.text)),
    );
    const resolved: Resolved = { items: [], missing: [], failed: [] };
    for (const [i, item] of items.entries()) {
      const text = found[i]!;
      if (typeof text === 'string') {
        resolved.items.push({ ...item, record: { ...item.record, text } });
      } else if (text instanceof Unreadable) resolved.missing.push({ item, why: text });
      else resolved.failed.push({ stage: 'claims', code: text.code, position: item.position });
    }
    return resolved;
  };
}

/** A withdrawal needs no text. */
function isClaim({ record }: StreamItem): boolean {
  return record.text_claim !== undefined && !record.deleted;
}

async function textOf(
  claims: TextClaims,
  { record }: StreamItem,
): Promise<string | Unreadable | ServiceError> {
  try {
    const text = await claims.get(record.tenant, record.text_claim!);
    if (text === undefined)
      return unreadable('text_missing', 'the text it stands for is not there');
    if (hashText(text) !== record.text_claim) {
      return unreadable('text_missing', 'the text it stands for has another hash');
    }
    return text;
  } catch (cause) {
    if (cause instanceof ServiceError) return cause;
    throw cause;
  }
}
