import { createHash } from 'node:crypto';
import type {
  TrafficAlert,
  TrafficCell,
  TrafficState,
  Transition,
} from '../../../schemas/index.ts';
import type { Baselines } from './baselines.ts';
import {
  addMinute,
  type Judged,
  judgeShift,
  judgeSilence,
  judgeVolume,
  type Verdict,
} from './methods.ts';
import { sumTallies, type Tallies } from './tallies.ts';

/** Minutes after which the counts of a minute are taken as final. */
const SETTLE_MINUTES = 15;
/** Missed minutes that a run makes up for. The minutes before are never judged. */
const CATCH_UP_MINUTES = 360;
/** Sources that an alert without `sources` follows at most. */
const MOST_SOURCES = 100;

export interface Traffic {
  /** The last minute to judge, in minutes since 1970. */
  until: number;
  /** The minutes from {@link firstNeeded} on. */
  minutes: Tallies;
  baselines: Baselines;
}

/** Returns what identifies the conditions of an alert. Destinations and muting are no conditions. */
function nameConditions(alert: TrafficAlert): string {
  const { tenant, name, to, updated_at, muted_until, most_per_hour, ...conditions } = alert;
  return JSON.stringify(conditions);
}

/** Returns the state to begin with: a new one if there is none, or one of other conditions. */
export function beginState(
  alert: TrafficAlert,
  stored: TrafficState | undefined,
  until: number,
): TrafficState {
  const conditions = nameConditions(alert);
  const oldest = until - CATCH_UP_MINUTES;
  if (stored?.conditions === conditions && stored.evaluated_until >= oldest) return stored;
  const start = stored?.conditions === conditions ? oldest : until - 1;
  return {
    ...{ version: stored?.version ?? 0, conditions, evaluated_until: start, settled_until: start },
    cells: stored?.conditions === conditions ? forgetSums(stored.cells) : {},
    ...{ outbox: [], written_at: 0 },
  };
}

/** After a longer gap, the sums begin again. Incidents stay. */
function forgetSums(cells: TrafficState['cells']): TrafficState['cells'] {
  return Object.fromEntries(
    Object.entries(cells).map(([source, { sums, ...rest }]) => [source, rest]),
  );
}

/** Returns the first minute whose counts the alert needs. */
export function firstNeeded(alert: TrafficAlert, state: TrafficState): number {
  const window = alert.kind === 'volume' ? alert.window_minutes - 1 : 0;
  return Math.min(state.settled_until + 1, state.evaluated_until + 1 - window);
}

/**
 * Judges each minute after the last judged one, in order. The minutes that are not settled yet are added
 * up again before, with their counts of now: a late or withdrawn record changes the sums, but not what
 * was judged.
 */
export function evaluateAlert(
  alert: TrafficAlert,
  state: TrafficState,
  traffic: Traffic,
): TrafficState {
  const settled = Math.max(state.settled_until, traffic.until - SETTLE_MINUTES);
  const outbox: Transition[] = [];
  const cells = Object.fromEntries(
    listSources(alert, state, traffic).flatMap((source) => {
      const evaluated = evaluateSource(alert, { source, state, traffic, settled, outbox });
      const cell = leaveOutDefaults(alert, evaluated, traffic.until);
      return Object.keys(cell).length === 0 ? [] : [[source, cell] as const];
    }),
  );
  outbox.sort((one, other) => one.minute - other.minute);
  return { ...state, evaluated_until: traffic.until, settled_until: settled, cells, outbox };
}

function listSources(
  { sources }: TrafficAlert,
  { cells }: TrafficState,
  { minutes, baselines }: Traffic,
): string[] {
  if (sources !== undefined) return [...new Set(sources)];
  const known = Object.entries(cells).flatMap(([source, { firing }]) => (firing ? [source] : []));
  const busiest = [...new Set([...baselines.sources(), ...minutes.keys()])].slice(0, MOST_SOURCES);
  return [...new Set([...known, ...busiest])];
}

interface SourceTask {
  source: string;
  state: TrafficState;
  traffic: Traffic;
  /** The last minute that is settled after this run. */
  settled: number;
  /** Receives what must be reported. */
  outbox: Transition[];
}

function evaluateSource(alert: TrafficAlert, task: SourceTask): TrafficCell {
  const { source, state, traffic, settled, outbox } = task;
  const { minutes, baselines } = traffic;
  // A source that is new to the alert counts as seen, because nothing is known of the time before.
  let cell: TrafficCell = { last_seen: state.evaluated_until, ...state.cells[source] };
  let kept_sums = cell.sums;
  for (let minute = firstNeeded(alert, state); minute <= traffic.until; minute += 1) {
    const judged = { source, minute, minutes, baselines };
    const { records } = sumTallies(minutes, source, { from: minute, to: minute + 1 });
    if (records > 0) cell.last_seen = Math.max(cell.last_seen ?? minute, minute);
    if (alert.kind === 'shift' && minute > state.settled_until) {
      cell.sums = addMinute(alert, cell.sums, judged);
      if (minute <= settled) kept_sums = cell.sums;
    }
    if (minute > state.evaluated_until) cell = moveOn(alert, cell, judged, outbox);
  }
  return { ...cell, ...(kept_sums === undefined ? {} : { sums: kept_sums }) };
}

/** Fires or resolves the alert for a source, if the minute says so. */
function moveOn(
  alert: TrafficAlert,
  cell: TrafficCell,
  judged: Judged,
  outbox: Transition[],
): TrafficCell {
  const { source, minute } = judged;
  const verdict = judge(alert, cell, judged);
  const { firing, ...rest } = cell;
  if (firing !== undefined) {
    if (!verdict.is_resolved) return cell;
    const { incident_id } = firing;
    const { finding } = verdict;
    outbox.push({ kind: 'resolved', incident_id, fired_in: firing.minute, minute, finding });
    return rest;
  }
  const { last_fired = Number.NEGATIVE_INFINITY } = cell;
  if (!verdict.fires || minute - last_fired < alert.cooldown_minutes) return cell;
  const incident_id = identifyIncident(alert, source, minute);
  const { finding } = verdict;
  outbox.push({ kind: 'fired', incident_id, fired_in: minute, minute, finding });
  return { ...cell, last_fired: minute, firing: { incident_id, minute } };
}

function judge(alert: TrafficAlert, cell: TrafficCell, judged: Judged): Verdict {
  switch (alert.kind) {
    case 'shift':
      return judgeShift(alert, cell, judged);
    case 'volume':
      return judgeVolume(alert, cell, judged);
    case 'silence':
      return judgeSilence(alert, cell, judged);
  }
}

function identifyIncident({ tenant, name }: TrafficAlert, source: string, minute: number): string {
  const identity = `${tenant}#${name}#${source}#${minute}`;
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

/** Leaves out of a cell what the next run takes for granted, so that a state stays small. */
function leaveOutDefaults(
  { kind, cooldown_minutes }: TrafficAlert,
  { sums, last_seen, last_fired, firing }: TrafficCell,
  until: number,
): TrafficCell {
  const needs_last_seen = last_seen !== until && (kind === 'silence' || firing !== undefined);
  const is_cooling = last_fired !== undefined && until - last_fired < cooldown_minutes;
  return {
    ...(sums === undefined || sums.evidence === 0 ? {} : { sums }),
    ...(needs_last_seen ? { last_seen } : {}),
    ...(is_cooling ? { last_fired } : {}),
    ...(firing === undefined ? {} : { firing }),
  };
}
