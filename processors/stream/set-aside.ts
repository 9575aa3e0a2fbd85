import type { JobProgress } from '../../jobs/progress.ts';
import { ServiceError, type StreamRecord } from '../../schemas/index.ts';
import type { BatchContext } from './batch.ts';
import { type Rejected, type StreamItem, setAsideOf } from './decode/decode.ts';
import type { Entry } from './decode/entry.ts';
import type { AuthorKey, IsUnreadable, MaskBytes } from './mask-bytes.ts';
import type { SetAsides } from './ports.ts';
import { countInJobs, type JobOf } from './progress.ts';
import { putBefore } from './put.ts';
import { findOwner } from './set-aside-owner.ts';

/**
 * Stores the set-asides of rejected records, with placeholders for their personal data, and returns the records whose set-asides were stored.
 * If a set-aside could not be stored, Lambda delivers the record again.
 */
export async function keepSetAsides<Item extends Entry & { record?: StreamRecord }>(
  { set_asides, privacy }: Omit<SetAsideDeps, 'progress'>,
  rejected: Rejected<Item>[],
  { delivery, tally }: BatchContext,
): Promise<Item[]> {
  tally.addReasons(rejected.map(({ why }) => why.reason));
  const masked = await Promise.all(
    rejected.map(async ({ item, why }) => {
      const bytes = await maskItem(privacy, item);
      if (bytes instanceof Uint8Array) {
        const is_unreadable = privacy.isUnreadable(item.bytes, item.record);
        // Bytes that could not be masked are shown to no tenant.
        const owner = is_unreadable ? {} : findOwner(item, why.reason);
        const set_aside = setAsideOf({ ...item, bytes }, why, owner);
        return [[is_unreadable ? { ...set_aside, is_unreadable } : set_aside, item] as const];
      }
      tally.addFailed([{ stage: 'privacy', code: bytes.code, delivered_as: item.delivered_as }]);
      return [];
    }),
  );
  const item_of = new Map(masked.flat());
  const { kept, failed } = await putBefore(delivery, 's3', set_asides, [...item_of.keys()]);
  for (const { entry, code } of failed) {
    const { delivered_as = '' } = item_of.get(entry) ?? {};
    tally.addFailed([{ stage: 'set_asides', code, delivered_as }]);
  }
  return kept.flatMap((entry) => item_of.get(entry) ?? []);
}

/** Masks the bytes of an item. Returns the error of the service that has the key, if it is away. */
async function maskItem(
  { maskBytes, authorKey }: SetAsideDeps['privacy'],
  item: Entry & { record?: StreamRecord },
): Promise<Uint8Array | ServiceError> {
  try {
    return maskBytes(item.bytes, item.record, await authorKey(item));
  } catch (cause) {
    if (cause instanceof ServiceError) return cause;
    throw cause;
  }
}

export interface SetAsideDeps {
  set_asides: SetAsides;
  privacy: { maskBytes: MaskBytes; isUnreadable: IsUnreadable; authorKey: AuthorKey };
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
  const kept = await keepSetAsides(deps, rejected, context);
  const ended = kept.map((item) => ({ item, outcome: 'set_aside' as const }));
  const counted = await countInJobs(ended, deps.progress, job_of, context);
  // Wait before adding, because `+= await` reads the sum before the wait and would lose concurrent
  // additions.
  context.tally.set_asides += counted;
}
