import { CommanderError } from 'commander';
import { chooseExitCode, explain } from './errors.ts';
import { createProgram } from './program.ts';

// A closed pipe is not an error, because a reader such as `head` closes the pipe when the reader
// has read enough lines.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  const program = await createProgram(process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own errors.
  if (!(error instanceof CommanderError)) process.stderr.write(`${explain(error)}\n`);
  process.exitCode = chooseExitCode(error);
}
