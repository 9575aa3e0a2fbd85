import { Command } from 'commander';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher, type RecordInput } from '../../ingest/index.ts';
import { openRecords, type RecordFile } from '../../ingest/sources/read-records.ts';
import { FORMAT_TITLES } from '../../schemas/index.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { dryRun, formatDryRun } from '../files/dry-run.ts';
import { addFileOptions, type FileFlags, readFileOptions } from '../files/options.ts';
import { type AdjustmentCount, describeCounts, joinIssues, Tally } from '../files/tally.ts';
import { createRunId } from '../lake/run-id.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { aSlug } from './options.ts';

interface IngestOptions extends FileFlags {
  source?: string;
  tenant?: string;
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
    .option('--dry-run', 'read the file, show how it is understood, and publish nothing')
    .option('--json', 'print the summary as one line of JSON')
    .addHelpText(
      'after',
      `
The file shows its format, encoding, delimiter and columns. Columns without a meaning become attributes.
Ingesting the same file again gives the same record ids, so nothing counts twice.
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
      if (options.dryRun) return showDryRun(path, file, json === true);
      const { BulkStreamName } = await connect(self);
      if (!json) for (const note of file.description.notes) process.stderr.write(`Note: ${note}\n`);
      const summary = await ingest(file, BulkStreamName);
      if (summary.lines === 0 && summary.error === undefined) throw createNoRowsError(path);
      console.log(json ? JSON.stringify(summary) : summarize(summary));
      if (summary.error !== undefined) process.stderr.write(`error: ${summary.error}\n`);
      const is_partial = summary.refused + summary.failed > 0 || summary.error !== undefined;
      if (is_partial) process.exitCode = EXIT_SOME_FAILED;
      if (summary.error !== undefined && summary.accepted === 0) process.exitCode = 1;
    });
}

/** Says where the reading of a file stopped, why, and what to do. */
function describeBreak(cause: unknown, line: number): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `The file could be read up to line ${line}, and no further: ${reason}.
Ingest the file again when it can be read: the records that are on the stream count once.`;
}

async function showDryRun(path: string, file: RecordFile, json: boolean): Promise<void> {
  const report = await dryRun(file);
  if (report.counts.rows === 0) throw createNoRowsError(path);
  console.log(json ? JSON.stringify(report) : formatDryRun(report));
  if (report.counts.refused > 0) process.exitCode = EXIT_SOME_FAILED;
}

function createNoRowsError(path: string): Advice {
  return new Advice(`${path} has no rows.`, 'Export or download the file again.');
}

async function ingest(file: RecordFile, stream_name: string): Promise<IngestSummary> {
  const publisher = createPublisher({ stream: createKinesisStream({ stream_name }) });
  const progress = createProgress();
  const printLine = createLinePrinter(progress);
  const run_id = createRunId(Date.now());
  const started_at = performance.now();
  const tally = new Tally();
  const count = { refused: 0, failed: 0 };
  const pending_lines: number[] = [];
  let error: string | undefined;
  let last_line = 0;

  async function* records(): AsyncIterable<RecordInput> {
    try {
      for await (const item of file.readRecords()) {
        tally.add(item);
        last_line = item.line;
        if (item.ok) {
          pending_lines.push(item.line);
          yield { ...item.record, run_id };
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
  await publisher.close();
  progress.finish();
  const { rows, refused, adjustments, repeated_ids } = tally.counts();
  const { accepted, resent } = publisher.stats();
  const seconds = (performance.now() - started_at) / 1_000;
  return {
    run_id,
    ...{ lines: rows, accepted, refused: refused + count.refused, failed: count.failed, resent },
    ...{ adjustments, repeated_ids },
    ...(error === undefined ? {} : { error }),
    seconds: Number(seconds.toFixed(2)),
    records_per_second: Math.round(accepted / seconds),
  };
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
  return [parts.join('; '), ...describeCounts(counts), `run ${summary.run_id}`].join('\n');
}
