import type { JobProgress } from '../../jobs/progress.ts';
import type { SetAside } from '../../schemas/index.ts';
import type { BatchContext } from './batch.ts';
import { type StreamItem, setAsideOf } from './decode/decode.ts';
import type { Unreadable } from './decode/unreadable.ts';
import type { SetAsides } from './ports.ts';
import { countInJobs, type JobOf } from './progress.ts';
import { putBefore } from './put.ts';

/**
 * Stores set-asides, and returns the set-asides that were stored. If a set-aside could not be
 * stored, Lambda delivers the record again.
 */
export async function keepSetAsides(
  store: SetAsides,
  set_asides: SetAside[],
  { delivery, tally }: BatchContext,
): Promise<SetAside[]> {
  tally.addReasons(set_asides.map(({ reason }) => reason));
  const { kept, failed } = await putBefore(delivery, 's3', store, set_asides);
  tally.addFailed(
    failed.map(({ entry, code }) => {
      const { shard_id, sequence_number, sub_sequence_number } = entry;
      const position = { shard_id, sequence_number, sub_sequence_number };
      return { stage: 'set_asides', code, position };
    }),
  );
  return kept;
}

/** A record that can never have a result, with the reason. */
export interface Rejected {
  item: StreamItem;
  why: Unreadable;
}

export interface SetAsideDeps {
  set_asides: SetAsides;
  progress: JobProgress;
}

/**
 * Stores the set-asides of rejected records. After the set-aside of a record is stored, the
 * record is counted in its job.
 */
export async function setAside(
  rejected: Rejected[],
  deps: SetAsideDeps,
  job_of: JobOf,
  context: BatchContext,
): Promise<void> {
  const items = new Map(rejected.map(({ item, why }) => [setAsideOf(item, why), item]));
  const kept = await keepSetAsides(deps.set_asides, [...items.keys()], context);
  const ended = kept.flatMap((entry) => {
    const item = items.get(entry);
    return item === undefined ? [] : [{ item, outcome: 'set_aside' as const }];
  });
  const counted = await countInJobs(ended, deps.progress, job_of, context);
  // Wait before adding, because `+= await` reads the sum before the wait and would lose concurrent
  // additions.
  context.tally.set_asides += counted;
}
