import type { Finding, ShiftSums, TrafficAlert, TrafficCell } from '../../../schemas/index.ts';
import { addShareEvidence, SHARE_LEVELS } from '../shifts/share-evidence.ts';
import type { Baselines } from './baselines.ts';
import { MINUTE_MS, sumTallies, type Tallies } from './tallies.ts';

/** Time without a record after which a shift or a volume is resolved, in minutes. */
const QUIET_MINUTES = 24 * 60;
/** Standard deviations of a random number of records within which it is usual. */
const DEVIATIONS = 4;

/** The traffic that a minute of a source is judged by. */
export interface Judged {
  source: string;
  /** In minutes since 1970. */
  minute: number;
  minutes: Tallies;
  baselines: Baselines;
}

/** The verdict on a minute: whether the alert fires if it does not yet, or is resolved if it fires. */
export interface Verdict {
  fires: boolean;
  is_resolved: boolean;
  finding: Finding;
}

export type Of<Kind extends TrafficAlert['kind']> = Extract<TrafficAlert, { kind: Kind }>;

/** Adds a minute to the sums of a shift. */
export function addMinute(
  alert: Of<'shift'>,
  sums: ShiftSums | undefined,
  { source, minute, minutes, baselines }: Judged,
): ShiftSums {
  const baseline = baselines.share(source, minute);
  const { analyzed, negative } = sumTallies(minutes, source, { from: minute, to: minute + 1 });
  const tally = { records: Math.max(0, analyzed), negative: Math.max(0, negative) };
  const before = sums ?? startSums(minute);
  if (baseline === undefined) return startSums(minute + 1);
  const shift = { ratio: alert.ratio, levels: SHARE_LEVELS };
  const evidence = addShareEvidence(before.evidence, tally, baseline, shift);
  const add = ({ from, records: all, negative: worse }: ShiftSums['rising']) => ({
    ...{ from, records: all + tally.records, negative: worse + tally.negative },
  });
  const is_high = evidence >= SHARE_LEVELS.fires_at;
  const next = startSums(minute + 1);
  return {
    evidence,
    rising: evidence === 0 ? next.rising : add(before.rising),
    recent: is_high ? next.recent : add(before.recent),
  };
}

function startSums(from: number): ShiftSums {
  const nothing = { from, records: 0, negative: 0 };
  return { evidence: 0, rising: nothing, recent: nothing };
}

/** Judges the sums of a shift after a minute. */
export function judgeShift(alert: Of<'shift'>, cell: TrafficCell, judged: Judged): Verdict {
  const { source, minute, baselines } = judged;
  const { evidence, rising, recent } = cell.sums ?? startSums(minute + 1);
  const fires = evidence >= SHARE_LEVELS.fires_at && rising.records >= alert.least_records;
  const is_resolved = evidence <= SHARE_LEVELS.resolved_at || isQuiet(cell, minute);
  const { from, records, negative } = cell.firing === undefined ? rising : recent;
  const usual_share = baselines.share(source, minute)?.share;
  return {
    fires,
    is_resolved,
    finding: {
      ...{ kind: 'shift', source, ...writeWindow(Math.min(from, minute), minute + 1) },
      ...{ records, negative, share: records === 0 ? 0 : round(negative / records) },
      ...(usual_share === undefined ? {} : { usual_share: round(usual_share) }),
    },
  };
}

/**
 * Judges the records of the window that ends with a minute. The alert is resolved half way back, so that
 * a number near the limit does not fire again and again.
 */
export function judgeVolume(alert: Of<'volume'>, cell: TrafficCell, judged: Judged): Verdict {
  const { source, minute, minutes, baselines } = judged;
  const { ratio, direction, window_minutes, least_records } = alert;
  const window = { from: minute + 1 - window_minutes, to: minute + 1 };
  const records = Math.max(0, sumTallies(minutes, source, window).records);
  const estimate = baselines.records(source, window.from, window.to);
  const usual = estimate ?? 0;
  const expected = Math.max(1, usual);
  const spread = DEVIATIONS * Math.sqrt(expected);
  const is_up = direction === 'up';
  const fires = is_up
    ? records >= Math.max(least_records, ratio * expected, expected + spread)
    : usual >= least_records && records <= Math.min(usual / ratio, usual - spread);
  const is_back = is_up
    ? records < (expected * (1 + ratio)) / 2
    : records >= (usual * (1 + 1 / ratio)) / 2;
  return {
    fires: fires && estimate !== undefined,
    is_resolved: is_back || (is_up && isQuiet(cell, minute)),
    finding: {
      ...{ kind: 'volume', source, ...writeWindow(window.from, window.to), records },
      usual_records: round(usual),
    },
  };
}

/** Judges how long a source has had no record, at the end of a minute. */
export function judgeSilence(alert: Of<'silence'>, cell: TrafficCell, judged: Judged): Verdict {
  const { source, minute, minutes, baselines } = judged;
  const from = (cell.last_seen ?? minute) + 1;
  const is_silent = minute + 1 - from >= alert.minutes;
  const usual = baselines.records(source, minute + 1 - alert.minutes, minute + 1) ?? 0;
  const window = is_silent ? { from, to: minute + 1 } : { from: from - 1, to: minute + 1 };
  return {
    fires: is_silent && usual >= alert.least_records,
    is_resolved: !is_silent,
    finding: {
      ...{ kind: 'silence', source, ...writeWindow(window.from, window.to) },
      records: Math.max(0, sumTallies(minutes, source, window).records),
      // Of the time after which the alert fires, because a window can be longer than the hours compared.
      usual_records: round(usual),
    },
  };
}

function isQuiet({ last_seen }: TrafficCell, minute: number): boolean {
  return last_seen !== undefined && minute - last_seen >= QUIET_MINUTES;
}

function writeWindow(from: number, to: number): { from: string; to: string } {
  const write = (at: number) => new Date(at * MINUTE_MS).toISOString();
  return { from: write(from), to: write(to) };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
