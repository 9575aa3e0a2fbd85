import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command in the root folder of the project and waits until the command exits. */
export function run(
  command: string[],
  options: { env?: NodeJS.ProcessEnv; input?: string | Buffer; cwd?: string } = {},
): Promise<Ended> {
  const child = start(command, options);
  child.stdin?.end(options.input ?? '');
  return waitForExit(child);
}

export function start(
  [file, ...args]: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): ChildProcess {
  return spawn(file!, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: 'pipe',
  });
}

export function waitForExit(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/**
 * Returns the environment variables of this process, except the AWS settings, `NODE_OPTIONS` and
 * `FORCE_COLOR`. The variable `CI` is always set.
 */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('AWS_') && !['NODE_OPTIONS', 'FORCE_COLOR'].includes(name),
  );
  return { ...Object.fromEntries(kept), CI: 'true' };
}
