import { bundleCommand } from '../support/bundle-command.ts';
import { type Ended, run } from '../support/process.ts';

/** Runs `aurastream` with the arguments in a process of its own. */
export type RunCommand = (args: string[]) => Promise<Ended>;

/**
 * Creates the function that runs the command.
 *
 * @param folder the folder of the command's bundle.
 * @param env the address and the credentials of the cloud.
 */
export async function createRunCommand(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<RunCommand> {
  const bundle = await bundleCommand(folder);
  return (args) => run(['node', bundle, ...args], { env });
}
