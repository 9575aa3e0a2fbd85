import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROGRAM = ['--import', 'tsx', 'bench/main.ts'];

/** `npm run bench -- …`, in a process group and a temporary folder of its own. */
async function bench(args: string[], { until }: { until?: string } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-bench-test-'));
  const env = { ...process.env, TMPDIR: folder };
  const child = spawn(process.execPath, [...PROGRAM, ...args], { env, detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
    if (until === undefined || !stderr.includes(until) || child.killed) return;
    // As a terminal does, and npm, which hands it on.
    process.kill(-child.pid!, 'SIGINT');
    child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number];
  const left = (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));
  await rm(folder, { recursive: true });
  return { code, stdout, stderr, left };
}

describe('npm run bench', () => {
  it('stops with Ctrl-C, and leaves no folder behind', async () => {
    const run = await bench(['--only', 'publisher', '--quick'], { until: 'round' });
    expect(run).toMatchObject({ code: 130, stdout: '', left: [] });
    expect(run.stderr).toMatch(/Stopped\. Nothing is left behind\.\n$/);
  }, 60_000);

  it.each([
    [['--only', 'nope'], 'consumer, quota'],
    [['--docs', '--quick'], 'Leave out'],
    [['--fast'], '--fast'],
  ])('%j fails with what to try', async (args, advice) => {
    const { code, stderr } = await bench(args);
    expect(code).toBe(1);
    expect(stderr).toContain(advice);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
