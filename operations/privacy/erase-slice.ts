import { InterruptedError, NoTimeError } from '../../insight/keeper/lease.ts';
import { NotReachedError } from '../../insight/reach/wait-for-table.ts';
import type { PrivacyMessage, SignedReport } from '../../schemas/index.ts';
import { type EraseDeps, ErasureStopped } from '../erase/context.ts';
import { beginErasure, runErasure } from '../erase/erase.ts';
import type { Slice } from './handle-request.ts';

/** Goes on with the erasure of a message, and begins it if there is none of its id. */
export async function eraseSlice(
  deps: EraseDeps,
  { request, selector }: Pick<PrivacyMessage, 'request' | 'selector'>,
): Promise<Slice> {
  const { request_id, dry_run: is_dry_run } = request;
  const requested_at = Date.parse(request.requested_at);
  void (await beginErasure(deps, selector, {
    is_dry_run,
    requested: { erasure_id: request_id, requested_at },
  }));
  try {
    return { status: 'done', counts: countErased(await runErasure(deps, selector, request_id)) };
  } catch (error) {
    if (error instanceof ErasureStopped) return { status: error.waits ? 'waits' : 'again' };
    if (error instanceof NotReachedError || error instanceof NoTimeError)
      return { status: 'waits' };
    if (error instanceof InterruptedError) return { status: 'again' };
    throw error;
  }
}

/** Returns the number of erased things of each store of a report. */
export function countErased({ report }: SignedReport): Record<string, number> {
  return Object.fromEntries(report.stores.map(({ store, count }) => [store, count]));
}
