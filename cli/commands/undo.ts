import { Command } from 'commander';
import { createReadRows } from '../../aws/athena/query.ts';
import { createRunHistory } from '../../aws/athena/run-history.ts';
import type { StackOutputs } from '../../aws/cloudformation/stack.ts';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createPublisher } from '../../ingest/index.ts';
import { type UndoCounts, type UndoOutcome, undoRun } from '../../operations/runs/undo.ts';
import { isFinal, recordId } from '../../schemas/index.ts';
import { withAudit } from '../audit.ts';
import { connect } from '../cloud.ts';
import { Advice } from '../errors.ts';
import { createRunId } from '../lake/run-id.ts';
import { WAIT_LIMIT_SECONDS, waitForAccepted } from '../lake/wait.ts';
import { askUser } from '../output/ask-user.ts';
import { printAnswer } from '../output/print.ts';
import { createProgress } from '../output/progress.ts';
import { abortOnInterrupt } from '../stop.ts';
import { createNumberParser } from './options.ts';

interface Options {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
  waitLimit: number;
}

interface UndoSummary extends UndoOutcome {
  /** Id of the run that undoes the other. Absent in a dry run. */
  run_id?: string;
  undone_run_id: string;
}

const EXIT_SOME_FAILED = 2;

/** Creates the command `aurastream undo RUN`, which takes back what a run has changed. */
export function undoCommand(): Command {
  return new Command('undo')
    .argument('<run>', 'the run_id of an ingest or an undo, or the id of a job')
    .option('--dry-run', 'count the records, and publish nothing')
    .option('--yes', 'do not ask')
    .option(
      '--wait-limit <seconds>',
      'give up if the lake is not complete after this time',
      createNumberParser(1, 86_400),
      WAIT_LIMIT_SECONDS,
    )
    .option('--json', 'print the summary as one line of JSON')
    .addHelpText(
      'after',
      `
Each record whose current version comes from the run gets back its version before the run: text, author, url,
attributes, language and created_at. A record that the run has created is withdrawn. Records that were changed later, by
anything else, are left. The versions come from the log of the lake, which is kept for 30 days; withdrawn texts are
removed from it at night, so a withdrawal can be undone until then. A job must be final: cancel it first. The undo
waits until the lake is complete. It is itself a run and can be undone. Undoing a run twice changes nothing more. Ctrl-C
ends it after the records in hand; run it again to undo the rest.
Exit code: 0 done; 2 interrupted, or some records could not be restored or published; 1 the command failed.`,
    )
    .action(async (run: string, options: Options, self: Command) => {
      const summary = await undo(readRunId(run), await connect(self), options);
      printAnswer(options, summary, () => toSentences(summary));
      const left = summary.failed + summary.not_kept + summary.expired;
      if (left > 0 || summary.interrupted) process.exitCode = EXIT_SOME_FAILED;
    });
}

function readRunId(run: string): string {
  if (recordId.safeParse(run).success) return run;
  throw new Advice(
    `${run} is no id of a run.`,
    'The summary of ingest prints it, such as run_20261127-182233-3fa9c1d0; a job has its job_id.',
  );
}

async function undo(
  undone_run_id: string,
  stack: StackOutputs,
  { dryRun, yes, waitLimit }: Options,
): Promise<UndoSummary> {
  const signal = abortOnInterrupt();
  await refuseRunningJob(undone_run_id, stack);
  void (await waitForAccepted(stack, { limit_seconds: waitLimit, signal }));
  const readRows = createReadRows({
    work_group: stack.WorkgroupName,
    database: stack.DatabaseName,
    signal,
  });
  const history = createRunHistory({ readRows });
  const touched = await history.countTouched(undone_run_id);
  if (touched === 0) {
    throw new Advice(
      `The lake knows no record that ${undone_run_id} has changed.`,
      'The log is kept for 30 days. Check the id: SELECT run_id, count(*) FROM results GROUP BY run_id',
    );
  }
  if (!dryRun && !yes) await confirm(undone_run_id, touched);
  const stream = createKinesisStream({ stream_name: stack.BulkStreamName });
  const publisher = dryRun ? undefined : createPublisher({ stream });
  const run_id = createRunId(Date.now());
  if (signal.aborted) throw new Advice('Interrupted: nothing is undone.', 'Run it again.');
  if (!dryRun) process.stderr.write(`${describeRun({ run_id, undone_run_id })}\n`);
  const progress = createProgress();
  const results = createResultsReader({ table_name: stack.ResultsTableName });
  const onProgress = ({ restored, withdrawn }: UndoCounts) =>
    progress.update(`${restored} restored, ${withdrawn} withdrawn`);
  const deps = { history, results, publisher, onProgress, signal };
  const work = () => undoRun(deps, { undone_run_id, run_id, touched });
  const counts = dryRun
    ? await work()
    : await withAudit(
        stack,
        { act: 'undo', selectors: { run_id, undone_run_id } },
        work,
        ({ restored, withdrawn, failed }) => ({ counts: { restored, withdrawn, failed } }),
      );
  await publisher?.close();
  progress.finish();
  return { ...(dryRun ? {} : { run_id }), undone_run_id, ...counts };
}

/**
 * Refuses a job that still publishes records, of which an undo would take back only a part.
 *
 * @throws {Advice} if the run is a job that is not final.
 */
async function refuseRunningJob(run: string, { JobsTableName }: StackOutputs): Promise<void> {
  const job = await createJobStore({ table_name: JobsTableName, now: Date.now }).get(run);
  if (job === undefined || isFinal(job.status)) return;
  throw new Advice(
    `The job ${run} is ${job.status}: an undo would take back only a part of it.`,
    `Cancel it first, with aurastream job cancel ${run}, or wait until it is final.`,
  );
}

async function confirm(run: string, touched: number): Promise<void> {
  if (await askUser(`Undo ${run}, which changed ${touched} records?`)) return;
  throw new Advice(
    `Nothing is undone: ${touched} records come from ${run} or did.`,
    'Look with --dry-run, and confirm with --yes.',
  );
}

function toSentences(summary: UndoSummary): string {
  const { run_id, undone_run_id, restored, withdrawn, failed } = summary;
  const { unchanged, changed_later, not_kept, expired, interrupted } = summary;
  const verb = run_id === undefined ? 'would be' : 'are being';
  const lines = [`${restored} records ${verb} restored and ${withdrawn} withdrawn.`];
  const add = (count: number, sentence: string) => {
    if (count > 0) lines.push(`${count} ${sentence}`);
  };
  add(changed_later, 'left: they were changed later.');
  add(unchanged, 'left: the run did not change what they say.');
  add(not_kept, 'left: their text before the run is no longer kept.');
  add(expired, 'left: their rows have expired from the results table.');
  add(failed, 'could not be published. Run it again.');
  if (interrupted) lines.push('Interrupted: the other records are as they were. Run it again.');
  if (run_id !== undefined) lines.push(describeRun({ run_id, undone_run_id }));
  return lines.join('\n');
}

function describeRun({ run_id, undone_run_id }: { run_id: string; undone_run_id: string }) {
  return `run ${run_id} undoes ${undone_run_id}`;
}
