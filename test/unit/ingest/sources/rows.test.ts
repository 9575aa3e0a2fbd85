import { expect, it } from 'vitest';
import type { ByteSource } from '../../../../ingest/sources/bytes/byte-source.ts';
import { inspectFile } from '../../../../ingest/sources/inspect/inspect-file.ts';
import { readLines } from '../../../../ingest/sources/lines.ts';
import type { FileOptions, Format } from '../../../../schemas/index.ts';
import { FORMAT_SAMPLES } from '../../../support/format-samples.ts';
import { createReadContent } from '../../../support/read-file.ts';

const read = createReadContent();

/** Creates a file that opens at any offset, and counts how often its bytes are opened and closed. */
function createFile(content: string) {
  const bytes = Buffer.from(content);
  const file = { opened: [] as number[], closed: 0 };
  const source: ByteSource = {
    name: 'file',
    size: bytes.length,
    async *open(offset) {
      file.opened.push(offset);
      try {
        for (let at = offset; at < bytes.length; at += 65_536) {
          yield bytes.subarray(at, at + 65_536);
        }
      } finally {
        file.closed += 1;
      }
    },
  };
  return { file, source };
}

it('the names of columns may have spaces around them, and the file may begin with a byte order mark', async () => {
  const { records } = await read('a.csv', '\ufeff text , Stars given \nGood,5\n');
  expect(records).toMatchObject([{ text: 'Good', attributes: { Stars_given: '5' } }]);
  const quoted = await read('a.csv', '\ufeff"text","stars"\nGood,5\n');
  expect(quoted.records).toMatchObject([{ text: 'Good', attributes: { stars: '5' } }]);
});

it('the name of an attribute keeps the letters of its column in every script, with at most 64 characters', async () => {
  const { records } = await read('a.csv', `text,Größe (cm),${'x'.repeat(70)},§,评分\na,1,2,3,4\n`);
  expect(records[0]?.attributes).toEqual({
    ...{ Größe_cm: '1', ['x'.repeat(64)]: '2', column_4: '3', 评分: '4' },
  });
});

it('two columns never share an attribute: the later one gets a number', async () => {
  const { records } = await read('a.csv', 'text,Größe,Grüße,a b,a_b,note,note\na,1,2,3,4,5,6\n');
  expect(records[0]?.attributes).toEqual({
    ...{ Größe: '1', Grüße: '2', a_b: '3', a_b_2: '4', note: '5', note_2: '6' },
  });
  const json = await read('a.jsonl', '{"text":"a","a b":1,"a_b":2,"c":{"d":3},"c.d":4}');
  expect(json.records[0]?.attributes).toEqual({ a_b: 1, a_b_2: 2, 'c.d': 3, 'c.d_2': 4 });
});

it('a list of texts or numbers becomes one attribute; other lists and deep objects are counted', async () => {
  const row = {
    ...{ text: 'a', tags: ['b', 2, null], none: [], empty: {}, fields: [{ id: 1 }] },
    a: { b: { c: { d: { e: 1 } } } },
  };
  const { records, adjustments } = await read('a.jsonl', JSON.stringify(row));
  expect(records[0]?.attributes).toEqual({ tags: 'b, 2' });
  expect(adjustments).toEqual(
    ['fields', 'a.b.c.d'].map((field) => `${field} dropped: expected text or a number`),
  );
});

it.each([
  ['record_version', '7', 7],
  ['record_version', '07', 7],
  ['deleted', 'FALSE', false],
  ['deleted', 'no', false],
  ['author', '7', '7'],
  ['language', 'German', 'de'],
  ['language', 'pt_BR', 'pt'],
  ['language', 'zh-Hant', 'zh-TW'],
  ['language', 'und', 'auto'],
  ['source', ' Shop-2 '.toLowerCase(), 'shop-2'],
])('a cell of the column %s with %j becomes %j', async (column, cell, value) => {
  const { records } = await read('a.csv', `text,${column}\na,${cell}\n`);
  expect(records).toMatchObject([{ text: 'a', [column]: value }]);
});

