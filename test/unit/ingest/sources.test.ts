import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLines } from '../../../ingest/sources/lines.ts';
import {
  type ReadOptions,
  readRecords,
  type SourceItem,
} from '../../../ingest/sources/read-records.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-sources-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(
  name: string,
  content: string | Buffer,
  options: Partial<ReadOptions> = {},
): Promise<SourceItem[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const items: SourceItem[] = [];
  for await (const item of readRecords({ path, ...options })) items.push(item);
  return items;
}

const problems = (items: SourceItem[]) =>
  items.flatMap((item) => (item.ok ? [] : [[item.line, item.issues[0]!.message]]));
const texts = (items: SourceItem[]) => items.flatMap((item) => (item.ok ? [item.record.text] : []));

it('readRecords gives the records of a JSONL file, and its bad lines with their numbers and reasons', async () => {
  const items = await read(
    'My File (2).jsonl',
    Buffer.concat([
      Buffer.from('\uFEFF{"text":"one"}\r\n\n{"text":broken\n[1]\n{"text":"caf'),
      Buffer.from([0xe9]),
      Buffer.from('"}\n{"text":"two","source":"given","note":"ä"}\n{"text":"ü"}'),
    ]),
  );
  expect(texts(items)).toEqual(['one', 'two', 'ü']);
  expect(problems(items)).toEqual([
    [3, 'is not JSON'],
    [4, 'is not a JSON object'],
    [5, 'is not UTF-8'],
  ]);
  expect(items[0]).toMatchObject({ line: 1, record: { source: 'my-file-2' } });
  expect(items.at(-2)).toMatchObject({ line: 6, record: { source: 'given' } });
});

it('readRecords gives each line its own record id, and the same id when the file is read again', async () => {
  const content = '{"text":"lol"}\n{"text":"lol"}\n{"record_id":"mine","text":"a"}\n';
  const ids = async () =>
    (await read('same.jsonl', content)).map((item) => (item.ok ? item.record.record_id : ''));
  const first = await ids();
  expect(await ids()).toEqual(first);
  expect(new Set(first).size).toBe(3);
  expect(first[2]).toBe('mine');
});

it('readRecords unpacks a gzipped file, and reads the text from the field that text_field names', async () => {
  const items = await read('a.jsonl.gz', gzipSync('{"body":"one"}\n{"body":7}\n'), {
    text_field: 'body',
  });
  expect(texts(items)).toEqual(['one']);
  expect(items[1]).toMatchObject({ ok: false, line: 2, issues: [{ path: 'body' }] });
});

it('readRecords fills record fields from CSV columns of their name, and attributes from the others', async () => {
  const items = await read(
    'a.csv',
    'record_id,Review Text,stars,record_version\nr1,"Good, ""really""\nyes",5,2\nr2,,1,\nr3,a\n',
    { text_field: 'Review Text' },
  );
  expect(items[0]).toMatchObject({
    record: {
      record_id: 'r1',
      text: 'Good, "really"\nyes',
      record_version: 2,
      attributes: { stars: '5' },
    },
  });
  expect(items[1]).toMatchObject({ ok: false, issues: [{ path: 'Review Text' }] });
  expect(items[2]).toMatchObject({ record: { record_id: 'r3', text: 'a' } });
});

it('readRecords throws an error with the path of a file that does not exist', async () => {
  const reading = async () => {
    for await (const _ of readRecords({ path: join(folder, 'nothing.jsonl') })) break;
  };
  await expect(reading()).rejects.toThrow('nothing.jsonl');
});

async function collectLines(chunks: Buffer[], max_bytes: number) {
  const found = [];
  for await (const line of readLines(
    (async function* () {
      yield* chunks;
    })(),
    max_bytes,
  ))
    found.push(line);
  return found;
}

it('readLines gives the same lines however the bytes are cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '漢', ' ') }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 9 }),
      async (given, size) => {
        const bytes = Buffer.from(given.map((line) => `${line}\n`).join(''));
        const chunks = [];
        for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
        const found = await collectLines(chunks, 1_000);
        expect(found.map((line) => line.bytes.toString())).toEqual(given);
        expect(found.map(({ line }) => line)).toEqual(given.map((_, i) => i + 1));
      },
    ),
  );
});

it('readLines cuts a line at the limit and marks it, and reads the next line whole', async () => {
  const found = await collectLines([Buffer.from('abcdef'), Buffer.from('ghi\nxyz\n')], 4);
  expect(found.map(({ bytes, is_too_long }) => [bytes.toString(), is_too_long])).toEqual([
    ['abcd', true],
    ['xyz', false],
  ]);
});
