import { join } from 'node:path';
import { build } from 'esbuild';
import { type Ended, ROOT, run } from '../support/process.ts';

/** Runs `aurastream` with the arguments in a process of its own. */
export type RunCommand = (args: string[]) => Promise<Ended>;

/**
 * Bundles the command into the folder. The bundle starts several times faster than the sources, and
 * a storm starts the command often.
 *
 * @param env the address and the credentials of the cloud.
 */
export async function bundleCommand(folder: string, env: NodeJS.ProcessEnv): Promise<RunCommand> {
  const outfile = join(folder, 'aurastream.mjs');
  await build({
    entryPoints: [join(ROOT, 'cli', 'main.ts')],
    absWorkingDir: ROOT,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Defines require(), because the CommonJS dependencies call require().
    banner: {
      js: "import { createRequire as chaosRequire } from 'node:module'; const require = chaosRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return (args) => run(['node', outfile, ...args], { env });
}
