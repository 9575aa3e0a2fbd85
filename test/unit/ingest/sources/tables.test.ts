import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parquetMetadataAsync } from 'hyparquet';
import { expect, it } from 'vitest';
import { checkDirectory } from '../../../../ingest/sources/parquet/check-directory.ts';
import { readGroup } from '../../../../ingest/sources/parquet/read-group.ts';
import { createReadContent } from '../../../support/read-file.ts';
import { writeWorkbook } from '../../../support/workbook.ts';
import { writeZip } from '../../../support/zip.ts';

const read = createReadContent();
const parquet = (name: string) =>
  readFileSync(
    fileURLToPath(new URL(`../../../fixtures/formats/${name}.parquet`, import.meta.url)),
  );

it('a workbook is read from its first visible sheet: texts, numbers, dates and line ends as Excel shows them', async () => {
  const bytes = writeWorkbook({
    Reviews: [
      ['Review', 'Stars', 'Date', 'Recommended'],
      ['Good,\nreally "good" <&>', 5, { days: 46_327 }, true],
      [null, null, null, null],
      ['Bad', 0.1 + 0.2, { days: 46_327.4323 }, false],
    ],
    Notes: [['x']],
  });
  const { records, description } = await read('my book.xlsx', bytes, {
    ...{ text_field: 'review', time_field: 'date' },
  });
  expect(records).toMatchObject([
    {
      ...{ text: 'Good,\nreally "good" <&>', created_at: '2026-11-01T00:00:00Z' },
      attributes: { Stars: '5', Recommended: 'true' },
      source: 'my-book',
    },
    { text: 'Bad', created_at: '2026-11-01T10:22:31Z', attributes: { Stars: '0.3' } },
  ]);
  expect(description).toMatchObject({ format: 'xlsx', member: 'Reviews', header_line: 1 });
  expect(description?.notes.join()).toContain('Notes');
});

it('another sheet is read by its name, and an unknown one is an error with the names', async () => {
  const bytes = writeWorkbook({
    Cover: [['Report of reviews']],
    Data: [
      ['a', 'text'],
      ['b', 'Good'],
    ],
  });
  expect((await read('a.xlsx', bytes, { member: 'data' })).texts).toEqual(['Good']);
  expect((await read('a.xlsx', bytes, { member: 'x' })).error).toContain('it has Cover, Data');
});

it('a workbook without its ending, and one with a title above the header, is read', async () => {
  const bytes = writeWorkbook({ S: [['Export of reviews'], [], ['id', 'text'], ['1', 'Good']] });
  const { texts, description } = await read('download', bytes);
  expect(texts).toEqual(['Good']);
  expect(description?.header_line).toBe(3);
});

it('a workbook whose sheet is malformed is an error with advice, or ends with a row that is refused', async () => {
  const sheet =
    '<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>text</t></is></c></row><row';
  const bytes = writeZip({
    'xl/workbook.xml': '<workbook><sheets><sheet name="S" r:id="r"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': '<R><Relationship Id="r" Target="s.xml"/></R>',
    'xl/s.xml': `${sheet} r="2"><c t="inlineStr"><is><t>Good</t></is></c></row><broken`,
  });
  const { error, refused } = await read('a.xlsx', bytes);
  expect(error ?? refused.join()).toMatch(/damaged workbook|malformed/);
});

it('a Parquet file is read by row group, with exact large integers, dates and nested values', async () => {
  const { records, description } = await read('a.parquet', parquet('groups'), { id_field: 'big' });
  expect(records).toHaveLength(2_500);
  expect(records[2_499]).toMatchObject({
    ...{ text: 'Text number 2499', record_id: '1590000000000002499' },
    created_at: '2026-11-01T10:22:31.000Z',
    attributes: { 'author_facts.name': 'Ann', 'author_facts.age': 2_499 },
  });
  expect(description).toMatchObject({ format: 'parquet' });
});

