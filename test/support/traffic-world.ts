import { createReadBaselines } from '../../insight/alerts/traffic/baselines.ts';
import { createEvaluate, type EvaluateDeps } from '../../insight/alerts/traffic/evaluate.ts';
import { MINUTE_MS } from '../../insight/alerts/traffic/tallies.ts';
import { INTERVALS } from '../../insight/counts/buckets.ts';
import type { BucketsQuery } from '../../insight/counts/read.ts';
import type { TrafficAlert } from '../../schemas/index.ts';
import {
  createFakeAlertEvents,
  createFakeAlertLimits,
  createFakeAlertQueue,
  createFakeAlertRules,
  createFakeIncidents,
  createFakeTrafficStates,
} from '../fakes/alerts.ts';

const WEEK_MINUTES = 7 * 24 * 60;
/** The minute in which the worlds begin, since 1970: a Friday at noon. */
export const START = Date.UTC(2026, 10, 27, 12) / MINUTE_MS;

/** Records of a minute. */
interface MinuteOfTraffic {
  records: number;
  negative: number;
}

/** Traffic of the tenant `acme` by source and minute, which a test can change at any time. */
class TrafficCounts {
  readonly reads: BucketsQuery[] = [];
  private readonly minutes = new Map<string, Map<number, MinuteOfTraffic>>();

  set(source: string, minute: number, counts: MinuteOfTraffic): void {
    const of_source = this.minutes.get(source) ?? new Map<number, MinuteOfTraffic>();
    this.minutes.set(source, of_source.set(minute, counts));
  }

  /** Sets the minutes from `from` up to `to`. */
  fill(source: string, from: number, to: number, counts: MinuteOfTraffic): void {
    for (let minute = from; minute < to; minute += 1) this.set(source, minute, counts);
  }

  /** Sets six hours around the same time of each of the four weeks before. */
  fillEarlierWeeks(source: string, counts: MinuteOfTraffic): void {
    for (let week = 1; week <= 4; week += 1) {
      const middle = START - week * WEEK_MINUTES;
      this.fill(source, middle - 180, middle + 600, counts);
    }
  }

  get(source: string, minute: number): MinuteOfTraffic {
    return this.minutes.get(source)?.get(minute) ?? { records: 0, negative: 0 };
  }

  readonly readBuckets = async (query: BucketsQuery) => {
    this.reads.push(query);
    const step = INTERVALS[query.interval].ms / MINUTE_MS;
    const buckets = [];
    for (const source of this.minutes.keys()) {
      const first = Math.ceil(query.from / MINUTE_MS / step) * step;
      for (let start = first; start * MINUTE_MS < query.to; start += step) {
        const sum = { records: 0, negative: 0 };
        for (let minute = start; minute < start + step; minute += 1) {
          const { records, negative } = this.get(source, minute);
          sum.records += records;
          sum.negative += negative;
        }
        if (sum.records === 0) continue;
        const measures = { 'n.en.neg': sum.negative, 'n.en.neu': sum.records - sum.negative };
        buckets.push({ start_ms: start * MINUTE_MS, source, measures, changed_at: 0 });
      }
    }
    return buckets;
  };
}

/** Creates alerts on traffic in memory, with a clock that a test moves. */
export async function createTrafficWorld(
  alerts: TrafficAlert[],
  wrap: (deps: EvaluateDeps) => EvaluateDeps = (deps) => deps,
) {
  const counts = new TrafficCounts();
  const rules = createFakeAlertRules();
  for (const alert of alerts) await rules.put(alert);
  const { queue, sent } = createFakeAlertQueue();
  const clock = { now: START * MINUTE_MS };
  const stores = {
    ...{ states: createFakeTrafficStates(), events: createFakeAlertEvents() },
    ...{ incidents: createFakeIncidents(), limits: createFakeAlertLimits() },
  };
  const deps = wrap({
    ...stores,
    ...{ rules, queue, readBuckets: counts.readBuckets },
    readBaselines: createReadBaselines(counts.readBuckets),
    now: () => clock.now,
  });
  const evaluate = createEvaluate(deps);
  const listEvents = async (name = 'angry') =>
    (await stores.events.list({ tenant: 'acme', name, limit: 1_000 })).events.toReversed();
  /** Runs the function as the schedule does: one minute and some seconds after each minute. */
  const runMinutes = async (from: number, to: number) => {
    for (let minute = from; minute < to; minute += 1) {
      clock.now = (minute + 2) * MINUTE_MS + 5_000;
      await evaluate();
    }
  };
  return { ...stores, rules, counts, clock, sent, evaluate, listEvents, runMinutes };
}
