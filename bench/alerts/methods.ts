import {
  type Baseline,
  estimateBaseline,
  type Tally,
} from '../../insight/alerts/shifts/baseline.ts';
import { addShareEvidence } from '../../insight/alerts/shifts/share-evidence.ts';
import { HISTORY_WEEKS, WEEK_MINUTES } from './traffic.ts';

/** Half of the hours of earlier weeks that a baseline is made of, in minutes. */
const BASELINE_HALF_MINUTES = 90;
/** Minutes from one estimate of the baseline to the next. */
const BASELINE_STEP = 15;

/** Sums over minutes, so that the tally of any span is one subtraction. */
export interface Sums {
  tally(from: number, to: number): Tally;
  length: number;
}

export function sumMinutes(minutes: Tally[]): Sums {
  const records = new Float64Array(minutes.length + 1);
  const negative = new Float64Array(minutes.length + 1);
  for (const [i, minute] of minutes.entries()) {
    records[i + 1] = records[i]! + minute.records;
    negative[i + 1] = negative[i]! + minute.negative;
  }
  const clamp = (at: number) => Math.min(minutes.length, Math.max(0, at));
  return {
    length: minutes.length,
    tally: (from, to) => ({
      records: records[clamp(to)]! - records[clamp(from)]!,
      negative: negative[clamp(to)]! - negative[clamp(from)]!,
    }),
  };
}

/** Estimates the baselines of the judged minutes, each from the four weeks before it. */
export function estimateBaselines(sums: Sums): (minute: number) => Baseline {
  const known = new Map<number, Baseline>();
  return (minute) => {
    const step = Math.floor(minute / BASELINE_STEP);
    const cached = known.get(step);
    if (cached !== undefined) return cached;
    const middle = step * BASELINE_STEP;
    const weeks = Array.from({ length: HISTORY_WEEKS }, (_, week) => {
      const same_time = middle - (week + 1) * WEEK_MINUTES;
      return sums.tally(same_time - BASELINE_HALF_MINUTES, same_time + BASELINE_HALF_MINUTES);
    });
    const baseline = estimateBaseline(weeks, 2 * BASELINE_HALF_MINUTES);
    if (baseline === undefined) throw new Error('The traffic has no history');
    known.set(step, baseline);
    return baseline;
  };
}

/**
 * A method gives each judged minute a number. An alert fires at a level of that number, and is
 * resolved at a share of the level. The measurement chooses the level of each method on other seeds
 * than those that it judges, so that all are compared at the same precision.
 */
export interface Method {
  name: string;
  /** The levels to try, rising. */
  levels: number[];
  /** Part of the level at which an alert is resolved. */
  resolved_at: number;
  /** Whether the numbers themselves depend on the level. */
  needs_level?: boolean;
  score(sums: Sums, baseline: (minute: number) => Baseline, level: number): Float64Array;
}

const WINDOWS = [15, 30, 60, 120];
const LEAST_RECORDS = 10;

/** Scores each judged minute by the worst of four windows that end with it. */
function scoreWindows(sums: Sums, score: (tally: Tally, minute: number) => number): Float64Array {
  const first = HISTORY_WEEKS * WEEK_MINUTES;
  return Float64Array.from({ length: sums.length - first }, (_, i) => {
    const end = first + i + 1;
    return Math.max(
      ...WINDOWS.map((window) => {
        const tally = sums.tally(end - window, end);
        return tally.records < LEAST_RECORDS ? 0 : score(tally, first + i);
      }),
    );
  });
}

/** The share of a window, to the mean share of the earlier weeks: no season and no variance. */
const threshold: Method = {
  name: 'threshold',
  levels: range(1.5, 6, 0.1),
  resolved_at: 0.6,
  score: (sums) => {
    const all = sums.tally(0, HISTORY_WEEKS * WEEK_MINUTES);
    const mean = all.negative / all.records;
    return scoreWindows(sums, ({ records, negative }) => negative / records / mean);
  },
};

