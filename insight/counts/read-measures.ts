import {
  type PersonalDataType,
  personalDataType,
  type Scores,
  SENTIMENTS,
  type Sentiment,
} from '../../schemas/index.ts';
import { type Measures, OUTCOMES, type Outcome } from './measures.ts';

/** Records of one language and outcome in a bucket. */
export interface Cell {
  language_code: string;
  outcome: Outcome;
  /** Where the records count in {@link Tally}: the outcome, or `no_verdict`. Absent: withdrawn. */
  counts_as: Sentiment | 'no_verdict' | undefined;
  records: number;
}

/** Sums over the verdicts of a bucket. The scores are in millionths. */
export interface VerdictSums {
  hits: number;
  misses: number;
  billed_units: number;
  avoided_units: number;
  scores: Scores;
}

/** Numbers of records with personal data, and of its pieces. */
export interface PiiSums {
  records: number;
  count: number;
  redacted: number;
  failed: number;
  /** Records by type. */
  types: Map<PersonalDataType, number>;
}

/** The measures of a bucket, parsed. */
export interface BucketCounts {
  cells: Cell[];
  verdicts: VerdictSums;
  pii: PiiSums;
}

const OUTCOME_OF = new Map(
  Object.entries(OUTCOMES).map(([outcome, code]) => [code as string, outcome as Outcome]),
);

/**
 * The counts of buckets that stay in memory. Parsing the names of the measures takes most of the
 * time of an answer, and a bucket of a closed day is asked for again and again.
 */
const known = new WeakMap<Measures, BucketCounts>();

/** Parses the measures of a bucket, once as long as the bucket stays in memory. */
export function readMeasures(measures: Measures): BucketCounts {
  const counts = known.get(measures) ?? parse(measures);
  known.set(measures, counts);
  return counts;
}

function parse(measures: Measures): BucketCounts {
  const read = (name: string) => measures[name] ?? 0;
  return {
    cells: Object.entries(measures).flatMap(([name, records]) => {
      const [kind, language_code = '', code = ''] = name.split('.');
      const outcome = OUTCOME_OF.get(code);
      if (kind !== 'n' || outcome === undefined) return [];
      return [{ language_code, outcome, counts_as: countAs(outcome), records }];
    }),
    verdicts: {
      hits: read('cache.batch') + read('cache.memory') + read('cache.table'),
      misses: read('cache.miss'),
      billed_units: read('units.billed'),
      avoided_units: read('units.avoided'),
      scores: {
        positive: read('score.positive'),
        negative: read('score.negative'),
        neutral: read('score.neutral'),
        mixed: read('score.mixed'),
      },
    },
    pii: {
      records: read('pii.records'),
      count: read('pii.count'),
      redacted: read('pii.redacted'),
      failed: read('pii.failed'),
      types: readTypes(measures),
    },
  };
}

function readTypes(measures: Measures): PiiSums['types'] {
  const types: PiiSums['types'] = new Map();
  for (const [name, records] of Object.entries(measures)) {
    if (!name.startsWith('pii.')) continue;
    const { data: type } = personalDataType.safeParse(name.slice('pii.'.length));
    if (type !== undefined) types.set(type, records);
  }
  return types;
}

function countAs(outcome: Outcome): Cell['counts_as'] {
  if (outcome === 'withdrawn') return undefined;
  return isSentiment(outcome) ? outcome : 'no_verdict';
}

function isSentiment(outcome: Outcome): outcome is Sentiment {
  return (SENTIMENTS as readonly string[]).includes(outcome);
}