it('a Parquet file that is cut off or damaged is an error, or its row group is refused row by row', async () => {
  const bytes = parquet('groups');
  const cut = await read('a.parquet', bytes.subarray(0, -20));
  expect(cut.error).toContain('damaged or cut off');
  const damaged = Buffer.from(bytes);
  damaged.fill(0, 50, 400);
  const outcome = await read('a.parquet', damaged);
  expect(outcome.records.length + outcome.refused.length).toBe(2_500);
});

it.each([
  ['the name of a column', 'text', 'te\xffxt'],
  ['the name of a column, which then occurs twice', 'stars', 'text\0'],
])(
  'a Parquet file whose directory has damage in %s is an error with advice',
  async (_, from, to) => {
    const bytes = parquet('two-records');
    bytes.write(to.slice(0, from.length), bytes.indexOf(from, bytes.length - 400), 'latin1');
    const { error, records } = await read('a.parquet', bytes);
    expect(error).toMatch(/directory is damaged|two columns/);
    expect(records).toEqual([]);
  },
);

it.each([
  ['129 MiB', { total_byte_size: 129n * 2n ** 20n }],
  ['4,000,001 rows', { num_rows: 4_000_001n }],
])('a Parquet file with a row group of %s is refused with a hint', async (_, facts) => {
  const bytes = parquet('groups');
  const metadata = await parquetMetadataAsync({
    byteLength: bytes.length,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  });
  const row_groups = metadata.row_groups.map((group) => ({ ...group, ...facts }));
  expect(() => checkDirectory('a.parquet', { ...metadata, row_groups })).toThrow(
    /has a row group of .*\n.*row_group_size/,
  );
  expect(() => checkDirectory('a.parquet', metadata)).not.toThrow();
});

it('a text of a Parquet file that is not UTF-8 refuses its row, and no U+FFFD is invented', async () => {
  const bytes = parquet('two-records');
  const at = bytes.indexOf('Good, really');
  bytes[at + 1] = 0xff;
  const { texts, refused } = await read('a.parquet', bytes);
  expect(texts).toEqual(['Bad']);
  expect(refused).toHaveLength(1);
});

it('a row group has the same rows in slices of any size, and its bytes are read once', async () => {
  const bytes = parquet('groups');
  const reads: string[] = [];
  const file = {
    byteLength: bytes.length,
    async slice(start: number, end = bytes.length) {
      reads.push(`${start}-${end}`);
      return new Uint8Array(bytes.subarray(start < 0 ? bytes.length + start : start, end)).buffer;
    },
  };
  const metadata = await parquetMetadataAsync(file);
  const group = metadata.row_groups[1]!;
  const first = Number(metadata.row_groups[0]!.num_rows);
  const readAll = async (slice_values: number) => {
    const rows: unknown[] = [];
    for await (const { start, end, rowAt } of readGroup(file, metadata, group, first, slice_values))
      for (let at = start; at < end; at += 1) rows.push(rowAt?.(at));
    return rows;
  };
  const whole = await readAll(1_000_000);
  expect(whole).toHaveLength(Number(group.num_rows));
  expect(whole[0]).toMatchObject({ text: `Text number ${first}` });
  reads.length = 0;
  expect(await readAll(1_000)).toEqual(whole);
  expect(new Set(reads).size).toBe(reads.length);
});

it('a zip archive of one file is read, and one of several names them', async () => {
  const csv = 'text\nGood\n';
  const noise = { '__MACOSX/._a.csv': 'x', 'folder/': '' };
  expect((await read('a.zip', writeZip({ ...noise, 'a.csv': csv }))).texts).toEqual(['Good']);
  const several = writeZip({ 'a.csv': csv, 'b.csv': 'text\nBad\n' });
  expect((await read('a.zip', several)).error).toMatch(
    /a zip archive of 2 files: a\.csv, b\.csv\.\n.*--member/,
  );
  expect((await read('a.zip', several, { member: 'b.csv' })).texts).toEqual(['Bad']);
});

it.each([
  [{ 'word/document.xml': 'x' }, 'is a Word document'],
  [{ 'content.xml': 'x', mimetype: 'x' }, 'is an OpenDocument file'],
])('an archive of %j is an error that says what it is', async (files, message) => {
  expect((await read('a.zip', writeZip(files))).error).toContain(message);
});
