import { CHARACTERS_PER_UNIT, COMPREHEND_USD_PER_UNIT, LEAST_UNITS } from '@aurastream/cost-model';
import type { QueryAnswer } from '../../aws/athena/answer.ts';
import { CACHE_TIERS, type CacheTier, RESULT_STATUSES, SENTIMENTS } from '../../schemas/index.ts';

type Counts = Record<string, number>;

/** Counts, costs and times of a run of the demo. The demo prints the object with `--json`. */
export interface DemoSummary {
  records: number;
  results: number;
  set_asides: number;
  by_sentiment: Counts;
  by_status: Counts;
  by_language: Counts;
  by_source: Counts;
  cache: Record<CacheTier, number>;
  comprehend: { calls: number; documents: number; billed_units: number };
  /** Price of the run's calls of Comprehend, in US dollars. */
  cost_usd: number;
  /**
   * Price that Comprehend would charge for two calls per record, in US dollars. One call detects
   * the language, and the other call detects the sentiment.
   */
  baseline_cost_usd: number;
  seconds: number;
  records_per_second: number;
}

export type Query = (sql: string) => Promise<Pick<QueryAnswer, 'columns' | 'rows'>>;

export interface RunMeasures {
  records: number;
  set_asides: number;
  comprehend: DemoSummary['comprehend'];
  seconds: number;
}

/** Summarizes a run from SQL queries on the data lake and from the counts of the embedded cloud. */
export async function summarize(query: Query, measured: RunMeasures): Promise<DemoSummary> {
  const count = counter(query);
  const { records, set_asides, comprehend, seconds } = measured;
  const by_status = await count('status');
  return {
    records,
    results: Object.values(by_status).reduce((sum, n) => sum + n, 0),
    set_asides,
    by_sentiment: { ...zeroes(SENTIMENTS), ...(await count('sentiment')) },
    by_status: { ...zeroes(RESULT_STATUSES), ...by_status },
    by_language: await count('language_code'),
    by_source: await count('source'),
    cache: { ...zeroes(CACHE_TIERS), ...(await count('cache')) } as DemoSummary['cache'],
    comprehend,
    cost_usd: usd(comprehend.billed_units),
    baseline_cost_usd: usd(await countBaselineUnits(query)),
    seconds: round(seconds, 2),
    records_per_second: round(records / seconds, 1),
  };
}

function counter(query: Query): (column: string) => Promise<Counts> {
  return async (column) => {
    const { rows } = await query(
      `SELECT ${column} AS name, count(*) AS n FROM results WHERE ${column} IS NOT NULL GROUP BY ${column} ORDER BY n DESC, name`,
    );
    return Object.fromEntries(rows.map((row) => [String(row.name), Number(row.n)]));
  };
}

/**
 * Counts the units that Comprehend would bill for two calls per text. One call detects the
 * language, and the other call detects the sentiment. Texts in an unsupported language need only
 * the call for the language.
 */
async function countBaselineUnits(query: Query): Promise<number> {
  const { rows } = await query(
    `SELECT sum(greatest(${LEAST_UNITS}, ceil(length(text) / ${CHARACTERS_PER_UNIT}.0)) * if(status = 'analyzed', 2, 1)) AS units FROM results WHERE status IN ('analyzed', 'unsupported_language')`,
  );
  return Number(rows[0]?.units ?? 0);
}

function zeroes(names: readonly string[]): Counts {
  return Object.fromEntries(names.map((name) => [name, 0]));
}

function usd(units: number): number {
  return round(units * COMPREHEND_USD_PER_UNIT, 6);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
