import type { Publisher } from '../../ingest/index.ts';
import type { Pace } from '../../ingest/submission/pace.ts';
import { monthOf, type SetAside } from '../../schemas/index.ts';
import type { Marks } from '../ports.ts';
import { readPlaced } from '../read-set-aside.ts';
import { isDone } from '../replay-set-aside.ts';
import { type RestoreKey, restore } from '../restore.ts';
import type { OverBudgetSetAsides } from './ports.ts';

export interface OverBudgetReplayDeps {
  set_asides: OverBudgetSetAsides;
  marks: Pick<Marks, 'get'>;
  publisher: Publisher;
  restoreKey: RestoreKey;
  pace: Pick<Pace, 'waitForRoom' | 'takeRoom'>;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

export interface OverBudgetReplayReport {
  /** Number of records that are on the stream again. */
  replayed: number;
  /** Number of set-asides that an operator had put back before. */
  done_before: number;
  /** Number of records that the stream rejected. The next run replays them. */
  failed: number;
  /** Whether set-asides of past months are left, because the time was up. */
  more: boolean;
}

/** Number of set-asides that are published together. */
const LOT = 200;
/**
 * Time after the end of a month before its set-asides are replayed, in milliseconds. A batch that has
 * begun before the end sets records aside until then, and the clocks of processes differ.
 */
const GRACE_MS = 15 * 60_000;

/**
 * Puts the records that were over budget in a past month on the bulk stream again, with their original
 * positions, no faster than the consumers follow. Deletes a set-aside after the stream has accepted its
 * record.
 *
 * A run can stop at any point, and two runs can overlap: a record that is published twice counts once.
 * The consumer may set a record aside again, if the new budget is used up too. The new set-aside is in
 * the folder of the new month, so this function cannot delete it.
 *
 * @throws {ServiceError} if a service fails. The next run continues.
 */
export async function replayOverBudget(
  deps: OverBudgetReplayDeps,
  isTimeUp: () => boolean,
): Promise<OverBudgetReplayReport> {
  const report: OverBudgetReplayReport = { replayed: 0, done_before: 0, failed: 0, more: false };
  const current = monthOf(deps.now() - GRACE_MS);
  const months = (await deps.set_asides.months()).filter((month) => month < current);
  for (const month of months) {
    for await (const lot of deps.set_asides.lots(month, LOT)) {
      if (!(await deps.pace.waitForRoom(isTimeUp))) return { ...report, more: true };
      await replayLot(deps, lot, report);
      if (isTimeUp()) return { ...report, more: true };
    }
  }
  return report;
}

async function replayLot(
  deps: OverBudgetReplayDeps,
  lot: SetAside[],
  report: OverBudgetReplayReport,
): Promise<void> {
  const marks = await Promise.all(lot.map(({ set_aside_id }) => deps.marks.get(set_aside_id)));
  const open = lot.filter((set_aside, i) => !isDone(set_aside, marks[i]));
  const contents = open.flatMap((set_aside) =>
    readPlaced(set_aside, Buffer.from(set_aside.data_base64, 'base64')),
  );
  deps.pace.takeRoom(contents.length);
  const { accepted, failed } = await restore(deps.publisher, contents, deps.restoreKey);
  report.replayed += accepted;
  report.failed += failed;
  report.done_before += lot.length - open.length;
  // Which records failed is not known. All of them stay, and the next run replays them.
  if (failed === 0) await deps.set_asides.delete(lot);
}
