import { Command } from 'commander';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createFailureReports, createMarks } from '../../aws/s3/failure-bucket.ts';
import { createPublisher } from '../../ingest/index.ts';
import {
  type Failure,
  failure,
  failures,
  type RedriveDeps,
  type Redriven,
  redrive,
} from '../../operations/redrive.ts';
import type { Restorable } from '../../operations/restore.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { createProgress } from '../output/progress.ts';
import { table } from '../output/table.ts';

/** Some batches could not be put back; the others were. */
const EXIT_SOME_FAILED = 2;

/** `aurastream redrive`: what Lambda gave up on, and putting it back on the stream. */
export function redriveCommand(): Command {
  return new Command('redrive')
    .description('batches that Lambda gave up on: look at them, and put them back on the stream')
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
    .description('batches that wait to be put back')
    .option('--reason <reason>', 'only those, such as RetryAttemptsExhausted')
    .option('--all', 'those that were put back as well')
    .option('--json', 'print an array')
    .action(async (options: Selection & { json?: boolean }, command: Command) => {
      const found = await selected(await opened(command), options);
      if (options.json) return console.log(JSON.stringify(found));
      if (found.length === 0) return console.log('Nothing waits to be put back.');
      const columns = ['key', 'reason', 'failed_at', 'shard_id', 'records', 'restored_at'];
      console.log(
        table(
          columns,
          found.map((one) => ({ restored_at: '', ...one })),
        ),
      );
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('what is in one batch: records by their identity, without their texts')
    .argument('<key>', 'as `redrive list` shows it')
    .option('--json', 'print one line of JSON')
    .action(async (key: string, options: { json?: boolean }, command: Command) => {
      const found = await failure(await opened(command), key);
      if (found === undefined) throw noSuch(key);
      const records = found.contents.map(shown);
      if (options.json) return console.log(JSON.stringify({ ...found.failure, contents: records }));
      console.log(JSON.stringify(found.failure, null, 2));
      console.log(table(['tenant', 'source', 'record_id', 'record_version', 'bytes'], records));
    });
}

function shown(one: Restorable) {
  if (one.kind === 'bytes') {
    const { reason } = one.set_aside;
    return {
      tenant: '',
      source: '',
      record_id: `(${reason})`,
      record_version: '',
      bytes: one.bytes.length,
    };
  }
  const { tenant = 'default', source, record_id, record_version = 0, text = '' } = one.record;
  return { tenant, source, record_id, record_version, bytes: Buffer.byteLength(text) };
}

function runCommand(): Command {
  return new Command('run')
    .description('put batches back on the stream, each record under the identity that it had')
    .argument('[key...]', 'absent: all that wait')
    .option('--reason <reason>', 'only those, such as RetryAttemptsExhausted')
    .option('--dry-run', 'say what would be put back, and do nothing')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
What is put back twice counts once, so a run that was stopped half-way may be run again.
Exit code: 0 all are on the stream; 2 some batches are not and stay in the list; 1 nothing could be done.`,
    )
    .action(
      async (
        keys: string[],
        options: Selection & { dryRun?: boolean; json?: boolean },
        command: Command,
      ) => {
        const deps = await opened(command);
        const wanted =
          keys.length > 0 ? keys : (await selected(deps, options)).map(({ key }) => key);
        const summary = options.dryRun
          ? await counted(deps, wanted)
          : await runAll(deps, wanted, (await connect(command)).StreamName);
        console.log(options.json ? JSON.stringify(summary) : inWords(summary));
        if (summary.failed > 0) process.exitCode = EXIT_SOME_FAILED;
      },
    );
}

interface Summary {
  dry_run: boolean;
  batches: number;
  records: number;
  /** Records that are not on the stream. */
  failed: number;
  codes: string[];
}

async function runAll(deps: RedriveDeps, keys: string[], stream_name: string): Promise<Summary> {
  const publisher = createPublisher({ stream: createKinesisStream({ stream_name }) });
  const progress = createProgress();
  const done: Redriven[] = [];
  for (const [i, key] of keys.entries()) {
    progress.update(`Batch ${i + 1} of ${keys.length}`);
    if ((await deps.reports.read(key)) === undefined) throw noSuch(key);
    done.push(await redrive(deps, publisher, key));
  }
  await publisher.close();
  progress.done();
  return {
    dry_run: false,
    batches: done.length,
    records: done.reduce((sum, { accepted }) => sum + accepted, 0),
    failed: done.reduce((sum, { failed }) => sum + failed, 0),
    codes: [...new Set(done.flatMap(({ codes }) => codes))],
  };
}

async function counted(deps: RedriveDeps, keys: string[]): Promise<Summary> {
  let records = 0;
  for (const key of keys) {
    const found = await failure(deps, key);
    if (found === undefined) throw noSuch(key);
    records += found.contents.length;
  }
  return { dry_run: true, batches: keys.length, records, failed: 0, codes: [] };
}

function inWords({ dry_run, batches, records, failed, codes }: Summary): string {
  const verb = dry_run ? 'would be put back' : 'are back on the stream';
  const rest = failed === 0 ? '' : `\n${failed} are not: ${codes.join(', ')}. Run it again.`;
  return `${records} records of ${batches} batches ${verb}.${rest}`;
}

async function selected(deps: RedriveDeps, { reason, all }: Selection): Promise<Failure[]> {
  const found: Failure[] = [];
  for await (const one of failures(deps)) {
    if (reason !== undefined && one.reason !== reason) continue;
    if (all || one.restored_at === undefined) found.push(one);
  }
  return found;
}

async function opened(command: Command): Promise<RedriveDeps> {
  const { FailureBucketName: bucket_name } = await connect(command);
  return {
    reports: createFailureReports({ bucket_name }),
    marks: createMarks({ bucket_name }),
    now: Date.now,
  };
}

function noSuch(key: string): Advice {
  return new Advice(`There is no batch ${key}.`, 'See `aurastream redrive list --all`.');
}
