/** An entity of DetectPiiEntities. The offsets count code points. */
interface PiiEntity {
  Score: number;
  Type: string;
  BeginOffset: number;
  EndOffset: number;
}

/** Languages of DetectPiiEntities. */
export const PII_LANGUAGES = ['en', 'es'];

/**
 * A few types of personal data. AWS finds more, with a model; these are enough to see that entities
 * arrive in their places. Each repetition is bounded, so that no text takes long.
 */
const PATTERNS: [type: string, pattern: RegExp][] = [
  ['EMAIL', /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g],
  ['URL', /https?:\/\/[^\s<>"]{1,2048}/g],
  ['SSN', /(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)/g],
  ['CREDIT_DEBIT_NUMBER', /(?<!\d)\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?!\d)/g],
  ['PHONE', /(?<![\d-])(?:\+1[ -])?\(?\d{3}\)?[ -]\d{3}-\d{4}(?!\d)/g],
  ['IP_ADDRESS', /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g],
  ['NAME', /(?<=(?:[Mm]y name is|[Mm]e llamo) )\p{Lu}\p{L}{1,30}(?: \p{Lu}\p{L}{1,30}){0,2}/gu],
];

/** Detects personal data in a text. The same text always gets the same entities, in order. */
export function detectPiiEntities(text: string): PiiEntity[] {
  const entities = PATTERNS.flatMap(([Type, pattern]) =>
    Array.from(text.matchAll(pattern), (match) => ({
      Score: 0.99,
      Type,
      BeginOffset: match.index,
      EndOffset: match.index + match[0].length,
    })),
  );
  return countInCodePoints(
    text,
    entities.sort((a, b) => a.BeginOffset - b.BeginOffset),
  );
}

function countInCodePoints(text: string, entities: PiiEntity[]): PiiEntity[] {
  let [index, code_points] = [0, 0];
  const before = new Map<number, number>();
  const offsets = entities.flatMap(({ BeginOffset, EndOffset }) => [BeginOffset, EndOffset]);
  for (const offset of offsets.sort((a, b) => a - b)) {
    while (index < offset) {
      index += text.codePointAt(index)! > 0xffff ? 2 : 1;
      code_points += 1;
    }
    before.set(offset, code_points);
  }
  return entities.map((entity) => ({
    ...entity,
    BeginOffset: before.get(entity.BeginOffset)!,
    EndOffset: before.get(entity.EndOffset)!,
  }));
}
