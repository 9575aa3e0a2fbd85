import { type AuditTrail, beginAct, endAct } from '../../audit/record-act.ts';
import type { AuditCaller, PrivacyMessage } from '../../schemas/index.ts';
import { buildAct } from './build-act.ts';
import type { PrivacyQueue } from './ports.ts';

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
  | { status: 'again' | 'waits' };

export interface HandleRequestDeps {
  queue: PrivacyQueue;
  /** Opens the audit trail for a caller. */
  trailOf: (caller: AuditCaller) => AuditTrail;
  /**
   * Goes on with a request until it is done, or the time of the invocation is up. The request may be new,
   * may have been begun by an invocation that crashed, or may be done.
   *
   * @throws {ServiceError} if a service fails.
   */
  work: (message: PrivacyMessage) => Promise<Slice>;
}

/**
 * Does a slice of a request. The act is in the audit trail before the first slice: without it, nothing is
 * done. If more is to do, another message goes on. A crash does no harm, because SQS delivers the message
 * again, and each page of the work can be done again. The trail then has another beginning of the act.
 *
 * @throws {AuditUnavailable} if the beginning of the act cannot be written.
 * @throws {ServiceError} if a service fails. SQS delivers the message again.
 */
export async function handleRequest(
  { queue, trailOf, work }: HandleRequestDeps,
  message: PrivacyMessage,
): Promise<Slice['status']> {
  const { request, selector, caller, hops } = message;
  if (hops > MAX_HOPS) throw new TooManyHops(request.request_id);
  const act = buildAct(request.kind === 'erasure' ? 'erase' : 'export', selector);
  const trail = trailOf(caller);
  const act_id = request.dry_run ? undefined : (message.act_id ?? (await beginAct(trail, act)));
  const slice = await work(message);
  if (slice.status === 'done') {
    if (act_id !== undefined) {
      await endAct(trail, act_id, act, { outcome: 'done', counts: slice.counts });
    }
    return 'done';
  }
  const next = { ...message, hops: hops + 1, ...(act_id && { act_id }) };
  await queue.send(next, slice.status === 'waits' ? WAIT_SECONDS : 0);
  return slice.status;
}

/** The error for a request that has waited for two days. Its message becomes a dead letter. */
class TooManyHops extends Error {
  override name = 'TooManyHops';
  constructor(request_id: string) {
    super(`The request ${request_id} has not ended after ${MAX_HOPS} messages`);
  }
}
