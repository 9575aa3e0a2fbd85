import type { SyncResponse } from '../../../schemas/index.ts';

type Entities = NonNullable<SyncResponse['pii']>['entities'];

/** A part of a text. `type` is the type of the personal data that the part is. */
export interface TextPart {
  part: string;
  type?: string;
}

/** Splits a text at its personal data. An entity that begins within another one is left out. */
export function splitByEntities(text: string, entities: Entities): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  const sorted = entities.toSorted((a, b) => a.utf16.start - b.utf16.start);
  for (const { type, utf16 } of sorted) {
    if (utf16.start < done) continue;
    if (utf16.start > done) parts.push({ part: text.slice(done, utf16.start) });
    parts.push({ part: text.slice(utf16.start, utf16.end), type });
    done = utf16.end;
  }
  if (done < text.length) parts.push({ part: text.slice(done) });
  return parts;
}
