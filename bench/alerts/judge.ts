import { estimateBaselines, type Method, type Sums, sumMinutes } from './methods.ts';
import {
  generateTraffic,
  HISTORY_WEEKS,
  type Incident,
  type TrafficSettings,
  WEEK_MINUTES,
} from './traffic.ts';

/** Minutes for which no second alert fires, and after an incident in which an alert is no false one. */
const COOLDOWN_MINUTES = 60;

/** With one incident a week, 95 % of the alerts are right if one in 19 weeks is false. */
const WEEKS_PER_FALSE_ALERT = 19;

export interface Judgement {
  incidents: number;
  /** Incidents in which an alert fired. */
  found: number;
  alerts: number;
  false_alerts: number;
  /** Minutes from the begin of an incident to its first alert. */
  delays: number[];
}

export interface World {
  sums: Sums;
  baseline: ReturnType<typeof estimateBaselines>;
  incidents: Incident[];
}

export function buildWorlds(settings: Omit<TrafficSettings, 'seed'>, seeds: number[]): World[] {
  return seeds.map((seed) => {
    const { minutes, incidents } = generateTraffic({ ...settings, seed });
    const sums = sumMinutes(minutes);
    return { sums, baseline: estimateBaselines(sums), incidents };
  });
}

const scored = new WeakMap<World, Map<Method, Float64Array>>();

/** Scores a world once for each method whose scores do not depend on the level. */
function scoreWorld(method: Method, level: number, world: World): Float64Array {
  const known = scored.get(world) ?? new Map<Method, Float64Array>();
  scored.set(world, known);
  const scores = known.get(method) ?? method.score(world.sums, world.baseline, level);
  if (!method.needs_level) known.set(method, scores);
  return scores;
}

/** Judges a method at a level on worlds. */
export function judge(method: Method, level: number, worlds: World[]): Judgement {
  const total: Judgement = { incidents: 0, found: 0, alerts: 0, false_alerts: 0, delays: [] };
  for (const world of worlds) {
    const { incidents } = world;
    const scores = scoreWorld(method, level, world);
    const fired = listAlerts(scores, level, method.resolved_at * level);
    total.incidents += incidents.length;
    total.alerts += fired.length;
    total.false_alerts += fired.filter((at) => !incidents.some(covers(at))).length;
    for (const incident of incidents) {
      const first = fired.find((at) => at >= incident.from && at < incident.to);
      if (first === undefined) continue;
      total.found += 1;
      total.delays.push(first - incident.from + 1);
    }
  }
  return total;
}

function covers(at: number): (incident: Incident) => boolean {
  return ({ from, to }) => at >= from && at < to + COOLDOWN_MINUTES;
}

/** Lists the minutes in which an alert fires: not before the last one is resolved and cooled down. */
function listAlerts(scores: Float64Array, fires_at: number, resolved_at: number): number[] {
  const fired: number[] = [];
  let is_firing = false;
  for (const [i, score] of scores.entries()) {
    const last = fired.at(-1);
    const minute = HISTORY_WEEKS * WEEK_MINUTES + i;
    if (is_firing) is_firing = score > resolved_at;
    else if (score >= fires_at && (last === undefined || minute - last >= COOLDOWN_MINUTES)) {
      fired.push(minute);
      is_firing = true;
    }
  }
  return fired;
}

export function precisionOf({ alerts, false_alerts }: Judgement): number {
  return alerts === 0 ? 1 : (alerts - false_alerts) / alerts;
}

export function recallOf({ incidents, found }: Judgement): number {
  return found / incidents;
}

/** Returns a percentile of the delays in minutes, or NaN if no incident was found. */
export function delayOf({ delays }: Judgement, percentile: number): number {
  const sorted = [...delays].sort((one, other) => one - other);
  return sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? Number.NaN;
}

/**
 * The mean delay that no method can beat, in minutes: the evidence that so few false alerts ask for, over
 * what a record of the incident gives on average (Lorden 1971). It holds for a known share without noise.
 */
export function leastDelay({
  records_per_hour,
  share,
  ratio,
}: Omit<TrafficSettings, 'seed'>): number {
  const records_per_false_alert = WEEKS_PER_FALSE_ALERT * (WEEK_MINUTES / 60) * records_per_hour;
  const shifted = share * ratio;
  const per_record =
    shifted * Math.log(ratio) + (1 - shifted) * Math.log((1 - shifted) / (1 - share));
  return (60 * Math.log(records_per_false_alert)) / per_record / records_per_hour;
}

/**
 * Chooses the lowest level at which at least 95 % of the alerts are of an incident, or else the highest.
 */
export function chooseLevel(method: Method, worlds: World[]): number {
  const reached = method.levels.find((level) => precisionOf(judge(method, level, worlds)) >= 0.95);
  return reached ?? method.levels.at(-1) ?? Number.NaN;
}
