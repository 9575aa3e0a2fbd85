import type { RecordAlert } from '../../schemas/index.ts';
import type { AlertRules } from './ports.ts';

/** Age at which the alerts are read again, in milliseconds. A new alert takes effect this much later. */
const ALERTS_KEPT_MS = 5_000;

/**
 * Creates the function that returns the alerts on records of all tenants by tenant, and keeps them in memory for some
 * seconds. So a batch costs no read, and a deployment without alerts one small query every few seconds.
 */
export function createKnownAlerts({
  rules,
  now,
}: {
  rules: Pick<AlertRules, 'list'>;
  now: () => number;
}): () => Promise<ReadonlyMap<string, RecordAlert[]>> {
  let known: { read_at: number; alerts: Map<string, RecordAlert[]> } | undefined;
  return async () => {
    const read_at = now();
    if (known !== undefined && read_at - known.read_at < ALERTS_KEPT_MS) return known.alerts;
    const alerts = new Map<string, RecordAlert[]>();
    for (const alert of await rules.list()) {
      if (alert.kind !== 'record') continue;
      alerts.set(alert.tenant, [...(alerts.get(alert.tenant) ?? []), alert]);
    }
    known = { read_at, alerts };
    return alerts;
  };
}
