import { retryDelaySeconds } from '../../jobs/callbacks/delays.ts';
import type { Post, PostOutcome } from '../../jobs/callbacks/post.ts';
import {
  type AlertDelivery,
  type AlertDestination,
  type AlertEvent,
  type AlertMessage,
  deriveCallbackSecret,
  type Result,
  signCallback,
} from '../../schemas/index.ts';
import type { CurrentRow } from '../history/ports.ts';
import { formatBody, type Occasion } from './format.ts';
import { matchesFilter } from './match.ts';
import type { AlertEvents, AlertQueue, AlertRules } from './ports.ts';

export interface DeliverDeps {
  rules: Pick<AlertRules, 'get'>;
  events: Pick<AlertEvents, 'get' | 'setDelivery'>;
  queue: AlertQueue;
  rows: CurrentRow;
  post: Post;
  /** Returns the secrets of the deployment from which those of each tenant are derived. */
  secrets: () => Promise<string[]>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * The outcome of one attempt. `dropped`: the record is withdrawn or matches no more, or the alert was
 * deleted. `ignored`: the attempt was not due, or another invocation has recorded it.
 */
export type DeliverOutcome = 'delivered' | 'retrying' | 'failed' | 'dropped' | 'ignored';

/**
 * Creates the function that makes one attempt to send an event to one of its destinations, and records the
 * attempt. The text is read at each attempt from the row of the record and is stored nowhere else, so a
 * withdrawn record is not sent, and an erasure has nothing more to erase. If the function dies before it
 * records the attempt, the next delivery of the message repeats it under the same delivery id.
 */
export function createDeliver(
  deps: DeliverDeps,
): (message: AlertMessage) => Promise<DeliverOutcome> {
  return async (message) => {
    const event = await deps.events.get(message);
    const delivery = event?.deliveries[message.destination];
    if (event === undefined || delivery?.state !== 'pending') return 'ignored';
    // The attempt was recorded, and the message of the next one was perhaps not sent.
    if (delivery.attempts.length === message.attempt) return retry(deps, message);
    if (delivery.attempts.length !== message.attempt - 1) return 'ignored';
    const occasion = await readOccasion(deps, message, event);
    const destination = occasion?.alert.to[message.destination];
    if (occasion === undefined || destination === undefined || !isSame(destination, delivery)) {
      return finish(deps, message, { ...delivery, state: 'dropped' });
    }
    const started_at = deps.now();
    const outcome = await send(deps, message, { destination, occasion });
    const attempt = {
      attempted_at: new Date(started_at).toISOString(),
      duration_ms: Math.round(deps.now() - started_at),
      ...outcome,
    };
    const attempts = [...delivery.attempts, attempt];
    if (isDelivered(outcome)) {
      return finish(deps, message, { ...delivery, state: 'delivered', attempts });
    }
    if (retryDelaySeconds(message.attempt) === undefined) {
      return finish(deps, message, { ...delivery, state: 'failed', attempts });
    }
    const is_recorded = await deps.events.setDelivery(message, { ...delivery, attempts });
    return is_recorded ? retry(deps, message) : 'ignored';
  };
}

async function retry({ queue }: DeliverDeps, message: AlertMessage): Promise<DeliverOutcome> {
  const { attempt } = message;
  await queue.send({ ...message, attempt: attempt + 1 }, retryDelaySeconds(attempt) ?? 0);
  return 'retrying';
}

/** An alert that was replaced may have other destinations than the event was planned for. */
function isSame({ kind, url }: AlertDestination, delivery: AlertDelivery): boolean {
  return kind === delivery.kind && new URL(url).host === delivery.host;
}

/** Returns undefined if the event must no longer be sent. */
async function readOccasion(
  { rules, rows }: DeliverDeps,
  { tenant, name }: AlertMessage,
  event: AlertEvent,
): Promise<Occasion | undefined> {
  const alert = await rules.get(tenant, name);
  if (alert === undefined) return undefined;
  if (event.kind !== 'record') return { alert, event };
  if (alert.kind !== 'record') return undefined;
  const row = await readRow(rows, tenant, event);
  return row !== undefined && matchesFilter(alert.filter, row) ? { alert, event, row } : undefined;
}

async function readRow(
  rows: CurrentRow,
  tenant: string,
  { source, record_id }: AlertEvent,
): Promise<Result | undefined> {
  if (source === undefined || record_id === undefined) return undefined;
  return rows.get({ tenant, source, record_id });
}

async function send(
  { post, secrets, now }: DeliverDeps,
  { tenant, event_id, destination: number }: AlertMessage,
  { destination, occasion }: { destination: AlertDestination; occasion: Occasion },
): Promise<PostOutcome> {
  const body = formatBody(destination.kind, occasion);
  const headers = { 'content-type': 'application/json', 'user-agent': 'AuraStream' };
  if (destination.kind !== 'webhook') return post(destination.url, headers, body);
  const timestamp = Math.floor(now() / 1_000);
  const signatures = (await secrets()).map((secret) =>
    signCallback(deriveCallbackSecret(secret, tenant), timestamp, body),
  );
  return post(
    destination.url,
    {
      ...headers,
      'x-aurastream-event': `alert.${occasion.event.kind}`,
      'x-aurastream-delivery': `${event_id}-${number}`,
      'x-aurastream-timestamp': String(timestamp),
      'x-aurastream-signature': signatures.join(','),
    },
    body,
  );
}

function isDelivered(outcome: PostOutcome): boolean {
  return 'status' in outcome && outcome.status >= 200 && outcome.status < 300;
}

async function finish(
  { events }: DeliverDeps,
  message: AlertMessage,
  delivery: AlertDelivery & { state: Exclude<AlertDelivery['state'], 'pending'> },
): Promise<DeliverOutcome> {
  const is_recorded = await events.setDelivery(message, delivery);
  return is_recorded ? delivery.state : 'ignored';
}