it.each([
  ['record_version', '-1'],
  ['record_version', '1.5'],
  ['deleted', 'maybe'],
  ['author', 'x'.repeat(300)],
  ['language', '??'],
  ['source', 'No Slug'],
  ['url', 'www.shop.example'],
  ['created_at', 'soon'],
])(
  'a cell of the column %s that does not fit becomes an attribute, and is counted',
  async (column, cell) => {
    const { records, adjustments, refused } = await read('a.csv', `text,${column}\na,${cell}\n`);
    expect(refused).toEqual([]);
    expect(records).toMatchObject([{ text: 'a', attributes: { [column]: cell } }]);
    expect(adjustments).toMatchObject([expect.stringMatching(new RegExp(`^${column} kept: `))]);
  },
);

it('a tenant that is not a name refuses the row, because no row may change its owner', async () => {
  const { refused } = await read('a.csv', 'text,tenant\na,Not A Tenant\n');
  expect(refused).toEqual([expect.stringMatching(/^2: tenant /)]);
});

it('an id that is no record id is replaced by its hash, so the same id gives the same record', async () => {
  const ids = async (lines: string) =>
    (await read('a.csv', `id,text\n${lines}`, { id_field: 'id' })).records.map(
      (one) => one.record_id,
    );
  const [first, second] = await ids('Ünö/1,a\nÜnö/2,b\n');
  expect(first).toMatch(/^id-[0-9a-f]{32}$/);
  expect(await ids('Ünö/2,b\nÜnö/1,changed\n')).toEqual([second, first]);
});

it('a column is mapped to a field or to an attribute of another name', async () => {
  const map = { created_at: 'tweet_created', author: 'USER', stars: 'Score' };
  const { records } = await read('a.csv', 'text,tweet_created,user,score\na,2026-11-01,Ann,5\n', {
    map,
  });
  expect(records).toMatchObject([
    { created_at: '2026-11-01T00:00:00Z', author: 'Ann', attributes: { stars: '5' } },
  ]);
});

it('an option that names a column that the file lacks is an error with the names of the columns', async () => {
  const { error } = await read('a.csv', 'text,stars\na,1\n', { time_field: 'when' });
  expect(error).toContain('--time-field: no column `when`; the header has `text`, `stars`.');
});

it('a quote that never closes costs one row, however many rows come behind it', async () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => `row ${i},"shop, ${i}"`);
  rows[2_000] = '"never closed,shop';
  const { texts, refused } = await read('a.csv', `text,where\n${rows.join('\n')}\n`);
  expect(texts).toHaveLength(4_999);
  expect(refused).toEqual(['2002: has a quote within a quoted cell']);
});

it('a broken row with line ends in its cell costs one row, and its lines become no records', async () => {
  const content = 'text,where\n"I love it\nreally "great" stuff\nbye",shop\nfine,shop\n';
  const { texts, refused } = await read('a.csv', content);
  expect(texts).toEqual(['fine']);
  expect(refused).toEqual(['2: has a quote within a quoted cell']);
});

it('rows of empty cells, as spreadsheets append them, are no rows', async () => {
  const { texts, refused } = await read('a.csv', 'text,where\na,b\n,\n,\n\n');
  expect([texts, refused]).toEqual([['a'], []]);
});

it('a line of JSON may have 8 MiB, and a longer one is wrong, also if it begins with spaces', async () => {
  const LIMIT = 8 * 1024 * 1024;
  const fits = `{"text":"a","n":"${'x'.repeat(LIMIT - 19)}"}`;
  expect(fits).toHaveLength(LIMIT);
  const lines = ['{"text":"a"}', fits, `${fits} `, `${' '.repeat(LIMIT)}x`, '{"text":"b"}'];
  const { texts, refused } = await read('a.jsonl', lines.join('\n'));
  expect(texts).toEqual(['a', 'a', 'b']);
  const wrong = `is longer than ${LIMIT} bytes`;
  expect(refused).toEqual([`3: ${wrong}`, `4: ${wrong}`]);
}, 60_000);

