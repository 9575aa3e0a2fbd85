import { expect, it } from 'vitest';
import { readLines } from '../../../../ingest/sources/lines.ts';
import { READERS } from '../../../../ingest/sources/readers.ts';
import type { Row, RowSource } from '../../../../ingest/sources/row.ts';
import { FORMAT_NAMES, type Format } from '../../../../schemas/index.ts';
import { FORMAT_SAMPLES } from '../../../support/format-samples.ts';

/** Creates a file that opens at any offset, and counts how often its bytes are closed. */
function createFile(content: string | Buffer, from = 0) {
  const bytes = Buffer.from(content);
  const chunk = bytes.length < 1_000 ? 7 : 65_536;
  const file = { opened: [] as number[], closed: 0 };
  const open = async function* (offset: number) {
    file.opened.push(offset);
    try {
      for (let at = offset; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    } finally {
      file.closed += 1;
    }
  };
  return { file, source: { open, from } satisfies RowSource };
}

async function read(format: Format, content: string | Buffer, text_field = 'text'): Promise<Row[]> {
  const rows: Row[] = [];
  const { source } = createFile(content);
  for await (const row of READERS[format].readRows(source, text_field)) rows.push(row);
  return rows;
}
const fieldsOf = (rows: Row[]) => rows.map((row) => ('fields' in row ? row.fields : row.wrong));

it('the names of columns may have spaces around them, and the file may begin with a byte order mark', async () => {
  const rows = await read('csv', '\ufeff text , Stars given \nGood,5\n');
  expect(fieldsOf(rows)).toEqual([{ text: 'Good', attributes: { Stars_given: '5' } }]);
});

it('a file may begin with a byte order mark before a quoted name', async () => {
  const rows = await read('csv', '\ufeff"text","stars"\nGood,5\n');
  expect(fieldsOf(rows)).toEqual([{ text: 'Good', attributes: { stars: '5' } }]);
});

it('a column becomes an attribute under a legal name of at most 64 characters', async () => {
  const rows = await read('csv', `text,Größe (cm),${'x'.repeat(70)},§\na,1,2,3\n`);
  expect(fieldsOf(rows)).toEqual([
    { text: 'a', attributes: { Gr_e_cm_: '1', [`${'x'.repeat(64)}`]: '2', _: '3' } },
  ]);
});

it('a column without a name becomes an attribute too', async () => {
  expect(fieldsOf(await read('csv', 'text,\na,1\n'))).toEqual([
    { text: 'a', attributes: { _: '1' } },
  ]);
});

it.each([
  ['record_version', '7', 7],
  ['record_version', '07', 7],
  ['record_version', '-1', '-1'],
  ['record_version', '1.5', '1.5'],
  ['job_index', '3', 3],
  ['deleted', 'true', true],
  ['deleted', 'TRUE', true],
  ['deleted', 'False', false],
  ['deleted', 'yes', 'yes'],
  ['author', '7', '7'],
])('a cell of the column %s with %j is %j', async (column, cell, value) => {
  expect(fieldsOf(await read('csv', `text,${column}\na,${cell}\n`))).toEqual([
    { text: 'a', [column]: value },
  ]);
});

it('the text comes from the column that is named, and a column with the name text stays a field', async () => {
  const rows = await read('csv', 'Review Text,text\na,b\n', 'Review Text');
  expect(fieldsOf(rows)).toEqual([{ 'Review Text': 'a', text: 'b' }]);
});

it.each([
  ['only one', 'has 1 columns, the header has 2'],
  ['a,b,c', 'has 3 columns, the header has 2'],
])('the row %j is wrong, with the numbers of columns', async (row, wrong) => {
  expect(fieldsOf(await read('csv', `text,stars\n${row}\nGood,5\n`))).toEqual([
    wrong,
    { text: 'Good', attributes: { stars: '5' } },
  ]);
});

it.each([8, 9])(
  'a cell of %d MiB is read up to 8 MiB, and a longer one stops the file',
  async (mib) => {
    const cell = 'x'.repeat(mib * 1024 * 1024 - (mib === 8 ? 10 : 0));
    const reading = read('csv', `text\n${cell}\n`);
    if (mib === 8) expect(await reading).toHaveLength(1);
    else await expect(reading).rejects.toMatchObject({ code: 'CSV_MAX_RECORD_SIZE' });
  },
  60_000,
);

it('an error of the bytes ends the reading of a delimited file', async () => {
  const open = async function* () {
    yield Buffer.from('text\na\n');
    throw new Error('connection reset');
  };
  const reading = async () => {
    for await (const _ of READERS.csv.readRows({ open, from: 0 }, 'text'));
  };
  await expect(reading()).rejects.toThrow('connection reset');
});

it.each(['csv', 'tsv', 'jsonl'] as const)(
  'the bytes of a file in %s are closed when the reader leaves the loop early',
  async (format) => {
    const { source, file } = createFile(
      format === 'jsonl' ? '{"text":"a"}\n'.repeat(50_000) : `text\n${'a\n'.repeat(50_000)}`,
    );
    for await (const _ of READERS[format].readRows(source, 'text')) break;
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(file).toMatchObject({ closed: 1 });
  },
);

it('a reader that begins in the middle of a TSV file takes the names from its header', async () => {
  const content = 'text\tauthor\na\tAnn\nb\tBob\n';
  const { source, file } = createFile(content, content.indexOf('b\t'));
  const rows: Row[] = [];
  for await (const row of READERS.tsv.readRows(source, 'text')) rows.push(row);
  expect(fieldsOf(rows)).toEqual([{ text: 'b', author: 'Bob' }]);
  expect(file.opened).toEqual([0, content.indexOf('b\t')]);
});

it('a byte order mark is removed at the start of a file alone', async () => {
  const lines: string[] = [];
  const source = (async function* () {
    yield Buffer.from('\ufeffa\n\ufeffb\n');
  })();
  for await (const { bytes } of readLines(source, 100)) lines.push(bytes.toString());
  expect(lines).toEqual(['a', '\ufeffb']);
});

it('a line of JSON may have 8 MiB, and a longer one is wrong, also if it begins with spaces', async () => {
  const LIMIT = 8 * 1024 * 1024;
  const fits = `{"text":"${'x'.repeat(LIMIT - 11)}"}`;
  expect(fits).toHaveLength(LIMIT);
  const rows = await read('jsonl', `${fits}\n${fits} \n${' '.repeat(LIMIT)}x\n{"text":"a"}`);
  const wrong = `is longer than ${LIMIT} bytes`;
  expect(fieldsOf(rows).slice(1)).toEqual([wrong, wrong, { text: 'a' }]);
  expect(rows[0]).toHaveProperty('fields');
}, 60_000);

it.each(['[1]', 'null', '7', '"text"', 'true'])('the line %s is not an object', async (line) => {
  expect(fieldsOf(await read('jsonl', line))).toEqual(['is not a JSON object']);
});

it.each(FORMAT_NAMES)(
  'a file in the format %s whose download breaks off ends with the error, and so does its count',
  async (format) => {
    const open = async function* () {
      yield Buffer.from(FORMAT_SAMPLES[format].two_records);
      throw new Error('connection reset');
    };
    const { readRows, findRowEnds } = READERS[format];
    for (const rows of [
      readRows({ open, from: 0 }, 'text'),
      readRows({ open, from: 5 }, 'text'),
      findRowEnds({ open, from: 0 }),
    ]) {
      const reading = (async () => {
        for await (const _ of rows);
      })();
      await expect(reading).rejects.toThrow('connection reset');
    }
  },
);
