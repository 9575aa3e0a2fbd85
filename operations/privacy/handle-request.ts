import {
  type AuditTrail,
  AuditUnavailable,
  beginAct,
  codeOf,
  endAct,
} from '../../audit/record-act.ts';
import {
  type AuditAct,
  type AuditCaller,
  type PrivacyFailure,
  type PrivacyMessage,
  ServiceError,
} from '../../schemas/index.ts';
import { buildAct } from './build-act.ts';
import type { PrivacyQueue, PrivacyRequestLog } from './ports.ts';

/**
 * Largest number of messages about one request. At most a minute passes between two of them while a
 * request waits, so a request ends by itself after two days.
 */
export const MAX_HOPS = 3_000;
/** Time after which a request that waits for something is looked at again, in seconds. */
const WAIT_SECONDS = 60;

/** How a slice of the work has ended: `again` at once, or after a pause if the work `waits`. */
export type Slice =
  | { status: 'done'; counts: Record<string, number> }
  | { status: 'again' | 'waits' }
  | { status: 'failed'; reason: PrivacyFailure };

export interface HandleRequestDeps {
  queue: PrivacyQueue;
  requests: PrivacyRequestLog;
  /** Opens the audit trail for a caller. */
  trailOf: (caller: AuditCaller) => AuditTrail;
  /**
   * Goes on with a request until it is done, or the time of the invocation is up. The request may be new,
   * may have been begun by an invocation that crashed, or may be done.
   *
   * @throws {ServiceError} if a service fails.
   */
  work: (message: PrivacyMessage) => Promise<Slice>;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/** The act of a request. It has an id once the audit trail has its beginning. */
interface OpenAct {
  trail: AuditTrail;
  act: AuditAct;
  act_id?: string | undefined;
}

/**
 * Does a slice of a request. The act is in the audit trail before the first slice: without it, nothing is
 * done. If more is to do, another message goes on. A crash does no harm, because SQS delivers the message
 * again, and each page of the work can be done again. The trail then has another beginning of the act.
 *
 * @param is_last whether SQS delivers the message no more if it fails. The request then has failed.
 * @throws {AuditUnavailable} if the beginning of the act cannot be written.
 * @throws {ServiceError} if a service fails. SQS delivers the message again.
 */
export async function handleRequest(
  deps: HandleRequestDeps,
  message: PrivacyMessage,
  { is_last }: { is_last: boolean },
): Promise<Slice['status']> {
  const { request, selector, caller } = message;
  const act = buildAct(request.kind === 'erasure' ? 'erase' : 'export', selector);
  const open: OpenAct = { trail: deps.trailOf(caller), act, act_id: message.act_id };
  try {
    return await doSlice(deps, message, open);
  } catch (error) {
    if (is_last || error instanceof TooManyHops) {
      await fail(deps, message, open, { reason: nameReason(error), error_code: codeOf(error) });
    }
    throw error;
  }
}

async function doSlice(
  deps: HandleRequestDeps,
  message: PrivacyMessage,
  open: OpenAct,
): Promise<Slice['status']> {
  const { request, hops } = message;
  if (hops > MAX_HOPS) throw new TooManyHops(request.request_id);
  // A request that had failed goes on if an operator moves its dead letter back to the queue.
  await deps.requests.put({ ...request, touched_at: new Date(deps.now()).toISOString() });
  if (!request.dry_run) open.act_id ??= await beginAct(open.trail, open.act);
  const slice = await deps.work(message);
  if (slice.status === 'failed') {
    await fail(deps, message, open, { reason: slice.reason });
    return 'failed';
  }
  if (slice.status === 'done') {
    if (open.act_id !== undefined) {
      await endAct(open.trail, open.act_id, open.act, { outcome: 'done', counts: slice.counts });
    }
    return 'done';
  }
  const { act_id } = open;
  const next = { ...message, hops: hops + 1, ...(act_id && { act_id }) };
  await deps.queue.send(next, slice.status === 'waits' ? WAIT_SECONDS : 0);
  return slice.status;
}

/** Stores that a request has failed, and ends its act. */
async function fail(
  { requests, now }: Pick<HandleRequestDeps, 'requests' | 'now'>,
  { request }: PrivacyMessage,
  { trail, act, act_id }: OpenAct,
  { reason, error_code }: { reason: PrivacyFailure; error_code?: string | undefined },
): Promise<void> {
  const failed_at = new Date(now()).toISOString();
  await requests.put({ ...request, touched_at: failed_at, failure: { reason, failed_at } });
  if (act_id === undefined) return;
  await endAct(trail, act_id, act, { outcome: 'failed', ...(error_code && { error_code }) });
}

function nameReason(error: unknown): PrivacyFailure {
  if (error instanceof TooManyHops) return 'timed_out';
  if (error instanceof AuditUnavailable) return 'audit_unavailable';
  return error instanceof ServiceError ? 'service_unavailable' : 'internal_error';
}

/** The error for a request that has waited for two days. Its message becomes a dead letter. */
class TooManyHops extends Error {
  override name = 'TooManyHops';
  constructor(request_id: string) {
    super(`The request ${request_id} has not ended after ${MAX_HOPS} messages`);
  }
}
