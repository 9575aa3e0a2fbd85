import { Command, Option } from 'commander';
import { JOB_STATUSES, type JobStatus, type StatusResponse } from '../../schemas/index.ts';
import { advised, connectApi } from '../api.ts';
import { createProgress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { describeStatus, watchJob } from './job-progress.ts';
import { resultsCommand } from './job-results.ts';
import { submitCommand } from './job-submit.ts';

/** Tells scripts that the job is FAILED. */
const EXIT_FAILED = 1;

/** `aurastream job`: files analysed as jobs, through the API. */
export function jobCommand(): Command {
  return new Command('job')
    .description('analyse files as jobs, with progress')
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
        const status = await advised(
          options.watch ? watchJob(client, job_id, createProgress()) : client.status(job_id),
        );
        printStatus(status, options.json === true);
      },
    );
}

function printStatus(status: StatusResponse, json: boolean): void {
  console.log(json ? JSON.stringify(status) : describeStatus(status));
  if (status.status === 'FAILED') process.exitCode = EXIT_FAILED;
}

function listCommand(): Command {
  return new Command('list')
    .description('list your jobs, newest first')
    .addOption(new Option('--status <status>', 'only jobs with this status').choices(JOB_STATUSES))
    .option('--limit <n>', 'number of jobs', '20')
    .option('--json', 'print an array')
    .action(
      async (options: { status?: JobStatus; limit: string; json?: boolean }, command: Command) => {
        const client = await connectApi(command);
        const jobs = [];
        const query = options.status === undefined ? {} : { status: options.status };
        const all = client.jobs(query)[Symbol.asyncIterator]();
        while (jobs.length < Number(options.limit)) {
          const next = await advised(all.next());
          if (next.done) break;
          jobs.push(next.value);
        }
        if (options.json) return console.log(JSON.stringify(jobs));
        const rows = jobs.map(({ job_id, status, source_id, total, created_at }) => ({
          job_id,
          status,
          source_id,
          total,
          created_at,
        }));
        console.log(table(['job_id', 'status', 'source_id', 'total', 'created_at'], rows));
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
      const job = await advised(client.cancel(job_id));
      const { done, total } = job.progress;
      console.log(
        options.json
          ? JSON.stringify(job)
          : `Cancelled ${job_id}: ${done} of ${total} records were done.`,
      );
    });
}
