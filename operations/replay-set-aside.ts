import type { Publisher } from '../ingest/index.ts';
import {
  hashText,
  type RestoredMark,
  type SetAside,
  type SetAsideReason,
} from '../schemas/index.ts';
import type { LongTexts, Marks } from './ports.ts';
import { applyFix, type Fix, readPlaced } from './read-set-aside.ts';
import { type Restorable, type RestoreKey, restore } from './restore.ts';

export type SetAsideReplayOutcome =
  /** The records of the set-aside were put on the stream again. */
  | { status: 'replayed'; records: number }
  /** In a dry run, the number of records that a replay would put on the stream again. */
  | { status: 'would_replay'; records: number }
  /** An earlier replay has put the set-aside on the stream again. */
  | { status: 'done_before' }
  /**
   * The set-aside was not replayed. Either the fix returned undefined, or a repaired record is
   * still invalid or lacks its long text. `reason` says which case applies.
   */
  | { status: 'left'; reason: string }
  | { status: 'failed'; codes: string[] };

export interface SetAsideReplayDeps {
  marks: Marks;
  publisher: Publisher;
  claims: LongTexts;
  restoreKey: RestoreKey;
  fix: Fix | undefined;
  /** Tenant that asks for the replay. Records of others stay. Absent if an operator asks. */
  tenant?: string;
  dry_run: boolean;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * Repairs a set-aside and puts its records on the stream again. A record without an id of its own
 * gets the id that is derived from its original position on the stream.
 */
export async function replaySetAside(
  deps: SetAsideReplayDeps,
  set_aside: SetAside,
): Promise<SetAsideReplayOutcome> {
  const { set_aside_id } = set_aside;
  if (isDone(set_aside, await deps.marks.get(set_aside_id))) return { status: 'done_before' };
  const bytes = await applyFix(deps.fix, set_aside);
  if (bytes === undefined) return { status: 'left', reason: 'left by the fix' };
  const contents = readPlaced(set_aside, bytes);
  const holds_several = SEVERAL.has(set_aside.reason) && contents.some(isRecord);
  for (const one of contents) {
    if (one.kind === 'bytes') {
      if (holds_several) continue;
      return { status: 'left', reason: one.set_aside.reason };
    }
    if (deps.tenant !== undefined && one.record.tenant !== deps.tenant) {
      return { status: 'left', reason: 'other_tenant' };
    }
    if (await lacksText(deps.claims, one)) return { status: 'left', reason: 'text_missing' };
  }
  if (deps.dry_run) return { status: 'would_replay', records: contents.length };
  const { accepted, failed, codes } = await restore(deps.publisher, contents, deps.restoreKey);
  if (failed > 0) return { status: 'failed', codes };
  const restored_at = new Date(deps.now()).toISOString();
  const { over_budget } = set_aside;
  const refused = over_budget === undefined ? {} : { refused_at: over_budget.refused_at };
  await deps.marks.put(set_aside_id, { restored_at, records: accepted, ...refused });
  return { status: 'replayed', records: accepted };
}

/**
 * Returns whether the records of a set-aside are on the stream again. A record that was over budget
 * can be refused again after a replay. The set-aside then has the time of the new refusal, and the mark
 * does not count any more.
 */
export function isDone({ over_budget }: SetAside, mark: RestoredMark | undefined): boolean {
  return mark !== undefined && mark.refused_at === over_budget?.refused_at;
}

/**
 * Reasons of set-asides that can hold several records. What is no record among them is put back as
 * well, and gets a set-aside of its own.
 */
const SEVERAL: ReadonlySet<SetAsideReason> = new Set(['envelope', 'too_large']);

function isRecord({ kind }: Restorable): boolean {
  return kind === 'record';
}

/**
 * Returns whether the long text of a record is missing in the claim store or has another hash. The
 * consumer would set such a record aside again.
 */
async function lacksText(
  claims: LongTexts,
  { record: { tenant, text_claim, deleted } }: Restorable & { kind: 'record' },
): Promise<boolean> {
  if (text_claim === undefined || deleted) return false;
  const text = await claims.get(tenant, text_claim);
  return text === undefined || hashText(text) !== text_claim;
}
