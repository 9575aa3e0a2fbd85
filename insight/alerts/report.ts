import {
  type Alert,
  type AlertDelivery,
  type AlertEvent,
  type ChangeRecord,
  type RecordAlert,
  ServiceError,
} from '../../schemas/index.ts';
import type { AlertEvents, AlertLimits, AlertQueue, EventName } from './ports.ts';
import { type Match, readMatches } from './read-matches.ts';

/** Records that all alerts of a tenant together report in an hour of the clock. */
export const MOST_PER_TENANT_AND_HOUR = 1_000;
/** Name of the counter of all alerts of a tenant. No alert can have it. */
const ALL_ALERTS = '*';

export interface AlertReport {
  /** Number of records that alerts have reported, once for each alert. */
  alerts_reported: number;
  /** Number of records that matched and were over a limit. */
  alerts_suppressed: number;
  failed_alerts: number;
  /** Codes of the errors, each once. */
  error_codes: string[];
  /** The first change that is not reported. Lambda delivers it and all later ones again. */
  failed_from?: string | undefined;
}

export interface ReportDeps {
  /** Returns the alerts by tenant. They may be some seconds old. */
  alerts: () => Promise<ReadonlyMap<string, RecordAlert[]>>;
  events: AlertEvents;
  limits: AlertLimits;
  queue: AlertQueue;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the function that reports the changes of a batch that match alerts: it stores an event, and
 * sends a message for each destination. A redelivered change finds its event, and sends only the messages
 * whose delivery has not begun. Over the limit of an hour, matches are only counted, and a redelivery
 * counts them again.
 */
export function createReport(deps: ReportDeps): (changes: ChangeRecord[]) => Promise<AlertReport> {
  return async (changes) => {
    const report: AlertReport = {
      ...{ alerts_reported: 0, alerts_suppressed: 0, failed_alerts: 0, error_codes: [] },
    };
    try {
      const alerts = await deps.alerts();
      if (alerts.size === 0) return report;
      for (const matches of groupByAlert(readMatches(changes, alerts))) {
        await reportAlert(deps, matches, report);
      }
    } catch (error) {
      // Without the alerts, any change could be one that must be reported.
      noteFailure(report, error, changes[0]?.dynamodb.SequenceNumber);
    }
    return report;
  };
}

/** Reports the matches of one alert, in the order of the shard, until one fails or the hour is full. */
async function reportAlert(deps: ReportDeps, matches: Match[], report: AlertReport): Promise<void> {
  for (const [i, match] of matches.entries()) {
    try {
      const name = nameEvent(match);
      // The event of a redelivered change has its place in the hour already.
      const known = await deps.events.get(name);
      if (known === undefined && !(await hasRoom(deps, match.alert))) {
        const left = matches.length - i;
        await deps.limits.addSuppressed(match.alert, left);
        report.alerts_suppressed += left;
        return;
      }
      const event = known ?? (await storeEvent(deps, match));
      if (await sendEvent(deps, name, event)) report.alerts_reported += 1;
    } catch (error) {
      noteFailure(report, error, match.sequence_number);
      return;
    }
  }
}

function nameEvent({ alert: { tenant, name }, fired_at, event_id }: Match): EventName {
  return { tenant, name, fired_at, event_id };
}

/** Returns whether an alert and all alerts of its tenant may report more in this hour. */
export async function hasRoom(
  { limits, now }: Pick<ReportDeps, 'limits' | 'now'>,
  alert: Alert,
): Promise<boolean> {
  const { tenant, name, most_per_hour } = alert;
  const hour = hourOf(now());
  if ((await limits.addReported({ tenant, name, hour }, 0)) >= most_per_hour) return false;
  const of_tenant = await limits.addReported({ tenant, name: ALL_ALERTS, hour }, 0);
  return of_tenant < MOST_PER_TENANT_AND_HOUR;
}

/** Stores the event of a match and counts it in its hour. Returns the event as it is stored. */
async function storeEvent(deps: ReportDeps, match: Match): Promise<AlertEvent> {
  const { alert, row, event_id, fired_at } = match;
  const { source, record_id, sentiment } = row;
  const suppressed_before = await deps.limits.takeSuppressed(alert);
  const event: AlertEvent = {
    ...{ event_id, kind: 'record', fired_at, source, record_id, sentiment },
    ...(suppressed_before === 0 ? {} : { suppressed_before }),
    deliveries: planDeliveries(alert),
  };
  const stored = await deps.events.create(nameEvent(match), event);
  if (stored !== undefined) return stored;
  await countReported(deps, alert);
  return event;
}

/** Counts an event in its hour. */
export async function countReported(
  { limits, now }: Pick<ReportDeps, 'limits' | 'now'>,
  { tenant, name: own_name }: Alert,
): Promise<void> {
  const hour = hourOf(now());
  for (const name of [own_name, ALL_ALERTS]) {
    void (await limits.addReported({ tenant, name, hour }, 1));
  }
}

/**
 * Sends a message for each destination at which the delivery has not begun.
 *
 * @returns whether there was one.
 */
export async function sendEvent(
  { queue }: Pick<ReportDeps, 'queue'>,
  name: EventName,
  { deliveries }: AlertEvent,
): Promise<boolean> {
  let has_sent = false;
  for (const [destination, { state, attempts }] of deliveries.entries()) {
    if (state !== 'pending' || attempts.length > 0) continue;
    await queue.send({ ...name, destination, attempt: 1 }, 0);
    has_sent = true;
  }
  return has_sent;
}

export function planDeliveries({ to }: Pick<Alert, 'to'>): AlertDelivery[] {
  return to.map(({ kind, url }) => {
    const { host } = new URL(url);
    return { kind, host, state: 'pending', attempts: [] };
  });
}

function groupByAlert(matches: Match[]): Match[][] {
  const groups = new Map<RecordAlert, Match[]>();
  for (const match of matches) groups.set(match.alert, [...(groups.get(match.alert) ?? []), match]);
  return [...groups.values()];
}

function noteFailure(report: AlertReport, error: unknown, sequence_number: string | undefined) {
  if (!(error instanceof ServiceError)) throw error;
  report.failed_alerts += 1;
  if (!report.error_codes.includes(error.code)) report.error_codes.push(error.code);
  report.failed_from = earlierOf(report.failed_from, sequence_number);
}

/** Returns the earlier of two changes of one shard. A sequence number has up to 40 digits. */
export function earlierOf(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return BigInt(one) < BigInt(other) ? one : other;
}

function hourOf(now: number): string {
  return new Date(now).toISOString().slice(0, 13);
}
