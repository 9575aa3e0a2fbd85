import type { Post, PostOutcome } from '../../jobs/callbacks/post.ts';
import type {
  AlertDelivery,
  AlertDestination,
  AlertEvent,
  AlertMessage,
  Result,
} from '../../schemas/index.ts';
import type { CurrentRow } from '../history/ports.ts';
import { createAttempt, type DeliverOutcome } from './attempt.ts';
import { formatBody, type Occasion } from './format.ts';
import { matchesFilter } from './match.ts';
import type { AlertEvents, AlertQueue, AlertRules } from './ports.ts';
import { type SignDeps, signHeaders } from './sign.ts';

export interface DeliverDeps extends SignDeps {
  rules: Pick<AlertRules, 'get'>;
  events: Pick<AlertEvents, 'get' | 'setDelivery'>;
  queue: AlertQueue;
  rows: CurrentRow;
  post: Post;
}

/**
 * Creates the function that makes one attempt to send an event to one of its destinations. The text is read at
 * each attempt from the row of the record and is stored nowhere else, so a withdrawn record is not sent, and an
 * erasure has nothing more to erase.
 */
export function createDeliver(
  deps: DeliverDeps,
): (message: AlertMessage) => Promise<DeliverOutcome> {
  return createAttempt<AlertMessage>({
    events: deps.events,
    requeue: (message, delay_seconds) => deps.queue.send(message, delay_seconds),
    now: deps.now,
    async send(message, event, delivery) {
      const occasion = await readOccasion(deps, message, event);
      const destination = occasion?.alert.to[message.destination];
      if (occasion === undefined || destination === undefined) return undefined;
      return isSame(destination, delivery)
        ? send(deps, message, { destination, occasion })
        : undefined;
    },
  });
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
  deps: DeliverDeps,
  { tenant, event_id, destination: number }: AlertMessage,
  { destination, occasion }: { destination: AlertDestination; occasion: Occasion },
): Promise<PostOutcome> {
  const body = formatBody(destination.kind, occasion);
  const headers = { 'content-type': 'application/json', 'user-agent': 'AuraStream' };
  if (destination.kind !== 'webhook') return deps.post(destination.url, headers, body);
  const signed = await signHeaders(deps, body, {
    ...{ tenant, event: `alert.${occasion.event.kind}`, delivery: `${event_id}-${number}` },
  });
  return deps.post(destination.url, { ...headers, ...signed }, body);
}
