import { Command, Option } from 'commander';
import { JOB_STATUSES, type JobStatus, type StatusResponse } from '../../schemas/index.ts';
import { advised, connectApi } from '../api.ts';
import { createProgress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import { inWords, watched } from './job-progress.ts';
import { resultsCommand } from './job-results.ts';
import { submitCommand } from './job-submit.ts';

/** A job that FAILED, for scripts. */
const EXIT_FAILED = 1;

/** `aurastream job`: files analysed as jobs, through the API. */
export function jobCommand(): Command {
  return new Command('job')
    .description('jobs: files that are analysed whole, with their progress')
    .addCommand(submitCommand())
    .addCommand(statusCommand())
    .addCommand(listCommand())
    .addCommand(cancelCommand())
    .addCommand(resultsCommand());
}

function statusCommand(): Command {
  return new Command('status')
    .description('how far a job has come')
    .argument('<job_id>')
    .option('--watch', 'until it is over')
    .option('--json', 'print one line of JSON')
    .addHelpText('after', '\nExit code: 1 where the job has FAILED, else 0.')
    .action(
      async (job_id: string, options: { watch?: boolean; json?: boolean }, command: Command) => {
        const client = await connectApi(command);
        const status = await advised(
          options.watch ? watched(client, job_id, createProgress()) : client.status(job_id),
        );
        tell(status, options.json === true);
      },
    );
}

function tell(status: StatusResponse, json: boolean): void {
  console.log(json ? JSON.stringify(status) : inWords(status));
  if (status.status === 'FAILED') process.exitCode = EXIT_FAILED;
}

function listCommand(): Command {
  return new Command('list')
    .description('your jobs, newest first')
    .addOption(new Option('--status <status>', 'only those that are so').choices(JOB_STATUSES))
    .option('--limit <n>', 'how many', '20')
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
    .description('stop a job: what is not yet analysed is not paid for')
    .argument('<job_id>')
    .option('--json', 'print one line of JSON')
    .action(async (job_id: string, options: { json?: boolean }, command: Command) => {
      const client = await connectApi(command);
      const job = await advised(client.cancel(job_id));
      const { done, total } = job.progress;
      console.log(
        options.json ? JSON.stringify(job) : `Cancelled ${job_id}: ${done} of ${total} were done.`,
      );
    });
}
