import { Command, Option } from 'commander';
import {
  JOB_STATUSES,
  type JobStatus,
  type JobsResponse,
  type StatusResponse,
} from '../../schemas/index.ts';
import { connectApi, withAdvice, withAdviceForEach } from '../api.ts';
import { printAnswer } from '../output/print.ts';
import { createProgress } from '../output/progress.ts';
import { formatTable } from '../output/table.ts';
import { describeStatus, watchJob } from './job-progress.ts';
import { resultsCommand } from './job-results.ts';
import { submitCommand } from './job-submit.ts';
import { parseLimit } from './options.ts';

/** Exit code of the command if the job's status is FAILED. */
const EXIT_FAILED = 1;

/** Creates the command `aurastream job`, which analyses files as jobs through the API. */
export function jobCommand(): Command {
  return new Command('job')
    .addCommand(submitCommand())
    .addCommand(statusCommand())
    .addCommand(listCommand())
    .addCommand(cancelCommand())
    .addCommand(resultsCommand());
}

function statusCommand(): Command {
  return new Command('status')
    .description('show the progress of a job')
    .argument('<job_id>')
    .option('--watch', 'show the progress until the job is final')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', '\nExit code: 1 if the job is FAILED, else 0.')
    .action(
      async (job_id: string, options: { watch?: boolean; json?: boolean }, command: Command) => {
        const client = await connectApi(command);
        const status = await withAdvice(
          options.watch ? watchJob(client, job_id, createProgress()) : client.status(job_id),
        );
        printStatus(status, options);
      },
    );
}

function printStatus(status: StatusResponse, options: { json?: boolean }): void {
  printAnswer(options, status, () => describeStatus(status));
  if (status.status === 'FAILED') process.exitCode = EXIT_FAILED;
}

function listCommand(): Command {
  return new Command('list')
    .description('list your jobs, newest first')
    .addOption(new Option('--status <status>', 'only jobs with this status').choices(JOB_STATUSES))
    .option('--limit <n>', 'how many at most', parseLimit, 20)
    .option('--json', 'print an array')
    .action(
      async (options: { status?: JobStatus; limit: number; json?: boolean }, command: Command) => {
        const client = await connectApi(command);
        const jobs: JobsResponse['jobs'] = [];
        const query = options.status === undefined ? {} : { status: options.status };
        for await (const job of withAdviceForEach(client.jobs(query))) {
          if (jobs.length === options.limit) break;
          jobs.push(job);
        }
        const rows = jobs.map(({ job_id, status, source_id, total, created_at }) => ({
          job_id,
          status,
          source_id,
          total,
          created_at,
        }));
        printAnswer(options, jobs, () =>
          formatTable(['job_id', 'status', 'source_id', 'total', 'created_at'], rows),
        );
      },
    );
}

function cancelCommand(): Command {
  return new Command('cancel')
    .description('cancel a job: records that are not yet analysed cost nothing')
    .argument('<job_id>')
    .option('--json', 'print one line of JSON')
    .action(async (job_id: string, options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const job = await withAdvice(client.cancel(job_id));
      const { done, total } = job.progress;
      printAnswer(
        options,
        job,
        () => `Cancelled ${job_id}: ${done} of ${total} records were done.`,
      );
    });
}
