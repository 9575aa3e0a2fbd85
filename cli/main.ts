import { Command } from 'commander';
import { analyzeCommand } from './commands/analyze.ts';
import { auditCommand } from './commands/audit.ts';
import { budgetCommand } from './commands/budget.ts';
import { countsCommand } from './commands/counts.ts';
import { eraseCommand } from './commands/erase.ts';
import { exportCommand } from './commands/export.ts';
import { ingestCommand } from './commands/ingest.ts';
import { jobCommand } from './commands/job.ts';
import { keysCommand } from './commands/keys.ts';
import { planCommand } from './commands/plan.ts';
import { privacyCommand } from './commands/privacy.ts';
import { queryCommand } from './commands/query.ts';
import { redriveCommand } from './commands/redrive.ts';
import { replayCommand } from './commands/replay.ts';
import { resultsCommand } from './commands/results.ts';
import { setAsideCommand } from './commands/set-aside.ts';
import { statsCommand } from './commands/stats.ts';
import { tailCommand } from './commands/tail.ts';
import { undoCommand } from './commands/undo.ts';
import { explain } from './errors.ts';

const program = new Command('aurastream')
  .description('A firehose of text in, sentiment you can query out.')
  .option('--stack <name>', 'the CloudFormation stack to use', 'AuraStream')
  .option(
    '--api-key <key>',
    'for analyze, stats, job and budget (default: AURASTREAM_API_KEY, or the key of the embedded cloud)',
  )
  .addHelpText(
    'after',
    `
Which cloud: AWS_ENDPOINT_URL where it is set; else the embedded cloud that runs in this folder; else AWS,
with the credentials and region of your environment.

Examples:
  $ aurastream ingest reviews.jsonl --source app_reviews
  $ aurastream query "SELECT sentiment, count(*) AS n FROM results GROUP BY sentiment"
  $ aurastream analyze "I love my cat"
  $ aurastream job submit reviews.csv --watch`,
  )
  .addCommand(ingestCommand())
  .addCommand(queryCommand())
  .addCommand(undoCommand())
  .addCommand(resultsCommand())
  .addCommand(tailCommand())
  .addCommand(statsCommand())
  .addCommand(countsCommand())
  .addCommand(setAsideCommand())
  .addCommand(redriveCommand())
  .addCommand(replayCommand())
  .addCommand(analyzeCommand())
  .addCommand(jobCommand())
  .addCommand(budgetCommand())
  .addCommand(eraseCommand())
  .addCommand(exportCommand())
  .addCommand(privacyCommand())
  .addCommand(keysCommand())
  .addCommand(auditCommand())
  .addCommand(planCommand());

// A closed pipe is not an error, because a reader such as `head` closes the pipe when the reader
// has read enough lines.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
