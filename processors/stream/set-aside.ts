import type { JobProgress } from '../../jobs/progress.ts';
import type { BatchContext } from './batch.ts';
import { type Rejected, type StreamItem, setAsideOf } from './decode/decode.ts';
import type { Entry } from './decode/entry.ts';
import type { SetAsides } from './ports.ts';
import { countInJobs, type JobOf } from './progress.ts';
import { putBefore } from './put.ts';

/**
 * Stores the set-asides of rejected records, and returns the records whose set-asides were stored.
 * If a set-aside could not be stored, Lambda delivers the record again.
 */
export async function keepSetAsides<Item extends Entry>(
  store: SetAsides,
  rejected: Rejected<Item>[],
  { delivery, tally }: BatchContext,
): Promise<Item[]> {
  tally.addReasons(rejected.map(({ why }) => why.reason));
  const item_of = new Map(rejected.map(({ item, why }) => [setAsideOf(item, why), item]));
  const { kept, failed } = await putBefore(delivery, 's3', store, [...item_of.keys()]);
  for (const { entry, code } of failed) {
    const { delivered_as = '' } = item_of.get(entry) ?? {};
    tally.addFailed([{ stage: 'set_asides', code, delivered_as }]);
  }
  return kept.flatMap((entry) => item_of.get(entry) ?? []);
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
  rejected: Rejected<StreamItem>[],
  deps: SetAsideDeps,
  job_of: JobOf,
  context: BatchContext,
): Promise<void> {
  const kept = await keepSetAsides(deps.set_asides, rejected, context);
  const ended = kept.map((item) => ({ item, outcome: 'set_aside' as const }));
  const counted = await countInJobs(ended, deps.progress, job_of, context);
  // Wait before adding, because `+= await` reads the sum before the wait and would lose concurrent
  // additions.
  context.tally.set_asides += counted;
}
