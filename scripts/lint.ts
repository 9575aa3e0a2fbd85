/**
 * Runs all scripts of package.json whose names start with `lint:`, as many at a time as there are
 * cores. Prints the output of each check that fails, and exits with 1 if a check fails. The slowest
 * checks come first in package.json, so that no core waits for them at the end.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import package_json from '../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const env = {
  ...process.env,
  PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
};

/** Runs a command, and returns whether it succeeded and what it printed. */
function run(command: string): Promise<{ is_ok: boolean; output: string }> {
  const child = spawn(command, { cwd: ROOT, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ is_ok: code === 0, output }));
  });
}

const checks = Object.entries(package_json.scripts).filter(([name]) => name.startsWith('lint:'));
const limit = pLimit(availableParallelism());
await Promise.all(
  checks.map(([name, command]) =>
    limit(async () => {
      const started = performance.now();
      const { is_ok, output } = await run(command);
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      console.log(`${is_ok ? '✓' : '✗'} ${name} (${seconds} s)`);
      if (is_ok) return;
      console.log(output);
      process.exitCode = 1;
    }),
  ),
);
