/**
 * Drives every route and promise of a deployed stack, and erases what it has published:
 * `npm run smoke -- --stack NAME`. See docs/operations.md.
 */
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { connect } from '../cli/cloud.ts';
import { explain } from '../cli/errors.ts';
import { formatTable } from '../cli/output/table.ts';
import { estimateCost } from './smoke/cost.ts';
import { Observations } from './smoke/observations.ts';
import { runSteps } from './smoke/run.ts';

// The SDK would print its warning about old versions of Node.js between the steps.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

interface SmokeOptions {
  stack: string;
  records: string;
  callbackUrl?: string;
  only: string[];
  yes?: boolean;
  record?: boolean;
}

/** Most that a run may cost, in USD. */
const MOST_USD = 1;

const program = new Command('smoke')
  .description('drive every route and promise of a deployed stack')
  .option('--stack <name>', 'the CloudFormation stack', 'AuraStream')
  .option('--records <count>', 'number of records to publish', '1000')
  .option('--callback-url <url>', 'a URL of yours that answers POST with 200')
  .option(
    '--only <words>',
    'drive only the steps whose line has these words, and withdraw; may be given several times',
    (words: string, others: string[]) => [...others, words],
    [],
  )
  .option('--yes', 'do not ask before spending money')
  .option('--record', 'record what the embedded cloud answers, for later comparisons')
  .action(smoke);

async function smoke(options: SmokeOptions): Promise<void> {
  const records = Number(options.records);
  if (!Number.isInteger(records) || records < 10) throw new Error('--records expects 10 or more.');
  const stack = await connect(program);
  const usd = estimateCost(records);
  if (usd > MOST_USD) throw new Error(`The run would cost $${usd.toFixed(2)}. Lower --records.`);
  console.log(`The run costs about $${usd.toFixed(2)} and takes up to 10 minutes.`);
  if (!options.yes && !(await confirm())) throw new Error('Nothing was done.');
  const observations = new Observations();
  const failed = await runSteps({
    stack,
    stack_name: options.stack,
    records,
    callback_url: options.callbackUrl,
    only: options.only,
    observations,
  });
  const is_whole = options.only.length === 0;
  if (options.record && is_whole) observations.record();
  printDifferences(observations, is_whole);
  if (failed > 0) process.exitCode = 1;
}

/** Asks the user. Without a terminal the answer is no. */
async function confirm(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Go on? (yes/no) ');
  terminal.close();
  return answer.trim().toLowerCase() === 'yes';
}

function printDifferences(observations: Observations, is_whole: boolean): void {
  const differences = observations.compare(is_whole);
  if (differences.length === 0) {
    console.log('Every answer has the form that the embedded cloud gives it.');
    return;
  }
  console.log('What differs from the embedded cloud:');
  console.log(
    formatTable(
      ['name', 'here', 'embedded'],
      differences.map((difference) => ({ ...difference })),
    ),
  );
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
