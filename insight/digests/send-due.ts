import { createHash } from 'node:crypto';
import type { AlertEvent, DigestDefinition, DigestMessage } from '../../schemas/index.ts';
import type { AlertEvents } from '../alerts/ports.ts';
import { planDeliveries } from '../alerts/report.ts';
import { lastPeriod } from './period.ts';
import type { DigestQueue, Digests } from './ports.ts';

const HOUR_MS = 3_600_000;

export interface SendDueDeps {
  digests: Pick<Digests, 'list'>;
  events: Pick<AlertEvents, 'create'>;
  queue: DigestQueue;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the function that sends the digests whose hour has come. A digest has one event for each period, which
 * is stored on the condition that it does not exist, so that a digest is sent once however often the function runs.
 * It then sends only the messages of deliveries that have no attempt. A new digest starts with the last period that
 * is over.
 *
 * @returns the number of messages that were sent.
 */
export function createSendDue(deps: SendDueDeps): () => Promise<number> {
  return async () => {
    let sent = 0;
    for (const digest of await deps.digests.list()) {
      const message = nameMessage(digest, deps.now());
      const event: AlertEvent = {
        ...{ event_id: message.event_id, kind: 'digest', fired_at: message.fired_at },
        deliveries: planDeliveries(digest),
      };
      const { deliveries } = (await deps.events.create(message, event)) ?? event;
      for (const [destination, { state, attempts }] of deliveries.entries()) {
        if (state !== 'pending' || attempts.length > 0) continue;
        await deps.queue.send({ ...message, destination, attempt: 1 }, 0);
        sent += 1;
      }
    }
    return sent;
  };
}

/** Names the last period whose hour has come, and its event. */
function nameMessage(
  { tenant, name, cadence, source = '', hour }: DigestDefinition,
  now: number,
): Omit<DigestMessage, 'destination' | 'attempt'> {
  const period = lastPeriod(cadence, now - hour * HOUR_MS);
  const identity = JSON.stringify([tenant, name, cadence, source, period.from]);
  return {
    ...{ kind: 'digest', tenant, digest: name, cadence, period },
    ...{ name: nameEvents(name), fired_at: period.to },
    event_id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
  };
}

/** Returns the name under which the events of a digest are stored beside those of alerts. */
export function nameEvents(digest: string): DigestMessage['name'] {
  return `digest:${digest}`;
}
