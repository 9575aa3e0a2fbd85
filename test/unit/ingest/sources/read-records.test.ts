import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openFile } from '../../../../ingest/sources/bytes/open-file.ts';
import {
  type ReadOptions,
  readRecords,
  type SourceItem,
} from '../../../../ingest/sources/read-records.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-records-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function collect(options: ReadOptions): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of readRecords(options)) items.push(item);
  return items;
}
async function read(name: string, content: string, options: Partial<ReadOptions> = {}) {
  const path = join(folder, name);
  await writeFile(path, content);
  return collect({ path, ...options });
}
const recordOf = (item: SourceItem | undefined) => {
  if (item?.ok !== true) throw new Error('Expected a record');
  return item.record;
};
const idOf = async (...args: Parameters<typeof read>) =>
  recordOf((await read(...args))[0]).record_id;

it('a record gets the source and the tenant that are given, unless it names its own', async () => {
  const own = '{"text":"b","source":"own","tenant":"globex"}';
  const options = { source: 'tour', tenant: 'acme' };
  const [given, named] = await read('a.jsonl', `{"text":"a"}\n${own}`, options);
  expect(recordOf(given)).toMatchObject(options);
  expect(recordOf(named)).toMatchObject({ source: 'own', tenant: 'globex' });
  expect(recordOf((await read('a.jsonl', '{"text":"a"}'))[0])).not.toHaveProperty('tenant');
});

it.each([
  ['My Reviews (2).csv', 'my-reviews-2'],
  ['__x__.jsonl', 'x__'],
  ['2026-11.tsv', '2026-11'],
  ['日本.jsonl', 'file'],
  [`${'x'.repeat(80)}.jsonl`, 'x'.repeat(64)],
  ['reviews.final.ndjson', 'reviews-final'],
])('the source of a file with the name %s is %s', async (name, source) => {
  const [item] = await read(
    name,
    name.endsWith('n') || name.endsWith('l') ? '{"text":"a"}' : 'text\na',
  );
  expect(recordOf(item).source).toBe(source);
});

it('the id of a record depends on its tenant, its source, its line and its bytes', async () => {
  const line = '{"text":"a"}';
  const id = await idOf('a.jsonl', line);
  expect(id).toMatch(/^f-[0-9a-f]{32}$/);
  expect(await idOf('b.jsonl', line, { source: 'a' })).toBe(id);
  expect(await idOf('a.jsonl', `${line}\r\n`)).toBe(id);
  const others = [
    await idOf('a.jsonl', line, { tenant: 'acme' }),
    await idOf('a.jsonl', line, { source: 'b' }),
    await idOf('a.jsonl', `\n${line}`),
    await idOf('a.jsonl', '{"text":"b"}'),
  ];
  expect(new Set([id, ...others]).size).toBe(5);
});

it('an issue names the column of the text as the file does', async () => {
  const [item] = await read('a.csv', 'Review,stars\n,5\n', { text_field: 'review' });
  expect(item).toMatchObject({ ok: false, line: 2, issues: [{ path: 'Review' }] });
  const [plain] = await read('a.jsonl', '{"text":7}');
  expect(plain).toMatchObject({ issues: [{ path: 'text' }] });
});

it('the format that is given stands above the ending of the file', async () => {
  const [item] = await read('a.csv', '{"text":"a"}', { format: 'jsonl' });
  expect(recordOf(item).text).toBe('a');
});

it('standard input has the source stdin, and shows its format as a file does', async () => {
  const stdin = vi.spyOn(process, 'stdin', 'get');
  stdin.mockReturnValue(Readable.from([Buffer.from('{"text":"a"}\n')]) as never);
  expect(recordOf((await collect({ path: '-' }))[0])).toMatchObject({ text: 'a', source: 'stdin' });
  stdin.mockRestore();
});

it('a file that cannot be opened is an error before the first byte is read', async () => {
  for (const name of ['nothing.jsonl', 'nothing.jsonl.gz']) {
    await expect(openFile(join(folder, name))).rejects.toMatchObject({ code: 'ENOENT' });
  }
});

it('the rows of a gzipped file before its damage are read, and the damage is a row that is refused', async () => {
  const path = join(folder, 'cut.jsonl.gz');
  const lines = Array.from({ length: 5_000 }, (_, i) => `{"text":"text number ${i}"}\n`);
  await writeFile(path, gzipSync(lines.join('')).subarray(0, -2_000));
  const items = await collect({ path });
  expect(items.length).toBeGreaterThan(1_000);
  expect(items.slice(0, -1).every(({ ok }) => ok)).toBe(true);
  expect(items.at(-1)).toMatchObject({ ok: false, line: items.length });
});

it('a folder is an error with advice', async () => {
  await expect(collect({ path: folder })).rejects.toThrow('Name one file');
});
