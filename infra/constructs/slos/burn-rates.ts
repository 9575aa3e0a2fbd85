import { Duration } from 'aws-cdk-lib';

/** How fast an error budget is spent, in two windows that must both say so. */
export interface BurnRate {
  /** Multiple of the rate that spends the whole budget in exactly 30 days. */
  factor: number;
  /** The window that shows that the budget is spent. */
  long: Duration;
  /** The window that shows that it is still being spent, so that the alarm ends soon after the cause. */
  short: Duration;
}

/**
 * The rates at which an alarm goes off: 2 % of the budget of 30 days in an hour, or 5 % in six hours.
 * Source: https://sre.google/workbook/alerting-on-slos/, "Multiwindow, Multi-Burn-Rate Alerts"
 */
export const BURN_RATES: BurnRate[] = [
  { factor: 14.4, long: Duration.hours(1), short: Duration.minutes(5) },
  { factor: 6, long: Duration.hours(6), short: Duration.minutes(30) },
];

/**
 * Returns the share of bad events at which an error budget burns at a rate, in percent.
 *
 * @param objective share of good events that is promised, in percent
 * @example badShare(99.9, 14.4) // 1.44
 */
export function badShare(objective: number, factor: number): number {
  return Number(((100 - objective) * factor).toFixed(6));
}

/**
 * Returns the number of bad minutes in a window at which an error budget burns at a rate. It is at least one.
 *
 * @param objective share of good minutes that is promised, in percent
 * @example badMinutes(99, 14.4, Duration.hours(1)) // 9
 */
export function badMinutes(objective: number, factor: number, window: Duration): number {
  const share = badShare(objective, factor) / 100;
  return Math.max(1, Math.ceil(Number((window.toMinutes() * share).toFixed(6))));
}
