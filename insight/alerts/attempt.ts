import { retryDelaySeconds } from '../../jobs/callbacks/delays.ts';
import type { PostOutcome } from '../../jobs/callbacks/post.ts';
import type { AlertDelivery, AlertEvent } from '../../schemas/index.ts';
import type { AlertEvents, EventName } from './ports.ts';

/** One attempt to send an event to one of its destinations. */
export interface AttemptMessage extends EventName {
  /** Number of the destination, counted from 0. */
  destination: number;
  /** Number of the attempt, counted from 1. */
  attempt: number;
}

/**
 * The outcome of one attempt. `dropped`: the record is withdrawn or matches no more, or the alert or digest
 * was deleted. `ignored`: the attempt was not due, or another invocation has recorded it.
 */
export type DeliverOutcome = 'delivered' | 'retrying' | 'failed' | 'dropped' | 'ignored';

export interface AttemptDeps<Message extends AttemptMessage> {
  events: Pick<AlertEvents, 'get' | 'setDelivery'>;
  /** Sends the message of the next attempt. */
  requeue: (message: Message, delay_seconds: number) => Promise<void>;
  /** Sends the event. Returns undefined if it must no longer be sent. */
  send: (
    message: Message,
    event: AlertEvent,
    delivery: AlertDelivery,
  ) => Promise<PostOutcome | undefined>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the function that makes one attempt to send an event to one of its destinations, and records the
 * attempt. If the function dies before it records the attempt, the next delivery of the message repeats it under
 * the same delivery id.
 */
export function createAttempt<Message extends AttemptMessage>(
  deps: AttemptDeps<Message>,
): (message: Message) => Promise<DeliverOutcome> {
  const retry = async (message: Message): Promise<DeliverOutcome> => {
    const { attempt } = message;
    await deps.requeue({ ...message, attempt: attempt + 1 }, retryDelaySeconds(attempt) ?? 0);
    return 'retrying';
  };
  return async (message) => {
    const event = await deps.events.get(message);
    const delivery = event?.deliveries[message.destination];
    if (event === undefined || delivery?.state !== 'pending') return 'ignored';
    // The attempt was recorded, and the message of the next one was perhaps not sent.
    if (delivery.attempts.length === message.attempt) return retry(message);
    if (delivery.attempts.length !== message.attempt - 1) return 'ignored';
    const started_at = deps.now();
    const outcome = await deps.send(message, event, delivery);
    const finish = finishWith(deps, message);
    if (outcome === undefined) return finish({ ...delivery, state: 'dropped' });
    const attempt = {
      attempted_at: new Date(started_at).toISOString(),
      duration_ms: Math.round(deps.now() - started_at),
      ...outcome,
    };
    const attempts = [...delivery.attempts, attempt];
    if (isDelivered(outcome)) return finish({ ...delivery, state: 'delivered', attempts });
    if (retryDelaySeconds(message.attempt) === undefined) {
      return finish({ ...delivery, state: 'failed', attempts });
    }
    const is_recorded = await deps.events.setDelivery(message, { ...delivery, attempts });
    return is_recorded ? retry(message) : 'ignored';
  };
}

function finishWith(
  { events }: Pick<AttemptDeps<AttemptMessage>, 'events'>,
  message: AttemptMessage,
) {
  return async (
    delivery: AlertDelivery & { state: Exclude<AlertDelivery['state'], 'pending'> },
  ): Promise<DeliverOutcome> => {
    const is_recorded = await events.setDelivery(message, delivery);
    return is_recorded ? delivery.state : 'ignored';
  };
}

function isDelivered(outcome: PostOutcome): boolean {
  return 'status' in outcome && outcome.status >= 200 && outcome.status < 300;
}
