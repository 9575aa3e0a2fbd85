import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chooseFormat } from '../../../ingest/sources/choose-format.ts';
import { readRecords, type SourceItem } from '../../../ingest/sources/read-records.ts';
import {
  asyncRequestSchema,
  detectFormat,
  FORMAT_NAMES,
  FORMATS,
  type Format,
  inputKey,
  jobIdOfInputKey,
} from '../../../schemas/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-formats-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function readFile(path: string): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of readRecords({ path })) items.push(item);
  return items;
}

const endings = FORMAT_NAMES.flatMap((format) =>
  FORMATS[format].endings.map((ending) => [ending, format] as const),
);

it.each(endings)(
  'A file that ends with %s, gzipped or not, has the format %s',
  (ending, format) => {
    expect(detectFormat(`My.Reviews${ending}`)).toBe(format);
    expect(detectFormat(`folder/REVIEWS${ending.toUpperCase()}.GZ`)).toBe(format);
  },
);

it('No two formats share an ending or a content type', () => {
  expect(new Set(endings.map(([ending]) => ending)).size).toBe(endings.length);
  const types = FORMAT_NAMES.map((format) => FORMATS[format].content_type);
  expect(new Set(types).size).toBe(types.length);
});

it.each(['reviews.parquet', 'reviews', 'reviews.gz', 'jsonl', 'a.csv.zip'])(
  'The format of %s is refused with the endings and formats that are known',
  (path) => {
    const known = '.jsonl, .ndjson, .json, .csv or .tsv, with or without .gz';
    expect(() => chooseFormat(path)).toThrow(`${known}; got ${path}.`);
    expect(() => chooseFormat(path)).toThrow('--format jsonl|csv|tsv');
    expect(chooseFormat(path, 'csv')).toBe('csv');
  },
);

it('Standard input is JSONL unless a format is named', () => {
  expect(chooseFormat('-')).toBe('jsonl');
  expect(chooseFormat('-', 'tsv')).toBe('tsv');
});

const CONTENTS: Record<Format, string> = {
  jsonl: '{"text":"Good, really","record_id":"r1","attributes":{"stars":"5"}}\n',
  csv: 'text,record_id,stars\n"Good, really",r1,5\n',
  tsv: 'text\trecord_id\tstars\nGood, really\tr1\t5\n',
};

it.each(FORMAT_NAMES)(
  'readRecords reads the same record from a file in %s, gzipped or not',
  async (format) => {
    const expected = { text: 'Good, really', record_id: 'r1', attributes: { stars: '5' } };
    const path = join(folder, `my reviews${FORMATS[format].endings[0]}`);
    await writeFile(path, CONTENTS[format]);
    await writeFile(`${path}.gz`, gzipSync(CONTENTS[format]));
    const items = [{ ok: true, record: { ...expected, source: 'my-reviews' } }];
    expect(await readFile(path)).toMatchObject(items);
    expect(await readFile(`${path}.gz`)).toMatchObject(items);
  },
);

it('readRecords reads quoted cells of a TSV file that hold tabs and line ends', async () => {
  const path = join(folder, 'quoted.tsv');
  await writeFile(path, 'text\tnote\r\n"one\tand\nmore"\t"say ""hi"""\r\n');
  expect(await readFile(path)).toMatchObject([
    { record: { text: 'one\tand\nmore', attributes: { note: 'say "hi"' } } },
  ]);
});

it.each(FORMAT_NAMES)('The key of an input in %s leads back to its job', (format) => {
  expect(jobIdOfInputKey(inputKey('job_1.a:b', format))).toBe('job_1.a:b');
});

it('A job in an unknown format is refused when it is submitted, with the formats that are known', () => {
  const parsed = asyncRequestSchema.safeParse({ upload: { format: 'parquet' } });
  expect(parsed.error?.issues).toMatchObject([
    { path: ['upload', 'format'], message: 'must be one of jsonl, csv, tsv' },
  ]);
});
