/**
 * Reads generated files of a gigabyte, each in a process of its own, and fails if a process needs more
 * memory than promised. The command `npm run files:memory -- --mib 1024` runs this program.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { openRecords } from '../ingest/sources/read-records.ts';

const { values } = parseArgs({
  options: { mib: { type: 'string', default: '1024' }, read: { type: 'string' } },
});

const LIMIT_MIB = 256;
const row = (i: number) => ({
  id: i,
  text: `Review number ${i}, "quoted" and long enough ${'x'.repeat(80)}`,
});

function* lines(format: string, bytes: number): Iterable<string> {
  let written = 0;
  if (format === 'csv') yield 'id,text\n';
  if (format === 'json') yield '[\n';
  for (let i = 0; written < bytes; i += 1000) {
    const chunk = Array.from({ length: 1000 }, (_, n) => formatRow(format, i + n)).join('');
    written += chunk.length;
    yield chunk;
  }
  if (format === 'json') yield '{"text":"last"}]\n';
}

function formatRow(format: string, i: number): string {
  const { id, text } = row(i);
  if (format === 'csv') return `${id},"${text.replaceAll('"', '""')}"\n`;
  const json = JSON.stringify({ id, text });
  return format === 'json' ? `${json},\n` : `${json}\n`;
}

async function measure(path: string): Promise<void> {
  const file = await openRecords({ path, id_field: 'id' });
  let records = 0;
  for await (const item of file.readRecords()) if (item.ok) records += 1;
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  console.log(JSON.stringify({ records, peak_mib: Math.round(Number(peak) / 1024) }));
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-memory-'));
  const bytes = Number(values.mib) * 2 ** 20;
  try {
    for (const [name, format] of [
      ['a.csv', 'csv'],
      ['a.jsonl', 'jsonl'],
      ['a.json', 'json'],
    ] as const) {
      const path = join(folder, name);
      await pipeline(Readable.from(lines(format, bytes)), createWriteStream(path));
      check(name, path);
      if (format === 'csv') {
        await pipeline(
          createReadStream(path),
          createGzip({ level: 1 }),
          createWriteStream(`${path}.gz`),
        );
        check(`${name}.gz`, `${path}.gz`);
        await rm(`${path}.gz`);
      }
      await rm(path);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function check(name: string, path: string): void {
  const started_at = performance.now();
  const script = fileURLToPath(import.meta.url);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', script, '--read', path],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  const { records, peak_mib } = JSON.parse(stdout) as { records: number; peak_mib: number };
  const seconds = (performance.now() - started_at) / 1_000;
  console.log(`${name}: ${records} records, ${peak_mib} MiB at most, ${seconds.toFixed(0)} s`);
  if (peak_mib > LIMIT_MIB) throw new Error(`${name} needs more than ${LIMIT_MIB} MiB`);
}

if (values.read === undefined) await main();
else await measure(values.read);
