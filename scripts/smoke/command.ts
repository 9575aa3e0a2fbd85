import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { SmokeContext } from './step.ts';

const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../../cli/aurastream.mjs', import.meta.url));
const MAX_OUTPUT_BYTES = 64 * 1_048_576;

/** Creates the function that runs `aurastream … --json` for a stack. */
export function createCommandRunner(
  stack_name: string,
  api_key: string,
): SmokeContext['aurastream'] {
  return async (...args) => {
    const { stdout } = await run(
      process.execPath,
      [COMMAND, '--stack', stack_name, ...args, '--json'],
      {
        env: { ...process.env, AURASTREAM_API_KEY: api_key },
        maxBuffer: MAX_OUTPUT_BYTES,
      },
    );
    return JSON.parse(stdout);
  };
}
