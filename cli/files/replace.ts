import { createReadRows } from '../../aws/athena/query.ts';
import { createSourceRecords } from '../../aws/athena/source-records.ts';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import type { Publisher } from '../../ingest/index.ts';
import type { RecordFile } from '../../ingest/sources/read-records.ts';
import {
  countExpired,
  type FileIds,
  findMissing,
  withdrawRecords,
} from '../../operations/runs/replace.ts';
import { Advice } from '../errors.ts';
import { waitForAccepted } from '../lake/wait.ts';
import { askUser } from '../output/ask-user.ts';

/** The reason of a part that Ctrl-C has stopped. */
export const INTERRUPTED = 'the run was interrupted';
/** Share of a source that is withdrawn without a question. */
const MAX_UNASKED_SHARE = 0.2;

/** The outcome for the records of the source that the file does not have. */
export interface Replacement {
  /** Number of records that are in the lake and not in the file. Absent if that was not looked at. */
  missing?: number;
  /**
   * How many of `missing` only the lake has, because their rows have expired. Their withdrawal shows
   * there after the next night. Absent if it is none.
   */
  expired?: number;
  withdrawn: number;
  failed: number;
  /** The reason for which nothing, or not all, was withdrawn. */
  reason?: string;
}

/**
 * Refuses a file that cannot be the whole truth of its source, because its rows have no ids.
 *
 * @throws {Advice} if no column becomes the id.
 */
export function requireIds({ description: { columns } }: RecordFile): void {
  if (columns.some(({ becomes }) => becomes === 'record_id')) return;
  const names = columns.map(({ name }) => `\`${name}\``).join(', ');
  throw new Advice(
    `--replace: no column identifies a record; the file has ${names}.`,
    'Name the column with --id-field COLUMN.',
  );
}

export interface ReplaceDeps {
  stack: StackOutputs;
  publisher: Pick<Publisher, 'publishAll'>;
  signal: AbortSignal;
  is_confirmed: boolean;
  /** Longest time to wait for the lake, in seconds. */
  limit_seconds: number;
}

/**
 * Withdraws the records that are in the lake and not in the file. Nothing is withdrawn if the file has
 * a problem, or if the share is large and is not confirmed. Withdrawals end when the signal is aborted.
 */
export async function replaceSource(
  { stack, publisher, signal, is_confirmed, limit_seconds }: ReplaceDeps,
  file: FileIds,
  run: { run_id: string; stamp: number },
): Promise<Replacement> {
  const nothing = { withdrawn: 0, failed: 0 };
  if (file.source === undefined) return { ...nothing, reason: 'the file has no record' };
  if (file.problem !== undefined) return { ...nothing, reason: file.problem };
  let found: Awaited<ReturnType<typeof listMissing>>;
  try {
    found = await listMissing(stack, file, { signal, stamp: run.stamp, limit_seconds });
  } catch (error) {
    if (signal.aborted) return { ...nothing, reason: INTERRUPTED };
    if (!(error instanceof Advice)) throw error;
    return { ...nothing, reason: error.message.split('\n')[0] ?? '' };
  }
  const { missing } = found;
  const count = {
    missing: missing.length,
    ...(found.expired > 0 && { expired: found.expired }),
  };
  const share = measureShare(missing, file);
  const question = `Withdraw ${missing.length} of the ${missing.length + file.ids.size} records of ${file.source.source}?`;
  if (share > MAX_UNASKED_SHARE && !is_confirmed && !(await askUser(question))) {
    if (signal.aborted) return { ...nothing, ...count, reason: INTERRUPTED };
    const reason = `${missing.length} records are ${Math.round(share * 100)} % of the source: confirm with --yes`;
    return { ...nothing, ...count, reason };
  }
  const counts = await withdrawRecords({ publisher, signal }, missing, { ...file.source, ...run });
  const is_whole = counts.withdrawn + counts.failed === missing.length;
  return { ...count, ...counts, ...(is_whole ? {} : { reason: INTERRUPTED }) };
}

/**
 * Waits until the lake is complete, and lists the records that the file does not have. Those whose rows
 * have expired from the results table are among them, and counted.
 */
export async function listMissing(
  stack: StackOutputs,
  file: FileIds,
  { signal, stamp, limit_seconds }: { signal: AbortSignal; stamp: number; limit_seconds: number },
): Promise<{ missing: string[]; expired: number }> {
  void (await waitForAccepted(stack, { limit_seconds, signal }));
  const readRows = createReadRows({
    work_group: stack.WorkgroupName,
    database: stack.DatabaseName,
    signal,
  });
  const missing = await findMissing(createSourceRecords({ readRows }), file, stamp);
  if (file.source === undefined) return { missing: [], expired: 0 };
  const results = createResultsReader({ table_name: stack.ResultsTableName });
  return { missing, expired: await countExpired({ results, signal }, file.source, missing) };
}

function measureShare(missing: string[], { ids }: FileIds): number {
  return missing.length / Math.max(1, missing.length + ids.size);
}

/** Describes what became of the source, in one line. */
export function describeReplacement(replacement: Replacement): string {
  const { missing, withdrawn, failed, reason, expired = 0 } = replacement;
  const cause = reason === undefined ? '' : `: ${reason}`;
  if (reason !== undefined && withdrawn + failed === 0) return `nothing withdrawn${cause}`;
  const failures = failed === 0 ? '' : `, ${failed} could not be; run it again`;
  const late =
    expired === 0 ? '' : `; the rows of ${expired} have expired: SQL follows in the next night`;
  return `${withdrawn} of ${missing} records that the file does not have are withdrawn${failures}${late}${cause}`;
}
