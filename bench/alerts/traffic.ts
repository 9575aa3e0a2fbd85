import type { Tally } from '../../insight/alerts/shifts/baseline.ts';
import { createDraws, type Draws } from './draws.ts';

export const WEEK_MINUTES = 7 * 24 * 60;
const DAY_MINUTES = 24 * 60;
/** Weeks before those in which alerts are judged. */
export const HISTORY_WEEKS = 4;
/** Weeks in which alerts are judged. */
const JUDGED_WEEKS = 2;

/** A time in which the share of negative records is `ratio` times as high. In minutes. */
export interface Incident {
  from: number;
  to: number;
}

export interface TrafficSettings {
  seed: number;
  /** Mean over the week. Incidents begin only in hours with at least this rate. */
  records_per_hour: number;
  /** Mean share of negative records. */
  share: number;
  /** Factor of the share in an incident. */
  ratio: number;
}

/** Synthetic traffic of one source by minute. */
export interface Traffic {
  minutes: Tally[];
  /** Incidents in the judged weeks. */
  incidents: Incident[];
}

/**
 * Generates six weeks of traffic of one source. A seed decides everything.
 *
 * - Seasons: the rate changes by ±60 % over the day and is 40 % lower at weekends. The share changes
 *   by ±15 % over the day and is 10 % higher at weekends.
 * - Noise: the rate of each hour varies by 15 %, and the share of each hour by 8 %, beyond chance.
 * - Drift: the share and the rate rise or fall by up to 20 % over the six weeks.
 * - Bursts: twice a week, the rate is 3 to 6 times as high for 10 to 40 minutes.
 * - Incidents: one in each judged week, of 3 to 12 hours, and in half of the worlds one in the weeks
 *   before, which a method must not take for usual.
 */
export function generateTraffic(settings: TrafficSettings): Traffic {
  const draws = createDraws(settings.seed);
  const weeks = HISTORY_WEEKS + JUDGED_WEEKS;
  const length = weeks * WEEK_MINUTES;
  const drift = { rate: draws.between(-0.2, 0.2), share: draws.between(-0.2, 0.2) };
  const bursts = times(2 * weeks, () => drawSpan(draws, 0, length, 10, 40)).map((span) => ({
    ...span,
    factor: draws.between(3, 6),
  }));
  const incidents = times(JUDGED_WEEKS, (week) =>
    drawIncident(draws, (HISTORY_WEEKS + week) * WEEK_MINUTES),
  );
  const before = draws.uniform() < 0.5 ? [drawIncident(draws, WEEK_MINUTES)] : [];
  const minutes: Tally[] = [];
  let noise = { rate: 1, share: 1 };
  for (let minute = 0; minute < length; minute += 1) {
    if (minute % 60 === 0) noise = { rate: draws.around(0.15), share: draws.around(0.08) };
    const progress = minute / length - 0.5;
    const burst = bursts.find((span) => isIn(minute, span))?.factor ?? 1;
    const rate =
      (settings.records_per_hour / 60) *
      rateSeason(minute) *
      noise.rate *
      (1 + drift.rate * progress) *
      burst;
    const incident = [...incidents, ...before].some((span) => isIn(minute, span));
    const share =
      settings.share *
      shareSeason(minute) *
      noise.share *
      (1 + drift.share * progress) *
      (incident ? settings.ratio : 1);
    const records = draws.poisson(rate);
    minutes.push({ records, negative: draws.binomial(records, Math.min(0.98, share)) });
  }
  return { minutes, incidents };
}

/** Draws an incident that begins in an hour with at least the mean rate. */
function drawIncident(draws: Draws, week_start: number): Incident {
  for (;;) {
    const span = drawSpan(draws, week_start, week_start + WEEK_MINUTES - 720, 180, 720);
    if (rateSeason(span.from) >= 1) return span;
  }
}

function drawSpan(draws: Draws, from: number, to: number, least: number, most: number): Incident {
  const start = Math.floor(draws.between(from, to));
  return { from: start, to: start + Math.floor(draws.between(least, most)) };
}

function isIn(minute: number, { from, to }: Incident): boolean {
  return minute >= from && minute < to;
}

/** The rate of a minute of the week, to the mean of a weekday. Its mean over the week is about 0.9. */
function rateSeason(minute: number): number {
  const of_day = 1 + 0.6 * Math.sin((2 * Math.PI * (minute % DAY_MINUTES)) / DAY_MINUTES - 2);
  return of_day * (isWeekend(minute) ? 0.6 : 1);
}

function shareSeason(minute: number): number {
  const of_day = 1 + 0.15 * Math.sin((2 * Math.PI * (minute % DAY_MINUTES)) / DAY_MINUTES);
  return of_day * (isWeekend(minute) ? 1.1 : 1);
}

function isWeekend(minute: number): boolean {
  return (minute / DAY_MINUTES) % 7 >= 5;
}

function times<Value>(count: number, build: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => build(index));
}
