import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ReadOptions,
  readRecords,
  type SourceItem,
} from '../../../ingest/sources/read-records.ts';
import {
  asyncRequestSchema,
  detectFormat,
  FORMAT_NAMES,
  FORMATS,
  inputKey,
  jobIdOfInputKey,
} from '../../../schemas/index.ts';
import { FORMAT_SAMPLES } from '../../support/format-samples.ts';
import { writeZip } from '../../support/zip.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-formats-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function readFile(options: ReadOptions): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  for await (const item of readRecords(options)) items.push(item);
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
    expect(detectFormat(`reviews${ending}.zip`)).toBe(format);
  },
);

it('No two formats share an ending or a content type', () => {
  expect(new Set(endings.map(([ending]) => ending)).size).toBe(endings.length);
  const types = FORMAT_NAMES.map((format) => FORMATS[format].content_type);
  expect(new Set(types).size).toBe(types.length);
});

it.each(FORMAT_NAMES)(
  'readRecords reads the same records from a file in %s, packed or not',
  async (format) => {
    const { two_records } = FORMAT_SAMPLES[format];
    const path = join(folder, `my reviews${FORMATS[format].endings[0]}`);
    await writeFile(path, two_records);
    await writeFile(`${path}.gz`, gzipSync(two_records));
    await writeFile(`${path}.zip`, writeZip({ 'folder/reviews': Buffer.from(two_records) }));
    const records = [
      { record_id: 'r1', text: 'Good, really', attributes: { stars: '5' } },
      { record_id: 'r2', text: 'Bad', attributes: { stars: '1' } },
    ].map((record) => (format === 'text' ? { text: record.text } : record));
    const unpackable = format === 'xlsx' || format === 'parquet';
    for (const file of unpackable ? [path] : [path, `${path}.gz`, `${path}.zip`]) {
      const options = { path: file, ...(format === 'text' ? { format } : {}) };
      const items = await readFile(options);
      expect(items).toMatchObject(
        records.map((record) => ({ ok: true, record: { ...record, source: 'my-reviews' } })),
      );
    }
  },
);

it('readRecords reads quoted cells of a TSV file that hold tabs and line ends', async () => {
  const path = join(folder, 'quoted.tsv');
  await writeFile(path, 'text\tnote\r\n"one\tand\nmore"\t"say ""hi"""\r\n');
  expect(await readFile({ path })).toMatchObject([
    { record: { text: 'one\tand\nmore', attributes: { note: 'say "hi"' } } },
  ]);
});

it.each(FORMAT_NAMES)('The key of an input in %s leads back to its job', (format) => {
  expect(jobIdOfInputKey(inputKey('job_1.a:b', format))).toBe('job_1.a:b');
});

it('A job in an unknown format is refused when it is submitted, with the formats that are known', () => {
  const parsed = asyncRequestSchema.safeParse({ upload: { size_bytes: 1, format: 'avro' } });
  const message = `must be one of ${FORMAT_NAMES.join(', ')}`;
  expect(parsed.error?.issues).toMatchObject([{ path: ['upload', 'format'], message }]);
});
