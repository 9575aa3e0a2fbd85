import { createReadRows } from '../../aws/athena/query.ts';
import { createRunHistory } from '../../aws/athena/run-history.ts';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher } from '../../ingest/index.ts';
import { gatherFirstRecords } from '../../ingest/publisher/gather.ts';
import type { RecordFile } from '../../ingest/sources/read-records.ts';
import { FileIds } from '../../operations/runs/replace.ts';
import { Advice } from '../errors.ts';
import { refuseWrongClock } from '../lake/clock.ts';
import { createRunId } from '../lake/run-id.ts';
import { waitForAccepted } from '../lake/wait.ts';
import { abortOnInterrupt } from '../stop.ts';
import type { IngestSummary } from './ingest-summary.ts';
import { findProblem, publishFile } from './publish-file.ts';
import { INTERRUPTED, type Replacement, replaceSource } from './replace.ts';

export interface IngestFileOptions {
  /** Withdraws the records of the source that the file does not have. */
  replace?: boolean | undefined;
  /** Withdraws without a question. */
  yes?: boolean | undefined;
  /** Waits until the lake has the records, and counts those that are not newer. */
  wait?: boolean | undefined;
  /** Longest time to wait, in seconds. */
  waitLimit: number;
}

/**
 * Publishes a file on the bulk stream as a run of its own, and does what the options say afterwards.
 *
 * @throws {Advice} if the command has to wait for the lake and the clock of this machine is wrong.
 */
export async function ingestFile(
  file: RecordFile,
  stack: StackOutputs,
  { replace, yes, wait, waitLimit: limit_seconds }: IngestFileOptions,
  run_id = createRunId(Date.now()),
): Promise<IngestSummary> {
  if (replace || wait) await refuseWrongClock(stack);
  const stream = createKinesisStream({ stream_name: stack.BulkStreamName });
  const publisher = createPublisher({ stream, choosePartitionKey: gatherFirstRecords(run_id) });
  const signal = replace || wait ? abortOnInterrupt() : new AbortController().signal;
  const run = { run_id, stamp: Date.now() };
  const ids = new FileIds();
  const started_at = performance.now();
  const published = await publishFile(file, {
    ...{ publisher, signal, run_id: run.run_id },
    ...(replace && { onRecord: (record) => ids.add(record) }),
  });
  const seconds = (performance.now() - started_at) / 1_000;
  const problem = findProblem(published);
  if (problem !== undefined) ids.problem ??= problem;
  const deps = { stack, publisher, signal, is_confirmed: yes === true, limit_seconds };
  const replaced = replace ? await replaceSource(deps, ids, run) : undefined;
  await publisher.close();
  const lake = { stack, run, limit_seconds, signal };
  return {
    ...{ run_id: run.run_id, ...published },
    ...(replaced === undefined ? {} : { replaced }),
    ...((replace || wait) && published.accepted > 0 ? await countNotNewer(lake, replaced) : {}),
    seconds: Number(seconds.toFixed(2)),
    records_per_second: Math.round(published.accepted / seconds),
  };
}

interface Lake {
  stack: StackOutputs;
  run: { run_id: string; stamp: number };
  limit_seconds: number;
  signal: AbortSignal;
}

/**
 * Counts the records of a run that are not newer. Waits for the lake, unless a replacement has waited
 * already. A replacement that has not looked at the lake counts nothing.
 */
async function countNotNewer(
  { stack, run, limit_seconds, signal }: Lake,
  replaced: Replacement | undefined,
): Promise<Pick<IngestSummary, 'not_newer' | 'not_waited'>> {
  if (replaced !== undefined && replaced.missing === undefined) return {};
  if (signal.aborted) return { not_waited: INTERRUPTED };
  try {
    if (replaced === undefined) void (await waitForAccepted(stack, { limit_seconds, signal }));
    const { WorkgroupName: work_group, DatabaseName: database } = stack;
    const readRows = createReadRows({ work_group, database, signal });
    return { not_newer: await createRunHistory({ readRows }).countNotNewer(run) };
  } catch (error) {
    if (signal.aborted) return { not_waited: INTERRUPTED };
    if (!(error instanceof Advice)) throw error;
    return { not_waited: error.message.split('\n')[0] ?? '' };
  }
}
