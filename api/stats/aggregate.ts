import { MILLIONTHS } from '../../insight/counts/measures.ts';
import type { Bucket } from '../../insight/counts/read.ts';
import type { PiiSums, VerdictSums } from '../../insight/counts/read-measures.ts';
import { addTally, createTally, type Tally } from '../../insight/counts/tally.ts';
import type { StatsResponse } from '../../schemas/index.ts';
import { addUpSpans, type StatsFilter } from './sums.ts';

type Verdicts = Pick<StatsResponse, 'cache' | 'billing' | 'average_scores'>;
type PersonalData = Pick<StatsResponse, 'pii'>;
export type Aggregates = Tally &
  Verdicts &
  PersonalData &
  Pick<StatsResponse, 'as_of' | 'by_source' | 'by_language' | 'over_time'>;

/**
 * Adds up buckets by sentiment, source, language and time. In the lists of sources and languages, the
 * entry with the most records comes first. The list of times has every start, also those without
 * records.
 *
 * @param spans buckets, in lists whose sums are kept as long as the same list is asked for.
 * @param starts starts of all buckets of the range, in epoch milliseconds.
 */
export function aggregate(
  spans: Bucket[][],
  filter: StatsFilter,
  { starts, usd_per_unit }: { starts: number[]; usd_per_unit: number },
): Aggregates {
  const sums = addUpSpans(spans, filter);
  return {
    ...(sums.changed_at === 0 ? {} : { as_of: new Date(sums.changed_at).toISOString() }),
    ...addUpTallies(sums.by_source.values()),
    by_source: largestFirst(sums.by_source).map(([source, tally]) => ({ source, ...tally })),
    by_language: largestFirst(sums.by_language).map(([language_code, tally]) => {
      return { language_code, ...tally };
    }),
    over_time: starts.map((start) => ({
      start: new Date(start).toISOString(),
      ...(sums.by_start.get(start) ?? createTally()),
    })),
    ...(isWhole(filter)
      ? { ...describeVerdicts(sums.verdicts, usd_per_unit), pii: describePii(sums.pii) }
      : {}),
  };
}

/**
 * Returns whether a filter leaves whole buckets. Verdicts and personal data are not counted by language.
 */
function isWhole({ language, sentiment }: StatsFilter): boolean {
  return language === undefined && sentiment === undefined;
}

function addUpTallies(tallies: Iterable<Tally>): Tally {
  const sum = createTally();
  for (const tally of tallies) addTally(sum, tally);
  return sum;
}

/** Leaves out groups without records: a correction has moved their records elsewhere. */
function largestFirst(groups: Map<string, Tally>): [string, Tally][] {
  return [...groups]
    .filter(([, { total, withdrawn }]) => total + withdrawn > 0)
    .sort(([a, one], [b, other]) => other.total - one.total || (a < b ? -1 : 1));
}

function describeVerdicts(
  { hits, misses, billed_units, avoided_units, scores }: VerdictSums,
  usd_per_unit: number,
): Verdicts {
  const verdicts = hits + misses;
  const average = (sum: number) => round(verdicts === 0 ? 0 : sum / MILLIONTHS / verdicts);
  return {
    cache: { hits, misses, hit_rate: verdicts === 0 ? 0 : hits / verdicts },
    billing: {
      billed_units,
      avoided_units,
      billed_usd: round(billed_units * usd_per_unit),
      avoided_usd: round(avoided_units * usd_per_unit),
    },
    average_scores: {
      positive: average(scores.positive),
      negative: average(scores.negative),
      neutral: average(scores.neutral),
      mixed: average(scores.mixed),
    },
  };
}

/** The type that most records have comes first. Types that corrections have removed are left out. */
function describePii({ types, ...totals }: PiiSums): NonNullable<PersonalData['pii']> {
  const by_type = [...types]
    .filter(([, records]) => records > 0)
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .map(([type, records]) => ({ type, records }));
  return { ...totals, by_type };
}

function round(amount: number): number {
  return Number(amount.toFixed(6));
}
