import { Command } from 'commander';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createFailureReports, createMarks } from '../../aws/s3/failure-bucket.ts';
import { createSetAsideReader } from '../../aws/s3/set-aside-bucket.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { createPublisher } from '../../ingest/index.ts';
import { nameEnvelope, readPlaced } from '../../operations/read-set-aside.ts';
import {
  type FailedBatch,
  listFailedBatches,
  type RedriveDeps,
  type RedriveOutcome,
  readFailedBatch,
  redrive,
  withoutEnded,
} from '../../operations/redrive.ts';
import type { Restorable } from '../../operations/restore.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { printAnswer } from '../output/print.ts';
import { createProgress } from '../output/progress.ts';
import { formatTable } from '../output/table.ts';

/** Exit code of the command if some records could not be published to the stream again. */
const EXIT_SOME_FAILED = 2;

/**
 * Creates the command `aurastream redrive`, which lists the batches that Lambda stopped retrying
 * and publishes the batches to the stream again.
 */
export function redriveCommand(): Command {
  return new Command('redrive')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(runCommand());
}

interface Selection {
  reason?: string;
  all?: boolean;
}

function listCommand(): Command {
  return new Command('list')
    .description('list the batches that are not back on the stream')
    .option('--reason <reason>', 'list only batches with this reason, e.g. RetryAttemptsExhausted')
    .option('--all', 'list also the batches that are back on the stream')
    .option('--json', 'print an array')
    .action(async (options: Selection & { json?: boolean }, command: Command) => {
      const batches = await selectBatches(await openFailures(command), options);
      printAnswer(options, batches, () => {
        if (batches.length === 0) return 'There are no failed batches.';
        const columns = ['key', 'reason', 'failed_at', 'shard_id', 'records', 'restored_at'];
        return formatTable(
          columns,
          batches.map((batch) => ({ restored_at: '', ...batch })),
        );
      });
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('show the records of one batch, without their texts')
    .argument('<key>', 'a key from `redrive list`')
    .option('--json', 'print one line of JSON')
    .action(async (key: string, options: { json?: boolean }, command: Command) => {
      const found = await readFailedBatch(await openFailures(command), key);
      if (found === undefined) throw noSuchBatch(key);
      const records = found.contents.map(describeRecord);
      const columns = ['tenant', 'source', 'record_id', 'record_version', 'bytes'];
      printAnswer(
        options,
        { ...found.batch, contents: records },
        () => `${JSON.stringify(found.batch, null, 2)}\n${formatTable(columns, records)}`,
        () => records,
      );
    });
}

function describeRecord(one: Restorable) {
  if (one.kind === 'bytes') {
    const record_id = `(${describeBytes(one)})`;
    return { tenant: '', source: '', record_id, record_version: '', bytes: one.bytes.length };
  }
  const { tenant, source, record_id, record_version, text } = one.record;
  return { tenant, source, record_id, record_version, bytes: Buffer.byteLength(text) };
}

/** A message of another service shows its kind and the number of its records, without their texts. */
function describeBytes({ set_aside, bytes }: Extract<Restorable, { kind: 'bytes' }>): string {
  const { reason } = set_aside;
  const name = reason === 'envelope' ? nameEnvelope(set_aside) : undefined;
  if (name === undefined) return reason;
  const records = readPlaced(set_aside, bytes).filter(({ kind }) => kind === 'record').length;
  return `${name}, ${records} ${records === 1 ? 'record' : 'records'}`;
}

interface RunOptions extends Selection {
  dryRun?: boolean;
  json?: boolean;
}

function runCommand(): Command {
  return new Command('run')
    .description('put batches back on the stream; each record keeps its identity')
    .argument('[key...]', 'keys from `redrive list` (default: all that it lists)')
    .option('--reason <reason>', 'put back only batches with this reason')
    .option('--dry-run', 'count the records that would be put back, and change nothing')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
A record that is put back twice counts once, so you can run this again after an interruption.
Bytes that have a set-aside already are left out.
Exit code: 0 all records are on the stream; 2 some are not, and their batches stay in the list; 1 the command failed.`,
    )
    .action(async (keys: string[], options: RunOptions, command: Command) => {
      const deps = await openFailures(command);
      const wanted = keys.length > 0 ? keys : await selectKeys(deps, options);
      const summary = options.dryRun
        ? await countRecords(deps, wanted)
        : await redriveAudited(deps, wanted, options, await connect(command));
      printAnswer(options, summary, () => toSentences(summary));
      if (summary.failed > 0) process.exitCode = EXIT_SOME_FAILED;
    });
}

interface RedriveSummary {
  dry_run: boolean;
  batches: number;
  records: number;
  /** Number of records that already had a set-aside, and were therefore not put back. */
  left_out: number;
  /** Number of records that could not be published to the stream. */
  failed: number;
  codes: string[];
}

function redriveAudited(
  deps: RedriveDeps,
  keys: string[],
  { reason }: Selection,
  stack: StackOutputs,
): Promise<RedriveSummary> {
  const selectors = reason === undefined ? {} : { reason };
  return withAudit(
    stack,
    { act: 'redrive', selectors },
    () => redriveAll(deps, keys, stack.BulkStreamName),
    ({ batches, records, failed }) => ({ counts: { batches, records, failed } }),
  );
}

async function redriveAll(
  deps: RedriveDeps,
  keys: string[],
  stream_name: string,
): Promise<RedriveSummary> {
  const publisher = createPublisher({ stream: createKinesisStream({ stream_name }) });
  const progress = createProgress();
  const outcomes: RedriveOutcome[] = [];
  for (const [i, key] of keys.entries()) {
    progress.update(`Batch ${i + 1} of ${keys.length}`);
    if ((await deps.reports.read(key)) === undefined) throw noSuchBatch(key);
    outcomes.push(await redrive(deps, publisher, key));
  }
  await publisher.close();
  progress.finish();
  return {
    dry_run: false,
    batches: outcomes.length,
    records: outcomes.reduce((sum, { accepted }) => sum + accepted, 0),
    left_out: outcomes.reduce((sum, { left_out }) => sum + left_out, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
    codes: [...new Set(outcomes.flatMap(({ codes }) => codes))],
  };
}

async function countRecords(deps: RedriveDeps, keys: string[]): Promise<RedriveSummary> {
  let records = 0;
  let left_out = 0;
  for (const key of keys) {
    const found = await readFailedBatch(deps, key);
    if (found === undefined) throw noSuchBatch(key);
    const open = await withoutEnded(deps, found.contents);
    records += open.length;
    left_out += found.contents.length - open.length;
  }
  return { dry_run: true, batches: keys.length, records, left_out, failed: 0, codes: [] };
}

function toSentences(summary: RedriveSummary): string {
  const { dry_run, batches, records, left_out, failed, codes } = summary;
  const verb = dry_run ? 'would be put back' : 'are back on the stream';
  const ended = left_out === 0 ? '' : `\n${left_out} were left out: they have a set-aside.`;
  const rest = failed === 0 ? '' : `\n${failed} are not: ${codes.join(', ')}. Run it again.`;
  return `${records} records of ${batches} batches ${verb}.${ended}${rest}`;
}

async function selectKeys(deps: RedriveDeps, selection: Selection): Promise<string[]> {
  return (await selectBatches(deps, selection)).map(({ key }) => key);
}

async function selectBatches(
  deps: RedriveDeps,
  { reason, all }: Selection,
): Promise<FailedBatch[]> {
  const selected: FailedBatch[] = [];
  for await (const batch of listFailedBatches(deps)) {
    if (reason !== undefined && batch.reason !== reason) continue;
    if (all || batch.restored_at === undefined) selected.push(batch);
  }
  return selected;
}

async function openFailures(command: Command): Promise<RedriveDeps> {
  const stack = await connect(command);
  const bucket_name = stack.FailureBucketName;
  return {
    reports: createFailureReports({ bucket_name }),
    marks: createMarks({ bucket_name }),
    set_asides: createSetAsideReader({ bucket_name: stack.SetAsideBucketName }),
    restoreKey: createSecret({ secret_id: stack.RestoreKeyArn }),
    now: Date.now,
  };
}

function noSuchBatch(key: string): Advice {
  return new Advice(`There is no batch ${key}.`, 'See `aurastream redrive list --all`.');
}
