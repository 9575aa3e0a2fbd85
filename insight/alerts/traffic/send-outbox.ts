import { createHash } from 'node:crypto';
import type { AlertEvent, TrafficAlert, Transition } from '../../../schemas/index.ts';
import type { AlertEvents, AlertLimits, AlertQueue, EventName, Incidents } from '../ports.ts';
import { isMuted } from '../read-matches.ts';
import { countReported, hasRoom, planDeliveries, sendEvent } from '../report.ts';
import { writeMinuteEnd } from './tallies.ts';

export interface SendOutboxDeps {
  events: Pick<AlertEvents, 'create' | 'get'>;
  incidents: Pick<Incidents, 'open' | 'resolve'>;
  limits: AlertLimits;
  queue: AlertQueue;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Stores the events and incidents of the outbox of an alert, and sends the messages. Sending it again
 * repeats nothing: the ids come from the outbox, and only a delivery that has not begun gets a message.
 */
export async function sendOutbox(
  deps: SendOutboxDeps,
  alert: TrafficAlert,
  outbox: Transition[],
): Promise<void> {
  for (const transition of outbox) {
    await storeIncident(deps, alert, transition);
    const name = nameEvent(alert, transition, transition.kind);
    const event = (await deps.events.get(name)) ?? (await storeEvent(deps, alert, transition));
    void (await sendEvent(deps, name, event));
  }
}

async function storeIncident(
  { incidents }: SendOutboxDeps,
  { tenant, name, kind }: TrafficAlert,
  { kind: change, incident_id, fired_in, minute, finding }: Transition,
): Promise<void> {
  const fired_at = writeMinuteEnd(fired_in);
  if (change === 'resolved') {
    const resolved = { resolved_at: writeMinuteEnd(minute), resolved: finding };
    return incidents.resolve(tenant, { incident_id, fired_at, ...resolved });
  }
  const { source } = finding;
  await incidents.open(tenant, {
    ...{ incident_id, alert: name, kind, source, fired_at, fired: finding },
  });
}

async function storeEvent(
  deps: SendOutboxDeps,
  alert: TrafficAlert,
  transition: Transition,
): Promise<AlertEvent> {
  const { kind, incident_id, finding } = transition;
  const name = nameEvent(alert, transition, kind);
  const not_sent = await findReasonNotToSend(deps, alert, transition);
  const event: AlertEvent = {
    ...{ event_id: name.event_id, kind, fired_at: name.fired_at },
    ...{ source: finding.source, incident_id, finding },
    ...(not_sent === undefined ? {} : { not_sent }),
    deliveries: not_sent === undefined ? planDeliveries(alert) : [],
  };
  const stored = await deps.events.create(name, event);
  if (stored !== undefined) return stored;
  if (not_sent === undefined) await countReported(deps, alert);
  return event;
}

/** A resolution is sent if its firing was, so that a receiver sees both or none. */
async function findReasonNotToSend(
  deps: SendOutboxDeps,
  alert: TrafficAlert,
  transition: Transition,
): Promise<AlertEvent['not_sent']> {
  if (isMuted(alert, new Date(deps.now()).toISOString())) return 'muted';
  if (transition.kind === 'fired') {
    return (await hasRoom(deps, alert)) ? undefined : 'over_limit';
  }
  const fired = await deps.events.get(nameEvent(alert, transition, 'fired'));
  return fired?.not_sent;
}

function nameEvent(
  { tenant, name }: TrafficAlert,
  { incident_id, fired_in, minute }: Transition,
  kind: Transition['kind'],
): EventName {
  const event_id = createHash('sha256').update(`${incident_id}#${kind}`).digest('hex').slice(0, 32);
  return { tenant, name, event_id, fired_at: writeMinuteEnd(kind === 'fired' ? fired_in : minute) };
}
