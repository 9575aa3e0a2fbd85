import { Command } from 'commander';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { openRecords, type RecordFile } from '../../ingest/sources/read-records.ts';
import { FileIds } from '../../operations/runs/replace.ts';
import { FORMAT_TITLES } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { dryRun, formatDryRun } from '../files/dry-run.ts';
import { addFileOptions, type FileFlags, readFileOptions } from '../files/options.ts';
import {
  describeReplacement,
  listMissing,
  type Replacement,
  replaceSource,
  requireIds,
} from '../files/replace.ts';
import { type AdjustmentCount, describeCounts, joinIssues, Tally } from '../files/tally.ts';
import { refuseWrongClock } from '../lake/clock.ts';
import { createRunId } from '../lake/run-id.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { abortOnInterrupt } from '../stop.ts';
import { aSlug } from './options.ts';

interface IngestOptions extends FileFlags {
  source?: string;
  tenant?: string;
  replace?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

interface IngestSummary {
  /** Id of the run, which each record carries. */
  run_id: string;
  lines: number;
  accepted: number;
  refused: number;
  failed: number;
  /**
   * Number of entries that the publisher sent again because the stream had rejected the entries.
   */
  resent: number;
  /** Values that are not where the file has them, by field and reason. */
  adjustments: AdjustmentCount[];
  /** Number of rows that repeat the id of an earlier row. */
  repeated_ids: number;
  /** The outcome for the records that the file does not have. Present with `--replace`. */
  replaced?: Replacement;
  /** The error that ended the reading of the file early. */
  error?: string;
  seconds: number;
  records_per_second: number;
}

/** Exit code of the command if some lines could not be published. */
const EXIT_SOME_FAILED = 2;
/** Largest number of bad lines that the command prints. The summary counts all bad lines. */
const MAX_PRINTED_LINES = 20;

/** Creates the command `aurastream ingest FILE|-`, which publishes the records of a file. */
export function ingestCommand(): Command {
  const command = new Command('ingest')
    .description('publish the records of a file on the bulk stream')
    .argument('<file>', `${FORMAT_TITLES}, also in gzip, zip or zstd; - reads standard input`)
    .option(
      '--source <source>',
      'source of records that name none (default: the name of the file)',
      aSlug,
    )
    .option('--tenant <tenant>', 'tenant of records that name none', aSlug);
  return addFileOptions(command)
    .option(
      '--replace',
      'make the file the whole truth of its source: withdraw records that it lacks',
    )
    .option('--yes', 'withdraw more than a fifth of the source without a question')
    .option('--dry-run', 'read the file, show how it is understood, and publish nothing')
    .option('--json', 'print the summary as one line of JSON')
    .addHelpText(
      'after',
      `
The file shows its format, encoding, delimiter and columns. Columns without a meaning become attributes.
Ingesting the same file again gives the same record ids, so nothing counts twice.
With --replace, records of the source that the file does not have are withdrawn, after all rows are published and the
lake is complete. Nothing is withdrawn if a row was refused or failed. It needs ids (--id-field) and one source.
The summary has the id of the run. Its records carry it: SELECT count(*) FROM results WHERE run_id = 'run_…'
Exit code: 0 if all records are accepted; 2 if some lines failed and the others are accepted; 1 for any other error.`,
    )
    .action(async (path: string, options: IngestOptions, self: Command) => {
      const { source, tenant, json } = options;
      const file = await openRecords({
        path,
        ...readFileOptions(options),
        ...(source === undefined ? {} : { source }),
        ...(tenant === undefined ? {} : { tenant }),
      });
      if (options.replace) requireIds(file);
      if (options.dryRun) return showDryRun(path, file, options, self);
      const stack = await connect(self);
      if (!json) for (const note of file.description.notes) process.stderr.write(`Note: ${note}\n`);
      const summary = await ingest(file, stack, options);
      if (summary.lines === 0 && summary.error === undefined) throw createNoRowsError(path);
      console.log(json ? JSON.stringify(summary) : summarize(summary));
      if (summary.error !== undefined) process.stderr.write(`error: ${summary.error}\n`);
      if (isPartial(summary)) process.exitCode = EXIT_SOME_FAILED;
      if (summary.error !== undefined && summary.accepted === 0) process.exitCode = 1;
    });
}

function isPartial({ refused, failed, error, replaced }: IngestSummary): boolean {
  const is_not_replaced = replaced?.reason !== undefined || (replaced?.failed ?? 0) > 0;
  return refused + failed > 0 || error !== undefined || is_not_replaced;
}

/** Says where the reading of a file stopped, why, and what to do. */
function describeBreak(cause: unknown, line: number): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `The file could be read up to line ${line}, and no further: ${reason}.
Ingest the file again when it can be read: the records that are on the stream count once.`;
}

async function showDryRun(
  path: string,
  file: RecordFile,
  { json, replace }: IngestOptions,
  command: Command,
): Promise<void> {
  const ids = new FileIds();
  const report = await dryRun(file, (record) => {
    if (replace) ids.add(record);
  });
  if (report.counts.rows === 0) throw createNoRowsError(path);
  if (replace) report.would_withdraw = await countMissing(ids, command);
  console.log(json ? JSON.stringify(report) : formatDryRun(report));
  if (report.counts.refused > 0) process.exitCode = EXIT_SOME_FAILED;
}