/** Standard deviations above the median of the same hours, with the larger of both deviations. */
const robust_z: Method = {
  name: 'robust_z',
  levels: range(2, 9, 0.25),
  resolved_at: 0.4,
  score: (sums, baseline) =>
    scoreWindows(sums, ({ records, negative }, minute) => {
      const { share, share_error } = baseline(minute);
      const variance = (share * (1 - share)) / records + share_error ** 2;
      return (negative / records - share) / Math.sqrt(variance);
    }),
};

/** Minus the logarithm of the chance to see so many negative records, by a beta-binomial of the weeks. */
const beta_binomial: Method = {
  name: 'beta_binomial',
  levels: range(3, 20, 0.5),
  resolved_at: 0.3,
  score: (sums, baseline) =>
    scoreWindows(sums, ({ records, negative }, minute) => {
      const { share, share_error } = baseline(minute);
      if (negative / records <= share) return 0;
      const strength = Math.max(2, (share * (1 - share)) / share_error ** 2 - 1);
      return -logTail(negative, records, share * strength, (1 - share) * strength);
    }),
};

/** A moving average of the share that forgets by records, in standard deviations of the average. */
const ewma: Method = {
  name: 'ewma',
  levels: range(2, 7, 0.2),
  resolved_at: 0.4,
  score: (sums, baseline) => {
    const weight = 0.03;
    let average = 0;
    return scoreMinutes(sums, (tally, minute) => {
      const { share, share_error } = baseline(minute);
      const kept = (1 - weight) ** tally.records;
      const excess = tally.records === 0 ? 0 : tally.negative / tally.records - share;
      average = kept * average + (1 - kept) * excess;
      const variance = (share * (1 - share) * weight) / (2 - weight) + share_error ** 2;
      return average / Math.sqrt(variance);
    });
  },
};

/** The product's method, see {@link addShareEvidence}. */
export const cumulative_sum: Method = {
  name: 'cumulative_sum',
  levels: range(3, 16, 0.5),
  resolved_at: 0.375,
  needs_level: true,
  score: (sums, baseline, fires_at) => {
    const shift = { ratio: 2, levels: { fires_at, resolved_at: 0.375 * fires_at } };
    let evidence = 0;
    return scoreMinutes(sums, (tally, minute) => {
      evidence = addShareEvidence(evidence, tally, baseline(minute), shift);
      return evidence;
    });
  },
};

export const METHODS: Method[] = [threshold, robust_z, beta_binomial, ewma, cumulative_sum];

function scoreMinutes(sums: Sums, score: (tally: Tally, minute: number) => number): Float64Array {
  const first = HISTORY_WEEKS * WEEK_MINUTES;
  return Float64Array.from({ length: sums.length - first }, (_, i) =>
    score(sums.tally(first + i, first + i + 1), first + i),
  );
}

/** The logarithm of the chance of at least `least` of `tries`, by a beta-binomial distribution. */
function logTail(least: number, tries: number, a: number, b: number): number {
  let term = logChoose(tries, least) + logBeta(least + a, tries - least + b) - logBeta(a, b);
  const first = term;
  let sum = 0;
  for (let k = least; k <= tries; k += 1) {
    const part = Math.exp(term - first);
    sum += part;
    if (part < 1e-6 * sum) break;
    term += Math.log(((tries - k) * (k + a)) / ((k + 1) * (tries - k - 1 + b)));
  }
  return first + Math.log(sum);
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

function logChoose(tries: number, count: number): number {
  return logGamma(tries + 1) - logGamma(count + 1) - logGamma(tries - count + 1);
}

/** Stirling's series, after the argument was raised to at least 8. */
function logGamma(value: number): number {
  let raised = value;
  let product = 1;
  for (; raised < 8; raised += 1) product *= raised;
  const inverse = 1 / raised;
  const series = inverse * (1 / 12 - inverse ** 2 * (1 / 360 - inverse ** 2 / 1_260));
  return (
    (raised - 0.5) * Math.log(raised) -
    raised +
    0.5 * Math.log(2 * Math.PI) +
    series -
    Math.log(product)
  );
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
}
