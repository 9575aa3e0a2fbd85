import { Readable } from 'node:stream';
import { Command } from 'commander';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createRecordLists, listListedJobs } from '../../aws/s3/record-lists.ts';
import { createSetAsideReader } from '../../aws/s3/set-aside-bucket.ts';
import { type JobSetAside, listJobSetAsides } from '../../operations/job-set-asides.ts';
import type { AuditAct, SetAside } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { chooseOutput, type OutputOptions, printAnswer } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { setAsideReplayCommand } from './set-aside-replay.ts';

/**
 * Creates the command `aurastream set-aside`, which shows the records that could not be processed
 * and replays such records.
 */
export function setAsideCommand(): Command {
  return new Command('set-aside')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(setAsideReplayCommand());
}

/** Number of rows that are listed for each job if no job is named. */
const ROWS_PER_JOB = 100;

function listCommand(): Command {
  return new Command('list')
    .description('list all set-asides in the order of the stream, and then the rows of jobs')
    .option('--job <job_id>', 'list only records of this job')
    .option('--json', 'print an array')
    .addHelpText(
      'after',
      `
A row of a job's file that is no valid record was never on the stream. Without --job, the first ${ROWS_PER_JOB} such rows
of each job are listed, as long as the job is kept. Mend the file and submit it again: rows cannot be replayed, because the
file is deleted when its job is over.`,
    )
    .action(async (options: { job?: string } & OutputOptions, command: Command) => {
      const stack = await connect(command);
      const has_bytes = chooseOutput(options) !== 'table';
      const found = has_bytes
        ? await withAudit(
            stack,
            nameAct('job_id', options.job),
            () => listSetAsides(stack, options.job),
            ({ length }) => ({ counts: { set_asides: length } }),
          )
        : await listSetAsides(stack, options.job);
      printAnswer(options, found, () =>
        found.length === 0
          ? 'There are no set-asides.'
          : formatTable(['set_aside_id', 'arrived_at', 'reason', 'issue'], found.map(toRow)),
      );
    });
}

/** Reads with the bytes of set-asides are in the audit trail. */
function nameAct(selector: string, value: string | undefined): AuditAct {
  return { act: 'read_set_asides', selectors: value === undefined ? {} : { [selector]: value } };
}

async function listSetAsides(
  stack: StackOutputs,
  job_id: string | undefined,
): Promise<(SetAside | JobSetAside)[]> {
  const found: (SetAside | JobSetAside)[] = [];
  for await (const one of openReader(stack).list()) {
    if (job_id === undefined || holdsJob(one, job_id)) found.push(one);
  }
  for await (const row of openRows(stack, job_id)) found.push(row);
  return found;
}

/** The submission writes records as JSON without spaces. */
function holdsJob({ data_base64 }: SetAside, job_id: string): boolean {
  return Buffer.from(data_base64, 'base64').includes(`"job_id":${JSON.stringify(job_id)}`);
}

function openRows(
  { InputBucketName: bucket_name, JobsTableName: table_name }: StackOutputs,
  job_id?: string,
): AsyncIterable<JobSetAside> {
  const deps = {
    store: createJobStore({ table_name, now: Date.now }),
    record_lists: createRecordLists({ bucket_name }),
  };
  if (job_id !== undefined) return listJobSetAsides(deps, Readable.from([job_id]));
  return listJobSetAsides(deps, listListedJobs({ bucket_name }), ROWS_PER_JOB);
}

function toRow({ set_aside_id, arrived_at, reason, issues }: SetAside | JobSetAside) {
  const issue = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return { set_aside_id, arrived_at, reason, issue: issue.join('; ') };
}

function showCommand(): Command {
  return new Command('show')
    .description('show one set-aside, and its bytes as they were on the stream')
    .argument('<set_aside_id>')
    .option('--json', 'print one line of JSON, with the bytes as base64')
    .option('--bytes', 'print only the bytes, for a pipe')
    .action(async (id: string, options: { bytes?: boolean } & OutputOptions, command: Command) => {
      const stack = await connect(command);
      const set_aside = await withAudit(stack, nameAct('set_aside_id', id), () =>
        openReader(stack).get(id),
      );
      if (set_aside === undefined) {
        throw new Advice(`There is no set-aside ${id}.`, 'See `aurastream set-aside list`.');
      }
      const { data_base64, ...rest } = set_aside;
      const bytes = Buffer.from(data_base64, 'base64');
      if (options.bytes) process.stdout.write(bytes);
      else {
        printAnswer(
          options,
          set_aside,
          () => `${JSON.stringify(rest, null, 2)}\n${toPrintable(bytes)}`,
        );
      }
    });
}

const SHOWN_BYTES = 2_000;

/**
 * Converts at most the first 2,000 bytes to text. The function replaces control characters, because
 * a terminal would run control characters as commands.
 */
function toPrintable(bytes: Buffer): string {
  const text = bytes
    .subarray(0, SHOWN_BYTES)
    .toString('utf8')
    .replace(/\p{Cc}/gu, '·');
  const rest = bytes.length - SHOWN_BYTES;
  return rest > 0 ? `${text}\n… and ${rest} more bytes: --bytes prints them all` : text;
}

function openReader({ SetAsideBucketName }: StackOutputs) {
  return createSetAsideReader({ bucket_name: SetAsideBucketName });
}
