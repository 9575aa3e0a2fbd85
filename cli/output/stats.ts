import { SENTIMENTS, type StatsResponse } from '../../schemas/index.ts';
import { colours } from './colours.ts';
import { drawSparkline, sumGroups } from './sparkline.ts';
import { cut, padEnd, width } from './width.ts';

/** Kinds of bars. */
export const BREAKDOWNS = ['sentiment', 'source', 'language', 'pii'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

/** Lines of a breakdown. The rest is one line. */
const MOST_BARS = 20;
/** Columns that a name takes at most, and a bar at least. */
const NAME_COLUMNS = 28;
const LEAST_BAR = 4;
const OUTCOMES = [...SENTIMENTS, 'no_verdict'] as const;
type Outcome = (typeof OUTCOMES)[number];

const COLOURS: Record<string, (text: string) => string> = {
  POSITIVE: colours.green,
  NEGATIVE: colours.red,
  MIXED: colours.yellow,
};

/**
 * Draws an answer of `GET /stats` for a terminal: the series as sparklines, one for all records and one
 * for each outcome that occurs, and the breakdown as bars.
 *
 * @param columns is the width of the terminal. No line is wider, unless the terminal has fewer than 40.
 */
export function drawStats(stats: StatsResponse, by: Breakdown, columns: number): string[] {
  return [
    ...drawTitle(stats, columns),
    '',
    ...drawSeries(stats, columns),
    '',
    colours.bold(by === 'pii' ? 'records by type of personal data' : `by ${by}`),
    ...drawBreakdown(stats, by, columns),
    ...drawCosts(stats, columns),
  ];
}

function drawBreakdown(stats: StatsResponse, by: Breakdown, columns: number): string[] {
  if (by !== 'pii') return drawBars(listCounts(stats, by), columns);
  const { pii } = stats;
  if (pii === undefined) return [colours.dim('not counted by language and sentiment')];
  const { records, count, redacted, failed } = pii;
  const facts = [
    `${writeCount(count)} pieces in ${writeCount(records)} records`,
    `${writeCount(redacted)} stored with placeholders`,
    ...(failed > 0 ? [`a detector failed on ${writeCount(failed)}`] : []),
  ];
  const counts = pii.by_type.map((entry) => toCount(entry.type, entry.records));
  // A record can have several types, so the shares are of all records.
  return [
    ...drawBars(counts, columns, stats.total),
    ...(records > 0 ? [colours.dim(cut(facts.join('; '), columns))] : []),
  ];
}

function drawTitle({ from, to, interval, time, as_of }: StatsResponse, columns: number): string[] {
  const range = `${writeTime(from)} to ${writeTime(to)} UTC`;
  const changed = as_of === undefined ? 'no change is counted' : `last change ${writeTime(as_of)}`;
  return [
    colours.bold(cut(range, columns)),
    colours.dim(cut(`by ${interval.replaceAll('_', ' ')} of ${time}, ${changed}`, columns)),
  ];
}

const writeTime = (time: string) => time.slice(0, 16).replace('T', ' ');

function drawSeries({ total, by_sentiment, over_time }: StatsResponse, columns: number): string[] {
  const rows = [
    { name: 'all', count: total, series: over_time.map((entry) => entry.total) },
    ...OUTCOMES.filter((outcome) => by_sentiment[outcome] > 0).map((outcome) => ({
      name: writeOutcome(outcome),
      count: by_sentiment[outcome],
      series: over_time.map((entry) => entry.by_sentiment[outcome]),
    })),
  ];
  const names = Math.max(...rows.map(({ name }) => name.length));
  const digits = Math.max(...rows.map(({ count }) => writeCount(count).length));
  const left = Math.max(LEAST_BAR, columns - names - digits - 4);
  const most = Math.max(...sumGroups(rows[0]?.series ?? [], left));
  return rows.map(({ name, count, series }) => {
    const line = (COLOURS[name] ?? colours.cyan)(drawSparkline(series, { columns: left, most }));
    return `${padEnd(name, names)}  ${writeCount(count).padStart(digits)}  ${line}`;
  });
}

interface Count {
  name: string;
  count: number;
}

function listCounts(stats: StatsResponse, by: Exclude<Breakdown, 'pii'>): Count[] {
  if (by === 'source') return stats.by_source.map(({ source, total }) => toCount(source, total));
  if (by === 'language') {
    return stats.by_language.map(({ language_code, total }) => toCount(language_code, total));
  }
  return OUTCOMES.map((outcome) => toCount(writeOutcome(outcome), stats.by_sentiment[outcome]));
}

const toCount = (name: string, count: number): Count => ({ name, count });
const writeOutcome = (outcome: Outcome) => outcome.replace('no_verdict', 'no verdict');

/** Draws a line for each count, with its share of the whole, which is by default their sum. */
function drawBars(counts: Count[], columns: number, whole?: number): string[] {
  const shown = counts.filter(({ count }) => count > 0).slice(0, MOST_BARS);
  if (shown.length === 0) return [colours.dim('no records')];
  const total = whole ?? counts.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(...shown.map(({ count }) => count));
  const widest = Math.max(...shown.map(({ name }) => width(name)));
  const digits = writeCount(most).length;
  const names = Math.min(widest, NAME_COLUMNS, Math.max(8, columns - digits - 18));
  const left = Math.max(LEAST_BAR, columns - names - digits - 11);
  const lines = shown.map(({ name, count }) => {
    const bar = '█'.repeat(Math.max(1, Math.round((count / most) * left)));
    const share = `${Math.round((count / total) * 100)} %`.padStart(5);
    const numbers = `${writeCount(count).padStart(digits)}  ${share}`;
    return `${padEnd(cut(name, names), names)}  ${numbers}  ${(COLOURS[name] ?? colours.cyan)(bar)}`;
  });
  const left_out = counts.filter(({ count }) => count > 0).length - shown.length;
  return left_out > 0 ? [...lines, colours.dim(`and ${left_out} more`)] : lines;
}

function drawCosts({ cache, billing, withdrawn }: StatsResponse, columns: number): string[] {
  const facts = [
    ...(withdrawn > 0 ? [`${writeCount(withdrawn)} withdrawn`] : []),
    ...(cache === undefined ? [] : [`${Math.round(cache.hit_rate * 100)} % from the caches`]),
    ...(billing === undefined
      ? []
      : [`${writeCount(billing.billed_units)} units, $${billing.billed_usd.toFixed(2)}`]),
  ];
  return facts.length === 0 ? [] : ['', colours.dim(cut(facts.join('; '), columns))];
}

const writeCount = (count: number) => count.toLocaleString('en-US');
