import type { Publisher } from '../../ingest/index.ts';
import { type RecordInput, recordKey } from '../../schemas/index.ts';
import type { CurrentResults } from '../ports.ts';
import { type ChangedRecord, type Left, planUndo } from './plan-undo.ts';
import type { RunHistory } from './ports.ts';

export interface UndoDeps {
  history: Pick<RunHistory, 'listChanged'>;
  results: CurrentResults;
  /** Publishes the records. Undefined in a dry run, which only counts. */
  publisher: Pick<Publisher, 'publishAll'> | undefined;
  onProgress?: (counts: UndoCounts) => void;
  /** Ends the undo before its next step. */
  signal?: AbortSignal;
}

/** Numbers of records, by what the undo does to them. */
export type UndoCounts = Record<'restored' | 'withdrawn' | 'failed' | Left, number>;

/** The counts of an undo. If the signal has ended it, they count only what it looked at until then. */
export type UndoOutcome = UndoCounts & { interrupted?: true };

const RECORDS_PER_STEP = 100;

/**
 * Undoes a run: restores or withdraws each record whose current version comes from the run. The lake
 * must have all that was accepted before. Undoing a run again changes nothing more.
 *
 * @param run `touched` is the number of records that the run ever changed.
 */
export async function undoRun(
  deps: UndoDeps,
  run: { undone_run_id: string; run_id: string; touched: number },
): Promise<UndoOutcome> {
  const counts: UndoCounts = {
    ...{ restored: 0, withdrawn: 0, failed: 0 },
    ...{ unchanged: 0, changed_later: 0, not_kept: 0, expired: 0 },
  };
  let listed = 0;
  let step: ChangedRecord[] = [];
  for await (const record of listUntilAborted(deps, run.undone_run_id)) {
    listed += 1;
    step.push(record);
    if (step.length < RECORDS_PER_STEP) continue;
    await undoRecords(deps, run, step, counts);
    deps.onProgress?.(counts);
    step = [];
  }
  if (deps.signal?.aborted) return { ...counts, interrupted: true };
  await undoRecords(deps, run, step, counts);
  counts.changed_later += Math.max(0, run.touched - listed);
  return counts;
}

/** Lists the changed records until the signal is aborted, which can also make the listing fail. */
async function* listUntilAborted(
  { history, signal }: UndoDeps,
  run_id: string,
): AsyncGenerator<ChangedRecord> {
  try {
    for await (const record of history.listChanged(run_id)) {
      if (signal?.aborted) return;
      yield record;
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

async function undoRecords(
  { results, publisher }: UndoDeps,
  run: { undone_run_id: string; run_id: string },
  changed: ChangedRecord[],
  counts: UndoCounts,
): Promise<void> {
  if (changed.length === 0) return;
  const current = await results.getMany(changed);
  const steps = changed.map((record) => planUndo(record, current.get(recordKey(record)), run));
  const records: RecordInput[] = [];
  const kinds: (keyof UndoCounts)[] = [];
  for (const { kind, record } of steps) {
    if (record === undefined || publisher === undefined) counts[kind] += 1;
    else {
      records.push(record);
      kinds.push(kind);
    }
  }
  if (publisher === undefined) return;
  let i = 0;
  for await (const { status } of publisher.publishAll(records)) {
    counts[status === 'accepted' ? (kinds[i] ?? 'failed') : 'failed'] += 1;
    i += 1;
  }
}
