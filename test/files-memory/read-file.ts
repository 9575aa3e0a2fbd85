/**
 * Reads the file that its argument names, and prints a {@link Report}. It is a program of its own, so
 * that the memory of the process is that of the readers alone: what writes the files needs more.
 */
import { readFileSync } from 'node:fs';
import { UnreadableFileError } from '../../ingest/sources/file-error.ts';
import { openRecords } from '../../ingest/sources/read-records.ts';

/** The outcome of reading a file, and what it cost. */
export type Report = { peak_mib: number; cpu_seconds: number } & (
  | { records: number }
  | { refused: string }
);

async function read(path: string): Promise<{ records: number } | { refused: string }> {
  try {
    const file = await openRecords({ path, id_field: 'id' });
    let records = 0;
    for await (const item of file.readRecords()) if (item.ok) records += 1;
    return { records };
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error;
    return { refused: error.message };
  }
}

const [path = ''] = process.argv.slice(2);
const outcome = await read(path);
const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
const { user, system } = process.cpuUsage();
const facts = { peak_mib: Math.round(Number(peak) / 1024), cpu_seconds: (user + system) / 1e6 };
console.log(JSON.stringify({ ...outcome, ...facts } satisfies Report));