/** @throws {Advice} if the file cannot replace its source. */
async function countMissing(ids: FileIds, command: Command): Promise<number> {
  if (ids.problem !== undefined) {
    throw new Advice(`--replace: ${ids.problem}.`, 'Give each row an id, and one source.');
  }
  const read = { signal: abortOnInterrupt(), stamp: Date.now() };
  const { missing } = await listMissing(await connect(command), ids, read);
  return missing.length;
}

function createNoRowsError(path: string): Advice {
  return new Advice(`${path} has no rows.`, 'Export or download the file again.');
}

async function ingest(
  file: RecordFile,
  stack: StackOutputs,
  { replace, yes }: IngestOptions,
): Promise<IngestSummary> {
  if (replace) await refuseWrongClock(stack);
  const stream = createKinesisStream({ stream_name: stack.BulkStreamName });
  const publisher = createPublisher({ stream });
  const signal = replace ? abortOnInterrupt() : new AbortController().signal;
  const run = { run_id: createRunId(Date.now()), stamp: Date.now() };
  const ids = new FileIds();
  const progress = createProgress();
  const printLine = createLinePrinter(progress);
  const started_at = performance.now();
  const tally = new Tally();
  const count = { refused: 0, failed: 0 };
  const pending_lines: number[] = [];
  let error: string | undefined;
  let last_line = 0;

  async function* records(): AsyncIterable<RecordInput> {
    try {
      for await (const item of file.readRecords()) {
        if (signal.aborted) throw new Error('the run was interrupted');
        tally.add(item);
        last_line = item.line;
        if (item.ok) {
          pending_lines.push(item.line);
          if (replace) ids.add({ ...item.record, is_id_derived: item.is_id_derived });
          yield { ...item.record, run_id: run.run_id };
        } else printLine(item.line, joinIssues(item.issues));
        progress.update(`${publisher.stats().accepted} records accepted, line ${item.line}`);
      }
    } catch (cause) {
      // Published records stay published: the summary says how far the file was read.
      error = describeBreak(cause, last_line);
    }
  }

  // The publisher yields the outcomes in the order of the records. Therefore the first pending line
  // belongs to the next outcome.
  for await (const outcome of publisher.publishAll(records())) {
    const line = pending_lines.shift() ?? 0;
    if (outcome.status === 'accepted') continue;
    count[outcome.status] += 1;
    printLine(line, outcome.status === 'refused' ? joinIssues(outcome.issues) : outcome.code);
  }
  await publisher.flush();
  progress.finish();
  const { rows, refused, adjustments, repeated_ids } = tally.counts();
  const { accepted, resent } = publisher.stats();
  const seconds = (performance.now() - started_at) / 1_000;
  const totals = { refused: refused + count.refused, failed: count.failed };
  const problem = findProblem({ ...totals, error });
  if (problem !== undefined) ids.problem ??= problem;
  const deps = { stack, publisher, signal, is_confirmed: yes === true };
  const replaced = replace ? await replaceSource(deps, ids, run) : undefined;
  await publisher.close();
  return {
    run_id: run.run_id,
    ...{ lines: rows, accepted, ...totals, resent },
    ...(replaced === undefined ? {} : { replaced }),
    ...{ adjustments, repeated_ids },
    ...(error === undefined ? {} : { error }),
    seconds: Number(seconds.toFixed(2)),
    records_per_second: Math.round(accepted / seconds),
  };
}

/** Returns the reason for which the records that were published are not the whole file. */
function findProblem({
  refused,
  failed,
  error,
}: {
  refused: number;
  failed: number;
  error: string | undefined;
}) {
  if (error !== undefined) return 'the file was not read to its end';
  if (failed > 0) return `rows that could not be published: ${failed}`;
  return refused > 0 ? `rows that were refused: ${refused}` : undefined;
}

/** Creates a function that prints bad lines until {@link MAX_PRINTED_LINES} lines were printed. */
function createLinePrinter(progress: Progress): (line: number, reason: string) => void {
  let printed = 0;
  return (line, reason) => {
    printed += 1;
    if (printed > MAX_PRINTED_LINES + 1) return;
    progress.finish();
    process.stderr.write(
      printed > MAX_PRINTED_LINES
        ? 'More lines failed; the summary counts them.\n'
        : `line ${line}: ${reason}\n`,
    );
  };
}

function summarize(summary: IngestSummary): string {
  const { lines, accepted, refused, failed, resent, seconds, records_per_second } = summary;
  const parts = [
    `${accepted} of ${lines} records are on the stream`,
    `${refused} refused`,
    `${failed} failed`,
    `${resent} sent again`,
    `${seconds} s, ${records_per_second} records/s`,
  ];
  const counts = { ...summary, rows: lines };
  const lines_below = describeCounts(counts);
  if (summary.replaced !== undefined) lines_below.push(describeReplacement(summary.replaced));
  return [parts.join('; '), ...lines_below, `run ${summary.run_id}`].join('\n');
}
