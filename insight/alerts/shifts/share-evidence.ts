import type { Baseline, Tally } from './baseline.ts';

/** How much more likely a shift is than the usual share. Both are in natural logarithms. */
export interface EvidenceLevels {
  /** Evidence at which an alert fires. */
  fires_at: number;
  /** Evidence at which a firing alert is resolved. */
  resolved_at: number;
}

export interface ShareShift {
  /** The factor of the share that an alert must find, such as 2 for a doubling. */
  ratio: number;
  levels: EvidenceLevels;
}

/**
 * The levels that the measurement in docs/alerts.md has chosen: at least 95 % of the alerts are of an
 * incident, with one incident a week.
 */
export const SHARE_LEVELS: EvidenceLevels = { fires_at: 8, resolved_at: 3 };
/** How far the share of an hour may usually lie above the estimate, as a part of the estimate. */
const USUAL_MARGIN = 0.25;
/** Evidence above `fires_at` is forgotten, so that an alert is resolved soon after a long incident. */
const CAP = 1.25;

/**
 * Adds a minute to the evidence that the share of negative records has risen by a factor: the
 * logarithm of the likelihood ratio of both shares, summed over the records since the sum was last 0
 * (Page's cumulative sum). No other test needs fewer records on average for the same number of false
 * alarms. Source: https://doi.org/10.1214/aoms/1177693055 (Lorden 1971)
 *
 * The usual share is taken higher than estimated, by a quarter or by one standard error. Without that,
 * the sum would grow on its own in each hour that is a little worse than its baseline.
 *
 * @param evidence sum before the minute, at first 0.
 */
export function addShareEvidence(
  evidence: number,
  { records, negative }: Tally,
  { share, share_error }: Baseline,
  { ratio, levels }: ShareShift,
): number {
  const margin = Math.max(share_error, USUAL_MARGIN * share);
  const usual = Math.min(share + margin, share * ((1 + ratio) / 2));
  const shifted = Math.min(share * ratio, (1 + share) / 2);
  const gained =
    negative * Math.log(shifted / usual) +
    (records - negative) * Math.log((1 - shifted) / (1 - usual));
  return Math.min(CAP * levels.fires_at, Math.max(0, evidence + gained));
}
