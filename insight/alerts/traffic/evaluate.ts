import pLimit from 'p-limit';
import { ServiceError, type TrafficAlert, type TrafficState } from '../../../schemas/index.ts';
import type { ReadBuckets } from '../../counts/read.ts';
import type { AlertRules, TrafficStates } from '../ports.ts';
import type { ReadBaselines } from './baselines.ts';
import { beginState, evaluateAlert, firstNeeded } from './evaluate-alert.ts';
import { type SendOutboxDeps, sendOutbox } from './send-outbox.ts';
import { MINUTE_MS, tallyBuckets } from './tallies.ts';

/** Time after the end of a minute at which it is judged first. Until then, its records are counted. */
const LAG_MS = 60_000;
/**
 * Age from which an outbox is one of a run that has died, in milliseconds. It is more than the timeout of
 * the function, so that two runs never send the same outbox at the same time.
 */
const ABANDONED_MS = 55_000;
const TENANTS_AT_A_TIME = 8;

export interface EvaluateDeps extends SendOutboxDeps {
  rules: Pick<AlertRules, 'list'>;
  states: Pick<TrafficStates, 'list' | 'put'>;
  /** Reads exactly the buckets of a range. */
  readBuckets: ReadBuckets;
  readBaselines: ReadBaselines;
}

/** The outcome of a run. */
export interface EvaluateReport {
  /** Number of alerts on traffic, of all tenants. */
  traffic_alerts: number;
  /** Number of alerts of which this run has judged minutes. */
  alerts_evaluated: number;
  fired: number;
  resolved: number;
  /** Number of alerts that could not be evaluated. The next run makes up for them. */
  failed_alerts: number;
  /** Codes of the errors, each once. */
  error_codes: string[];
}

/**
 * Creates the function that judges the minutes that have ended since the last run, for each alert on
 * traffic. It reads the alerts once. Without an alert on traffic, it reads nothing else. A run that
 * finds its minutes judged reads no counts.
 */
export function createEvaluate(deps: EvaluateDeps): () => Promise<EvaluateReport> {
  return async () => {
    const alerts = (await deps.rules.list()).filter((alert) => alert.kind !== 'record');
    const report: EvaluateReport = {
      ...{ traffic_alerts: alerts.length, alerts_evaluated: 0, fired: 0, resolved: 0 },
      ...{ failed_alerts: 0, error_codes: [] },
    };
    const until = Math.floor((deps.now() - LAG_MS) / MINUTE_MS) - 1;
    const limit = pLimit(TENANTS_AT_A_TIME);
    await Promise.all(
      rotate([...groupByTenant(alerts)], until).map(([tenant, of_tenant]) =>
        limit(async () => {
          try {
            await evaluateTenant(deps, { tenant, alerts: of_tenant, until, report });
          } catch (error) {
            noteFailure(report, error, of_tenant.length);
          }
        }),
      ),
    );
    return report;
  };
}

interface TenantTask {
  tenant: string;
  alerts: TrafficAlert[];
  /** The last minute to judge, in minutes since 1970. */
  until: number;
  report: EvaluateReport;
}

async function evaluateTenant(deps: EvaluateDeps, task: TenantTask): Promise<void> {
  const { tenant, alerts, until, report } = task;
  const stored = await deps.states.list(tenant);
  const due: { alert: TrafficAlert; state: TrafficState }[] = [];
  for (const alert of alerts) {
    try {
      const state = await finishOutbox(deps, alert, stored.get(alert.name));
      if (state === 'busy') continue;
      const begun = beginState(alert, state, until);
      if (begun.evaluated_until < until) due.push({ alert, state: begun });
    } catch (error) {
      noteFailure(report, error, 1);
    }
  }
  if (due.length === 0) return;
  const from = Math.min(...due.map(({ alert, state }) => firstNeeded(alert, state)));
  const range = { from: from * MINUTE_MS, to: (until + 1) * MINUTE_MS };
  const [buckets, baselines] = await Promise.all([
    deps.readBuckets({ tenant, time: 'arrived_at', interval: 'minute', ...range }),
    deps.readBaselines(tenant, from, until),
  ]);
  const traffic = { until, minutes: tallyBuckets(buckets), baselines };
  for (const { alert, state } of due) {
    try {
      await storeAndSend(deps, alert, evaluateAlert(alert, state, traffic), report);
    } catch (error) {
      noteFailure(report, error, 1);
    }
  }
}

/**
 * Sends the outbox that a run which died has left.
 *
 * @returns the state with an empty outbox, or `busy` if another run may still send it.
 */
async function finishOutbox(
  deps: EvaluateDeps,
  alert: TrafficAlert,
  state: TrafficState | undefined,
): Promise<TrafficState | 'busy' | undefined> {
  if (state === undefined || state.outbox.length === 0) return state;
  if (deps.now() - state.written_at < ABANDONED_MS) return 'busy';
  // The write takes the outbox over, so that of two later runs only one sends it.
  const taken = await putState(deps, alert, state);
  if (taken === undefined) return 'busy';
  await sendOutbox(deps, alert, taken.outbox);
  return { ...taken, outbox: [] };
}

async function storeAndSend(
  deps: EvaluateDeps,
  alert: TrafficAlert,
  state: TrafficState,
  report: EvaluateReport,
): Promise<void> {
  const stored = await putState(deps, alert, state);
  // Another run has judged these minutes.
  if (stored === undefined) return;
  report.alerts_evaluated += 1;
  if (stored.outbox.length === 0) return;
  await sendOutbox(deps, alert, stored.outbox);
  for (const { kind } of stored.outbox) report[kind] += 1;
  void (await putState(deps, alert, { ...stored, outbox: [] }));
}

function putState(deps: EvaluateDeps, { tenant, name }: TrafficAlert, state: TrafficState) {
  return deps.states.put(tenant, name, { ...state, written_at: deps.now() });
}

/** Lets each run begin with another tenant, so that a run that is cut off leaves out others than the last. */
function rotate<Value>(values: Value[], by: number): Value[] {
  const first = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(first), ...values.slice(0, first)];
}

function groupByTenant(alerts: TrafficAlert[]): Map<string, TrafficAlert[]> {
  const groups = new Map<string, TrafficAlert[]>();
  for (const alert of alerts) {
    groups.set(alert.tenant, [...(groups.get(alert.tenant) ?? []), alert]);
  }
  return groups;
}

function noteFailure(report: EvaluateReport, error: unknown, alerts: number): void {
  if (!(error instanceof ServiceError)) throw error;
  report.failed_alerts += alerts;
  if (!report.error_codes.includes(error.code)) report.error_codes.push(error.code);
}