it.each(['[1]', 'null', '7', 'true'])('the line %s is not an object', async (line) => {
  const { refused } = await read('a.jsonl', `{"text":"a"}\n${line}\n`);
  expect(refused).toEqual(['2: is not a JSON object']);
});

it('ids of more than 15 digits stay exact in JSON', async () => {
  const content =
    '{"text":"a 12345678901234567890","id":1590000000000000001}\n{"text":"b","id":1590000000000000002}';
  const { records } = await read('a.jsonl', content, { id_field: 'id' });
  expect(records).toMatchObject([
    { text: 'a 12345678901234567890', record_id: '1590000000000000001' },
    { record_id: '1590000000000000002' },
  ]);
});

it('an array in a JSON document is found by its path, and broken elements cost only themselves', async () => {
  const content =
    '{"a":[1],"page":{"items":[\n  {"text":"x"},\n  {"text": nope},\n  {"text":"y"\n  {"text":"z"},\n  {"text":"w"}\n]},"b":[{"text":"no"}]}';
  const { texts, refused } = await read('a.json', content, { records: 'page.items' });
  expect(texts).toEqual(['x', 'z', 'w']);
  expect(refused).toHaveLength(2);
});

it('an array that is cut off ends with a row that is refused', async () => {
  const { texts, refused } = await read('a.json', '[{"text":"a"},\n{"text":"b"},\n');
  expect(texts).toEqual(['a', 'b']);
  expect(refused).toEqual(['3: ends before the array is closed']);
});

it.each(['csv', 'tsv', 'jsonl', 'json', 'text'] as const)(
  'the bytes of a file in %s are closed when the reader leaves the loop early',
  async (format) => {
    const { two_records } = FORMAT_SAMPLES[format];
    const { source, file } = createFile(String(two_records));
    const { readRows } = await inspectFile(source, { format });
    for await (const _ of readRows(0)) break;
    expect(file.closed).toBe(file.opened.length);
  },
);

it.each(['csv', 'tsv', 'jsonl', 'json', 'text'] as Format[])(
  'a file in the format %s whose download breaks off ends with the error of the download',
  async (format) => {
    let calls = 0;
    const open = async function* () {
      calls += 1;
      yield Buffer.from(FORMAT_SAMPLES[format].two_records);
      if (calls > 2) throw new Error('connection reset');
    };
    const { readRows } = await inspectFile({ name: 'file', size: 1_000, open }, { format });
    const reading = async () => {
      for await (const row of readRows(0)) row.read();
    };
    await expect(reading()).rejects.toThrow('connection reset');
  },
);

it('a reader that begins in the middle of a file takes the names from its header', async () => {
  const content = 'text\tauthor\na\tAnn\nb\tBob\n';
  const { source } = createFile(content);
  const { readRows } = await inspectFile(source);
  const rows = [];
  for await (const row of readRows(content.indexOf('b\t'))) rows.push(row.read());
  expect(rows).toEqual([{ names: ['text', 'author'], values: ['b', 'Bob'] }]);
});

it('lines end with a line feed, or with a carriage return in files of old Macs', async () => {
  const lines = async (content: string, ends_at_cr: boolean, options: FileOptions = {}) => {
    const found: string[] = [];
    const source = (async function* () {
      yield Buffer.from(content);
    })();
    for await (const { bytes } of readLines(source, 100, ends_at_cr)) found.push(bytes.toString());
    expect(options).toEqual({});
    return found;
  };
  expect(await lines('a\r\nb\rc\n', false)).toEqual(['a', 'b\rc']);
  expect(await lines('a\rb\r', true)).toEqual(['a', 'b']);
});
