import type { Alert } from '../../schemas/index.ts';
import type { AlertRules } from './ports.ts';

/** Age at which the alerts are read again, in milliseconds. A new alert takes effect this much later. */
const ALERTS_KEPT_MS = 5_000;

/**
 * Creates the function that returns the alerts of all tenants by tenant, and keeps them in memory for some
 * seconds. So a batch costs no read, and a deployment without alerts one small query every few seconds.
 */
export function createKnownAlerts({
  rules,
  now,
}: {
  rules: Pick<AlertRules, 'list'>;
  now: () => number;
}): () => Promise<ReadonlyMap<string, Alert[]>> {
  let known: { read_at: number; alerts: Map<string, Alert[]> } | undefined;
  return async () => {
    const read_at = now();
    if (known !== undefined && read_at - known.read_at < ALERTS_KEPT_MS) return known.alerts;
    const alerts = new Map<string, Alert[]>();
    for (const alert of await rules.list()) {
      alerts.set(alert.tenant, [...(alerts.get(alert.tenant) ?? []), alert]);
    }
    known = { read_at, alerts };
    return alerts;
  };
}
