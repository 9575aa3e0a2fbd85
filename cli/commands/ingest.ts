import { Command } from 'commander';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { openRecords, type RecordFile } from '../../ingest/sources/read-records.ts';
import { FileIds } from '../../operations/runs/replace.ts';
import { FORMAT_TITLES } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { dryRun, formatDryRun } from '../files/dry-run.ts';
import { type IngestFileOptions, ingestFile } from '../files/ingest-file.ts';
import { formatSummary, type IngestSummary, isPartial } from '../files/ingest-summary.ts';
import { addFileOptions, type FileFlags, readFileOptions } from '../files/options.ts';
import { listMissing, requireIds } from '../files/replace.ts';
import { createRunId } from '../lake/run-id.ts';
import { WAIT_LIMIT_SECONDS } from '../lake/wait.ts';
import { chooseOutput, type OutputOptions, printAnswer } from '../output/print.ts';
import { abortOnInterrupt } from '../stop.ts';
import { aSlug, createNumberParser } from './options.ts';

interface IngestOptions extends FileFlags, IngestFileOptions, OutputOptions {
  source?: string;
  tenant?: string;
  dryRun?: boolean;
}

/** Exit code of the command if some lines could not be published. */
const EXIT_SOME_FAILED = 2;

/** Creates the command `aurastream ingest FILE|-`, which publishes the records of a file. */
export function ingestCommand(): Command {
  const command = new Command('ingest')
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
    .option(
      '--wait',
      'then wait until the lake has the records, and count those that are not newer',
    )
    .option(
      '--wait-limit <seconds>',
      'give the wait of --wait and --replace up after this time',
      createNumberParser(1, 86_400),
      WAIT_LIMIT_SECONDS,
    )
    .option('--dry-run', 'read the file, show how it is understood, and publish nothing')
    .option('--json', 'print the summary as one line of JSON')
    .addHelpText(
      'after',
      `
The file shows its format, encoding, delimiter and columns. Columns without a meaning become attributes.
Ingesting the same file again gives the same record ids, so nothing counts twice.
With --replace, records of the source that the file does not have are withdrawn, after all rows are published and the
lake is complete. Nothing is withdrawn if a row was refused or failed. It needs ids (--id-field) and one source.
With --wait or --replace, the summary counts what is not newer: records that have a newer version, which stays.
The summary has the id of the run. Its records carry it: SELECT count(*) FROM results WHERE run_id = 'run_…'
Exit code: 0 if all records are accepted; 2 if some lines failed and the others are accepted; 1 for any other error.`,
    )
    .action(async (path: string, options: IngestOptions, self: Command) => {
      const { source, tenant } = options;
      const file = await openRecords({
        path,
        ...readFileOptions(options),
        ...(source === undefined ? {} : { source }),
        ...(tenant === undefined ? {} : { tenant }),
      });
      if (options.replace) requireIds(file);
      if (options.dryRun) return showDryRun(path, file, options, self);
      const stack = await connect(self);
      if (chooseOutput(options) === 'table') {
        for (const note of file.description.notes) process.stderr.write(`Note: ${note}\n`);
      }
      const summary = await (options.replace ? replaceFile : ingestFile)(file, stack, options);
      if (summary.lines === 0 && summary.error === undefined) throw createNoRowsError(path);
      printAnswer(options, summary, () => formatSummary(summary));
      if (summary.error !== undefined) process.stderr.write(`error: ${summary.error}\n`);
      if (isPartial(summary)) process.exitCode = EXIT_SOME_FAILED;
      if (summary.error !== undefined && summary.accepted === 0) process.exitCode = 1;
    });
}

async function showDryRun(
  path: string,
  file: RecordFile,
  { replace, waitLimit, ...options }: IngestOptions,
  command: Command,
): Promise<void> {
  const ids = new FileIds();
  const report = await dryRun(file, (record) => {
    if (replace) ids.add(record);
  });
  if (report.counts.rows === 0) throw createNoRowsError(path);
  if (replace) report.would_withdraw = await countMissing(ids, command, waitLimit);
  printAnswer(options, report, () => formatDryRun(report));
  if (report.counts.refused > 0) process.exitCode = EXIT_SOME_FAILED;
}

/** @throws {Advice} if the file cannot replace its source. */
async function countMissing(
  ids: FileIds,
  command: Command,
  limit_seconds: number,
): Promise<number> {
  if (ids.problem !== undefined) {
    throw new Advice(`--replace: ${ids.problem}.`, 'Give each row an id, and one source.');
  }
  const read = { signal: abortOnInterrupt(), stamp: Date.now(), limit_seconds };
  const { missing } = await listMissing(await connect(command), ids, read);
  return missing.length;
}

function createNoRowsError(path: string): Advice {
  return new Advice(`${path} has no rows.`, 'Export or download the file again.');
}

/** Ingests a file that replaces its source. The act is in the audit trail before a record is published. */
function replaceFile(
  file: RecordFile,
  stack: StackOutputs,
  options: IngestOptions,
): Promise<IngestSummary> {
  const { source, tenant } = options;
  const run_id = createRunId(Date.now());
  const selectors = { run_id, ...(source === undefined ? {} : { source }) };
  return withAudit(
    stack,
    { act: 'replace_source', selectors, ...(tenant === undefined ? {} : { tenant }) },
    () => ingestFile(file, stack, options, run_id),
    ({ accepted, replaced }) => ({
      counts: { accepted, withdrawn: replaced?.withdrawn ?? 0, failed: replaced?.failed ?? 0 },
    }),
  );
}
