/**
 * Reads generated files of a gigabyte, each in a process of its own, and fails if a process needs more
 * memory than promised, or if a file that would need more is not refused. The command
 * `npm run files:memory -- --mib 1024 --only a.csv` runs this program.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LARGE_FILES, type LargeFile } from './large-files.ts';
import type { Report } from './read-file.ts';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    only: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-memory-'));
  try {
    for (const file of LARGE_FILES) {
      if (values.only !== undefined && values.only !== file.name) continue;
      const path = join(folder, file.name);
      await file.write(path, Number(values.mib) * 2 ** 20);
      await check(file, path);
      await rm(path);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function check(file: LargeFile, path: string): Promise<void> {
  const { name, limit_mib } = file;
  const mib = (await stat(path)).size / 2 ** 20;
  const report = readInProcess(name, path);
  const used = `${report.peak_mib} MiB at most, ${report.cpu_seconds.toFixed(0)} s of CPU time`;
  const result = 'refused' in report ? report.refused : `${report.records} records`;
  console.log(`${name}: ${mib.toFixed(0)} MiB, ${result}, ${used}`);
  if (report.peak_mib > limit_mib) throw new Error(`${name} needs more than ${limit_mib} MiB`);
  if ('refused' in report !== (file.is_refused ?? false)) {
    throw new Error(`Expected ${name} to be ${file.is_refused ? 'refused' : 'read'}`);
  }
}

/**
 * Limit of the heap of the process that reads, in MiB. Without a limit, Node.js collects garbage so
 * rarely on a machine with much memory that the peak says little about the memory that is needed.
 */
const HEAP_MIB = 256;

function readInProcess(name: string, path: string): Report {
  const script = fileURLToPath(new URL('read-file.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [`--max-old-space-size=${HEAP_MIB}`, '--import', 'tsx', script, path],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout) as Report;
}

await main();
