import type {
  AlertEvents,
  AlertLimits,
  AlertQueue,
  AlertRules,
} from '../../insight/alerts/ports.ts';
import type { Alert, AlertEvent, AlertMessage } from '../../schemas/index.ts';

/** Creates alerts in memory. */
export function createFakeAlertRules(): AlertRules {
  const alerts = new Map<string, Alert>();
  const keyOf = (tenant: string, name: string) => `${tenant}#${name}`;
  return {
    list: async (tenant) =>
      [...alerts.entries()]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, alert]) => alert)
        .filter((alert) => tenant === undefined || alert.tenant === tenant),
    get: async (tenant, name) => alerts.get(keyOf(tenant, name)),
    put: async (alert) => void alerts.set(keyOf(alert.tenant, alert.name), alert),
    async mute(tenant, name, until) {
      const alert = alerts.get(keyOf(tenant, name));
      if (alert === undefined) return undefined;
      const { muted_until, ...rest } = alert;
      const changed = until === null ? rest : { ...rest, muted_until: until };
      alerts.set(keyOf(tenant, name), changed);
      return changed;
    },
    async delete(tenant, name) {
      const alert = alerts.get(keyOf(tenant, name));
      alerts.delete(keyOf(tenant, name));
      return alert;
    },
  };
}

/** Creates the events of alerts in memory. */
export function createFakeAlertEvents(): AlertEvents {
  const events = new Map<string, { tenant: string; name: string; event: AlertEvent }>();
  const positionOf = ({ fired_at, event_id }: Pick<AlertEvent, 'fired_at' | 'event_id'>) =>
    `${fired_at}#${event_id}`;
  const keyOf = (name: Parameters<AlertEvents['get']>[0]) =>
    `${name.tenant}#${name.name}#${positionOf(name)}`;
  return {
    async create(name, event) {
      const known = events.get(keyOf(name));
      if (known !== undefined) return known.event;
      events.set(keyOf(name), { tenant: name.tenant, name: name.name, event });
      return undefined;
    },
    get: async (name) => events.get(keyOf(name))?.event,
    async setDelivery(message, delivery) {
      const known = events.get(keyOf(message));
      const before = known?.event.deliveries[message.destination];
      if (known === undefined || before?.state !== 'pending') return false;
      if (before.attempts.length !== message.attempt - 1) return false;
      const deliveries = known.event.deliveries.with(message.destination, delivery);
      events.set(keyOf(message), { ...known, event: { ...known.event, deliveries } });
      return true;
    },
    async list({ tenant, name, limit, before }) {
      const found = [...events.values()]
        .filter((one) => one.tenant === tenant && one.name === name)
        .map(({ event }) => event)
        .filter((event) => before === undefined || positionOf(event) < before)
        .sort((one, other) => (positionOf(one) < positionOf(other) ? 1 : -1));
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        events: page,
        next: found.length > limit && last !== undefined ? positionOf(last) : undefined,
      };
    },
  };
}

/** Creates the counters of alerts in memory. */
export function createFakeAlertLimits(): AlertLimits {
  const reported = new Map<string, number>();
  const suppressed = new Map<string, number>();
  return {
    async addReported({ tenant, name, hour }, records) {
      const key = `${tenant}#${name}#${hour}`;
      const sum = (reported.get(key) ?? 0) + records;
      reported.set(key, sum);
      return sum;
    },
    async addSuppressed({ tenant, name }, records) {
      const key = `${tenant}#${name}`;
      suppressed.set(key, (suppressed.get(key) ?? 0) + records);
    },
    async takeSuppressed({ tenant, name }) {
      const key = `${tenant}#${name}`;
      const taken = suppressed.get(key) ?? 0;
      suppressed.delete(key);
      return taken;
    },
  };
}

/** Creates a queue that keeps its messages. */
export function createFakeAlertQueue(): {
  queue: AlertQueue;
  sent: { message: AlertMessage; delay_seconds: number }[];
} {
  const sent: { message: AlertMessage; delay_seconds: number }[] = [];
  return {
    queue: { send: async (message, delay_seconds) => void sent.push({ message, delay_seconds }) },
    sent,
  };
}
