import { Command } from 'commander';
import { COMMANDS, type CommandEntry } from './commands.ts';
import { addOutputOption } from './output/print.ts';
import { readVersion } from './version.ts';

/**
 * Creates `aurastream` with the code of the command that the words name. Of all other commands, it has
 * the names and descriptions.
 *
 * @param words the arguments of the process, without the names of Node.js and the script.
 */
export async function createProgram(words: string[]): Promise<Command> {
  const program = createRoot();
  // An option such as --stack has a value, which is no command. Only the program knows its options.
  const [first, second] = program.parseOptions(words).operands;
  const chosen = first === 'help' ? second : first;
  for (const entry of COMMANDS) {
    program.addCommand(entry.name === chosen ? await loadCommand(entry) : createStub(entry));
  }
  return throwOnExit(program);
}

/** Creates `aurastream` with the code of all commands, for the reference and the completion. */
export async function createWholeProgram(): Promise<Command> {
  const program = createRoot();
  for (const entry of COMMANDS) program.addCommand(await loadCommand(entry));
  return program;
}

async function loadCommand({ description, load }: CommandEntry): Promise<Command> {
  return addOutputOption((await load(createWholeProgram)).description(description));
}

/** Lets Commander throw where it would end the process, so that one place chooses the exit code. */
function throwOnExit(command: Command): Command {
  for (const child of command.commands) void throwOnExit(child);
  return command.exitOverride();
}

function createStub({ name, description }: CommandEntry): Command {
  return new Command(name).description(description);
}

function createRoot(): Command {
  return new Command('aurastream')
    .exitOverride()
    .description('A firehose of text in, sentiment you can query out.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--stack <name>', 'the CloudFormation stack to use', 'AuraStream')
    .option(
      '--target <name>',
      'a deployment that `aurastream login` has stored (default: AURASTREAM_TARGET)',
    )
    .option(
      '--api-key <key>',
      'for analyze, stats, job, alerts and budget (default: AURASTREAM_API_KEY, or the key of the embedded cloud)',
    )
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      `
Which cloud: the target, where one is named; else AWS_ENDPOINT_URL where it is set; else the embedded cloud that runs in this folder; else AWS,
with the credentials and region of your environment.

Examples:
  $ aurastream ingest reviews.jsonl --source app_reviews
  $ aurastream query "SELECT sentiment, count(*) AS n FROM results GROUP BY sentiment"
  $ aurastream analyze "I love my cat"
  $ aurastream job submit reviews.csv --watch

Exit codes: 0 done; 1 failed, and the message says why; 2 done in part; 64 wrong use; 130 interrupted.`,
    );
}
