import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PROGRAM = ['--import', 'tsx', 'bench/main.ts'];

/**
 * Runs the program of `npm run bench` in its own process group and with its own temporary folder.
 * If `until` is given, the program receives SIGINT as soon as stderr contains `until`.
 */
async function runBench(args: string[], { until }: { until?: string } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-bench-test-'));
  // A new temporary folder also has no modules that tsx has compiled before.
  const env = until === undefined ? process.env : { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, [...PROGRAM, ...args], { env, detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
    if (until === undefined || !stderr.includes(until) || child.killed) return;
    // Ctrl-C in a terminal sends SIGINT to the whole process group, and npm forwards the signal to
    // the program. The program therefore receives SIGINT twice.
    process.kill(-child.pid!, 'SIGINT');
    child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number];
  const leftovers = (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));
  await rm(folder, { recursive: true });
  return { code, stdout, stderr, leftovers };
}

it('npm run bench stops on Ctrl-C and leaves no temporary folder', async () => {
  const run = await runBench(['--only', 'publisher', '--quick'], { until: 'round' });
  expect(run).toMatchObject({ code: 130, stdout: '', leftovers: [] });
  expect(run.stderr).toMatch(/Stopped\. No process or temporary file is left\.\n$/);
});

it.each([
  [['--only', 'nope'], 'consumer, quota'],
  [['--docs', '--quick'], 'Leave out'],
  [['--fast'], '--fast'],
])('npm run bench -- %j fails, and the error says what to try', async (args, advice) => {
  const { code, stderr } = await runBench(args);
  expect(code).toBe(1);
  expect(stderr).toContain(advice);
  expect(stderr).not.toMatch(/^\s+at /m);
});
