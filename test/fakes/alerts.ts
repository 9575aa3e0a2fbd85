import type {
  AlertEvents,
  AlertLimits,
  AlertQueue,
  AlertRules,
  Incidents,
  TrafficStates,
} from '../../insight/alerts/ports.ts';
import type {
  Alert,
  AlertEvent,
  AlertMessage,
  Incident,
  TrafficState,
} from '../../schemas/index.ts';

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

/** Creates the states of alerts on traffic in memory. */
export function createFakeTrafficStates(): TrafficStates {
  const states = new Map<string, TrafficState>();
  const keyOf = (tenant: string, name: string) => `${tenant}#${name}`;
  return {
    async list(tenant) {
      const own = [...states].filter(([key]) => key.startsWith(`${tenant}#`));
      return new Map(own.map(([key, state]) => [key.slice(tenant.length + 1), state]));
    },
    async put(tenant, name, state) {
      const key = keyOf(tenant, name);
      if ((states.get(key)?.version ?? 0) !== state.version) return undefined;
      const next = { ...state, version: state.version + 1 };
      states.set(key, next);
      return next;
    },
    delete: async (tenant, name) => void states.delete(keyOf(tenant, name)),
  };
}

/** Creates the incidents of alerts on traffic in memory. */
export function createFakeIncidents(): Incidents {
  const stored = new Map<string, { tenant: string; incident: Incident }>();
  const positionOf = ({ fired_at, incident_id }: Pick<Incident, 'fired_at' | 'incident_id'>) =>
    `${fired_at}#${incident_id}`;
  return {
    async open(tenant, incident) {
      const key = `${tenant}#${positionOf(incident)}`;
      if (!stored.has(key)) stored.set(key, { tenant, incident });
    },
    async resolve(tenant, { resolved_at, resolved, ...name }) {
      const key = `${tenant}#${positionOf(name)}`;
      const known = stored.get(key);
      if (known === undefined) return;
      stored.set(key, { tenant, incident: { ...known.incident, resolved_at, resolved } });
    },
    async list({ tenant, from, to, limit, before }) {
      const found = [...stored.values()]
        .filter((one) => one.tenant === tenant)
        .map(({ incident }) => incident)
        .filter(({ fired_at }) => fired_at >= from && fired_at < to)
        .filter((incident) => before === undefined || positionOf(incident) < before)
        .sort((one, other) => (positionOf(one) < positionOf(other) ? 1 : -1));
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        incidents: page,
        next: found.length > limit && last !== undefined ? positionOf(last) : undefined,
      };
    },
  };
}
