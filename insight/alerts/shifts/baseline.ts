/** Number of records, and of those that count, such as the negative ones. */
export interface Tally {
  records: number;
  negative: number;
}

/** The usual traffic of a minute, as the same hours of earlier weeks had it. */
export interface Baseline {
  /** Expected share of negative records, from 0 to 1. */
  share: number;
  /** Standard error of `share`: from the number of records, and from the difference between weeks. */
  share_error: number;
  /** Expected number of records in a minute. */
  per_minute: number;
}

/** Number of records that the share of all weeks adds to the share of a single week. */
const PRIOR_RECORDS = 20;
/** Makes the median absolute deviation of normal values their standard deviation. */
const MAD_TO_SD = 1.4826;
/** A share outside of these bounds would make a single record count as proof. */
const SHARE_BOUNDS = { least: 0.01, most: 0.9 };

/**
 * Estimates the usual share and rate from one tally for each earlier week, each of the same hours.
 * Medians make an earlier incident count as little as one unusual week.
 *
 * @param minutes length of the hours of a tally, in minutes.
 * @returns undefined if no week has a record.
 */
export function estimateBaseline(weeks: Tally[], minutes: number): Baseline | undefined {
  const all = weeks.reduce(
    (sum, { records, negative }) => ({
      records: sum.records + records,
      negative: sum.negative + negative,
    }),
    { records: 0, negative: 0 },
  );
  if (all.records === 0) return undefined;
  const overall = all.negative / all.records;
  const shares = weeks
    .filter(({ records }) => records > 0)
    .map(
      ({ records, negative }) => (negative + PRIOR_RECORDS * overall) / (records + PRIOR_RECORDS),
    );
  const share = clamp(median(shares));
  const between_weeks = MAD_TO_SD * median(shares.map((one) => Math.abs(one - share)));
  const sampling = Math.sqrt((share * (1 - share)) / all.records);
  return {
    share,
    share_error: Math.max(sampling, between_weeks / Math.sqrt(shares.length)),
    per_minute: median(weeks.map(({ records }) => records)) / minutes,
  };
}

/** Returns the median, or NaN if there are no values. */
export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function clamp(share: number): number {
  return Math.min(SHARE_BOUNDS.most, Math.max(SHARE_BOUNDS.least, share));
}
