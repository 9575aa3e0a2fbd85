import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openFile } from '../../../../ingest/sources/open-file.ts';
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
  const [item] = await read('a.csv', 'Review,source\n,No Slug\n', { text_field: 'Review' });
  expect(item).toMatchObject({ ok: false, line: 2 });
  const issues = item?.ok === false ? item.issues : [];
  expect(issues.map(({ path }) => path).sort()).toEqual(['Review', 'source']);
  const [plain] = await read('a.jsonl', '{"text":""}');
  expect(plain).toMatchObject({ issues: [{ path: 'text' }] });
});

it('the format that is given stands above the ending of the file', async () => {
  const [item] = await read('a.csv', '{"text":"a"}', { format: 'jsonl' });
  expect(recordOf(item).text).toBe('a');
});

it('standard input is read as JSONL from the source stdin', async () => {
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

it('a gzipped file that is cut off, or is no gzip file, is an error', async () => {
  const path = join(folder, 'a.jsonl.gz');
  await writeFile(path, gzipSync('{"text":"a"}\n'.repeat(1_000)).subarray(0, -9));
  await expect(collect({ path })).rejects.toThrow('unexpected end of file');
  await writeFile(path, '{"text":"a"}');
  await expect(collect({ path })).rejects.toThrow('incorrect header check');
});

it('a folder with the name of a gzipped file is an error, and does not hang', async () => {
  const path = await mkdtemp(join(folder, 'folder-'));
  await rm(`${path}.gz`, { recursive: true, force: true });
  const { rename } = await import('node:fs/promises');
  await rename(path, `${path}.jsonl.gz`);
  await expect(collect({ path: `${path}.jsonl.gz` })).rejects.toMatchObject({ code: 'EISDIR' });
});
