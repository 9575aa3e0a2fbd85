import { Command } from 'commander';
import { type Check, check } from '../doctor/check.ts';
import { checkDeployment } from '../doctor/deployment.ts';
import { findNode, findPort } from '../doctor/machine.ts';
import { colours } from '../output/colours.ts';
import { type OutputOptions, printAnswer } from '../output/print.ts';
import { padEnd } from '../output/width.ts';

/** Exit code if a check failed. */
const EXIT_FAILED = 1;

/** Creates the command `aurastream doctor`, which looks for what keeps commands from working. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .option('--json', 'print an array of checks')
    .addHelpText('after', '\nExit code: 0 if no check failed, else 1.')
    .action(async (options: OutputOptions, command: Command) => {
      const checks = [
        await check('node', findNode),
        await check('port', findPort),
        ...(await checkDeployment(command)),
      ];
      printAnswer(options, checks, () => checks.map(formatCheck).join('\n'));
      if (checks.some(({ status }) => status === 'failed')) process.exitCode = EXIT_FAILED;
    });
}

const COLOURS = { ok: colours.green, failed: colours.red, skipped: colours.dim };

function formatCheck({ name, status, found, advice }: Check): string {
  const line = `${COLOURS[status](padEnd(status, 7))}  ${padEnd(name, 11)}  ${found}`;
  return advice === undefined ? line : `${line}\n${' '.repeat(22)}${advice}`;
}
