import type { Bucket } from '../../insight/counts/read.ts';
import {
  type PiiSums,
  readMeasures,
  type VerdictSums,
} from '../../insight/counts/read-measures.ts';
import { addCell, addTally, getTally, type Tally } from '../../insight/counts/tally.ts';
import type { Sentiment } from '../../schemas/index.ts';

/** Selects the records that an answer counts. */
export interface StatsFilter {
  source?: string | undefined;
  language?: string | undefined;
  sentiment?: Sentiment | undefined;
}

/** The records of buckets that a filter selects, added up. */
export interface Sums {
  /** Time of the last change that is counted, in epoch milliseconds. It is 0 without buckets. */
  changed_at: number;
  by_source: Map<string, Tally>;
  by_language: Map<string, Tally>;
  by_start: Map<number, Tally>;
  /** Sums over all verdicts of the source: verdicts are not counted by language or sentiment. */
  verdicts: VerdictSums;
  /** Sums over all records of the source, as of verdicts. */
  pii: PiiSums;
}

/** Number of filters for which the sums of a span are kept. */
const MAX_FILTERS = 8;

/**
 * The sums of spans that stay in memory, by filter. Adding up the buckets of a month takes most of
 * the time of an answer, and the closed days of a month are asked for again and again.
 */
const known = new WeakMap<Bucket[], Map<string, Sums>>();

/** Adds up spans of buckets. The buckets of a span add up once as long as the span stays in memory. */
export function addUpSpans(spans: Bucket[][], filter: StatsFilter): Sums {
  const { source, language, sentiment } = filter;
  const name = JSON.stringify([source, language, sentiment]);
  const sums = createSums();
  for (const span of spans) {
    const of_span = known.get(span) ?? new Map<string, Sums>();
    const more = of_span.get(name) ?? addUp(span, filter);
    if (of_span.size === MAX_FILTERS && !of_span.has(name)) of_span.clear();
    known.set(span, of_span.set(name, more));
    addSums(sums, more);
  }
  return sums;
}

function createSums(): Sums {
  const scores = { positive: 0, negative: 0, neutral: 0, mixed: 0 };
  return {
    changed_at: 0,
    by_source: new Map(),
    by_language: new Map(),
    by_start: new Map(),
    verdicts: { hits: 0, misses: 0, billed_units: 0, avoided_units: 0, scores },
    pii: { records: 0, count: 0, redacted: 0, failed: 0, types: new Map() },
  };
}

function addUp(span: Bucket[], { source: asked, language, sentiment }: StatsFilter): Sums {
  const sums = createSums();
  for (const { start_ms, source, measures, changed_at } of span) {
    if (asked !== undefined && asked !== source) continue;
    const { cells, verdicts, pii } = readMeasures(measures);
    sums.changed_at = Math.max(sums.changed_at, changed_at);
    addVerdicts(sums.verdicts, verdicts);
    addPii(sums.pii, pii);
    const of_source = getTally(sums.by_source, source);
    const of_start = getTally(sums.by_start, start_ms);
    for (const cell of cells) {
      if (language !== undefined && cell.language_code !== language) continue;
      if (sentiment !== undefined && cell.outcome !== sentiment) continue;
      addCell(of_source, cell);
      addCell(of_start, cell);
      addCell(getTally(sums.by_language, cell.language_code), cell);
    }
  }
  return sums;
}

function addSums(sums: Sums, more: Sums): void {
  sums.changed_at = Math.max(sums.changed_at, more.changed_at);
  addVerdicts(sums.verdicts, more.verdicts);
  addPii(sums.pii, more.pii);
  for (const by of ['by_source', 'by_language', 'by_start'] as const) {
    const tallies: Map<unknown, Tally> = sums[by];
    for (const [key, tally] of more[by]) addTally(getTally(tallies, key), tally);
  }
}

function addVerdicts(sums: VerdictSums, more: VerdictSums): void {
  sums.hits += more.hits;
  sums.misses += more.misses;
  sums.billed_units += more.billed_units;
  sums.avoided_units += more.avoided_units;
  sums.scores.positive += more.scores.positive;
  sums.scores.negative += more.scores.negative;
  sums.scores.neutral += more.scores.neutral;
  sums.scores.mixed += more.scores.mixed;
}

function addPii(sums: PiiSums, more: PiiSums): void {
  sums.records += more.records;
  sums.count += more.count;
  sums.redacted += more.redacted;
  sums.failed += more.failed;
  for (const [type, records] of more.types) {
    sums.types.set(type, (sums.types.get(type) ?? 0) + records);
  }
}
