import { marshall } from '@aws-sdk/util-dynamodb';
import type { JobStore } from '../../../jobs/ports.ts';
import { type JobsTable, rowUpdate } from './row.ts';
import { requireToo, updateRow } from './update-row.ts';

/**
 * Creates the functions of the job store that let one invocation at a time submit a job. In the
 * following example, the invocation A hands a job over to B, and the queue delivers the message of A
 * twice. Afterwards B is killed:
 *
 *     A  take     if no lease, or ended, or owner is A   the lease of A ends at 10:05
 *     A  advance  if owner is A                          the lease of A ends at 10:06
 *     B  take     if … or owner is A, or owner is B      the lease of B ends at 10:07
 *     C  take     if … or owner is A, or owner is C      refused: C has the message of A too
 *     A  advance  if owner is A                          refused
 *     D  take     if … or ended                          at 10:08 the sweeper's message takes over
 *
 * The condition `owner is B` in the call of B makes a repeated call succeed whose first answer was
 * lost.
 */
export function createLease(
  table: JobsTable,
  get: JobStore['get'],
): Pick<JobStore, 'takeLease' | 'advance' | 'postpone'> {
  return {
    async takeLease(job_id, states, lease, { from = lease.owner, now }) {
      const update = rowUpdate(job_id, states, { lease, due_at: lease.until });
      const is_free =
        'attribute_not_exists(#lease) OR #lease.#until <= :now OR #lease.#owner IN (:from, :owner)';
      const values = { ':now': new Date(now).toISOString(), ':from': from, ':owner': lease.owner };
      const names = { '#owner': 'owner', '#until': 'until' };
      return updateRow(table, requireToo(update, is_free, names, marshall(values)));
    },
    advance: createAdvance(table, get),
    async postpone({ job_id, status, due_at }, later) {
      const update = rowUpdate(job_id, [status], { due_at: later });
      // A repeated call whose first answer was lost finds the new time.
      const is_unchanged = '#due_at IN (:seen, :due_at)';
      return updateRow(
        table,
        requireToo(update, is_unchanged, {}, marshall({ ':seen': due_at ?? later })),
      );
    },
  };
}

function createAdvance(table: JobsTable, get: JobStore['get']): JobStore['advance'] {
  return async (job_id, states, field, position, lease) => {
    const update = rowUpdate(job_id, states, { [field]: position, lease, due_at: lease.until });
    const is_ahead =
      `#lease.#owner = :owner AND (attribute_not_exists(#${field}) OR ` +
      `(#${field}.#records <= :records AND #${field}.#bytes <= :bytes))`;
    const names = { '#owner': 'owner', '#records': 'records', '#bytes': 'bytes' };
    const values = marshall({
      ':owner': lease.owner,
      ':records': position.records,
      ':bytes': position.bytes,
    });
    const moved = await updateRow(table, requireToo(update, is_ahead, names, values));
    if (moved !== undefined) return moved;
    const job = await get(job_id);
    const is_owner = job?.lease?.owner === lease.owner;
    return is_owner && states.includes(job.status) ? job : undefined;
  };
}
