import { CHARACTERS_PER_UNIT, LEAST_UNITS } from '@aurastream/cost-model';
import { countCharacters } from '../../lib/count-characters.ts';
import type { CountedRow, Pii, Scores } from '../../schemas/index.ts';

/**
 * Integers by name, which add up over rows. Absent means 0. The names are short, because DynamoDB
 * bills a row by its size:
 *
 * - `n.en.pos`: records by language and outcome, see {@link OUTCOMES}
 * - `cache.miss`: verdicts by their origin
 * - `units.billed`, `units.avoided`: units of the analyzer
 * - `analyzer.comprehend@1`: verdicts by analyzer
 * - `pii.EMAIL`: records with personal data of a type; `pii.records`, `pii.redacted`, `pii.failed`: records
 *   with any, with placeholders for it, and with a failed detector; `pii.count`: pieces of personal data
 * - `score.positive`: sum of a probability in millionths. Floating-point sums would drift.
 */
export type Measures = Record<string, number>;

/** The kinds that a record can count as: its sentiment, or why it has none, with the code in a row. */
export const OUTCOMES = {
  POSITIVE: 'pos',
  NEGATIVE: 'neg',
  NEUTRAL: 'neu',
  MIXED: 'mix',
  unsupported_language: 'lang',
  empty: 'empty',
  withdrawn: 'gone',
} as const;
export type Outcome = keyof typeof OUTCOMES;

/** Language of a record whose language is not known. */
const UNKNOWN_LANGUAGE = 'und';
export const MILLIONTHS = 1_000_000;

/** Returns what a row of the results table adds to each bucket that it counts in. */
export function measureRow(row: CountedRow): Measures {
  const { status, sentiment, language_code = UNKNOWN_LANGUAGE } = row;
  const outcome = status === 'analyzed' ? sentiment : status;
  if (outcome === undefined) return {};
  return {
    [`n.${language_code}.${OUTCOMES[outcome]}`]: 1,
    ...(status === 'analyzed' ? measureVerdict(row) : {}),
    ...(status === 'withdrawn' || row.pii === undefined ? {} : measurePii(row.pii)),
  };
}

/** Counts the personal data of a record. Its values are in no row and in no count. */
function measurePii({ types, count, redacted, failed }: Pii): Measures {
  return {
    'pii.records': 1,
    ...(count === 0 ? {} : { 'pii.count': count }),
    ...(redacted ? { 'pii.redacted': 1 } : {}),
    ...(failed ? { 'pii.failed': 1 } : {}),
    ...Object.fromEntries(types.map((type) => [`pii.${type}`, 1])),
  };
}

function measureVerdict(row: CountedRow): Measures {
  const { cache, analyzer, scores } = row;
  return {
    ...(cache === undefined
      ? {}
      : {
          [`cache.${cache}`]: 1,
          [cache === 'miss' ? 'units.billed' : 'units.avoided']: countUnits(row),
        }),
    ...(analyzer === undefined ? {} : { [`analyzer.${analyzer.name}@${analyzer.version}`]: 1 }),
    ...(scores === undefined ? {} : measureScores(scores)),
  };
}

function measureScores(scores: Scores): Measures {
  return Object.fromEntries(
    Object.entries(scores).map(([name, score]) => [
      `score.${name}`,
      Math.round(score * MILLIONTHS),
    ]),
  );
}

/** Counts the units of a text. If the row does not have the text, its bytes count as characters. */
function countUnits({ text, text_bytes, chunks = 1 }: CountedRow): number {
  const characters = text === undefined ? text_bytes : countCharacters(text);
  return Math.max(LEAST_UNITS * chunks, Math.ceil(characters / CHARACTERS_PER_UNIT));
}

/** Adds `sign` times the second measures to the first. Measures that become 0 are removed. */
export function addMeasures(sum: Measures, more: Measures, sign: 1 | -1 = 1): void {
  for (const [name, value] of Object.entries(more)) {
    const total = (sum[name] ?? 0) + sign * value;
    if (total === 0) delete sum[name];
    else sum[name] = total;
  }
}
