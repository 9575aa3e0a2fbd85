import { expect, it } from 'vitest';
import {
  detectFormat,
  FORMAT_DESCRIPTIONS,
  FORMAT_NAMES,
  FORMAT_TITLES,
  FORMATS,
  fileOptionsSchema,
  uploadOptionsSchema,
  withoutFormatEnding,
} from '../../../schemas/index.ts';
import { listAccepted } from '../../support/fields.ts';

const { shape } = fileOptionsSchema;
const messageOf = (options: object) =>
  fileOptionsSchema.safeParse(options).error?.issues.map(({ message }) => message);

it.each([
  ['tab', '\t'],
  ['\\t', '\t'],
  ['TAB', '\t'],
  ['comma', ','],
  ['semicolon', ';'],
  ['Pipe', '|'],
  ['space', ' '],
  ['\t', '\t'],
  ['^', '^'],
  ['~', '~'],
])('the delimiter %j stands for %j', (given, sign) => {
  expect(shape.delimiter.parse(given)).toBe(sign);
});

it.each(['', ',,', 'a', 'Z', '7', '_', '\n', '\r', 'é', '\x7f', 'colon'])(
  'the sign %j is refused for delimiter, quote and escape, and the error says what is taken',
  (given) => {
    for (const name of ['delimiter', 'quote', 'escape']) {
      expect(messageOf({ [name]: given }), name).toEqual([
        'must be one sign of ASCII, or tab, comma, semicolon, pipe or space',
      ]);
    }
  },
);

it.each([
  ['encoding', 0, 40],
  ['member', 0, 512],
  ['records', 0, 256],
  ['text_field', 1, 256],
  ['id_field', 1, 256],
  ['time_field', 1, 256],
  ['language_field', 1, 256],
  ['date_format', 1, 64],
] as const)('the option %s of a file has %d to %d characters', (name, least, most) => {
  const lengths = [0, 1, 2, most, most + 1];
  const accepted = listAccepted(
    shape[name],
    lengths.map((length) => 'x'.repeat(length)),
  );
  expect(accepted.map(({ length }) => length)).toEqual(
    lengths.filter((length) => length >= least && length <= most),
  );
});

it('a file has 1 to 1,000 named columns, and a map names fields of 1 to 64 characters', () => {
  const counts = [0, 1, 2, 1_000, 1_001].map((count) => Array(count).fill('a'));
  expect(listAccepted(shape.columns, counts).map(({ length }) => length)).toEqual([1, 2, 1_000]);
  expect(listAccepted(shape.columns, [[''], ['x'.repeat(257)], ['x'.repeat(256)]])).toHaveLength(1);
  const names = ['', 'a', 'stars', 'x'.repeat(64), 'x'.repeat(65)];
  const maps = names.map((name) => ({ [name]: 'Column' }));
  expect(listAccepted(shape.map, maps)).toEqual(maps.slice(1, 4));
  expect(listAccepted(shape.map, [{ a: '' }, { a: 'x'.repeat(257) }])).toEqual([]);
});

it('an unknown option of a file is refused, and the format of an upload is not among its options', () => {
  expect(fileOptionsSchema.safeParse({ delimeter: ',' }).success).toBe(false);
  expect(fileOptionsSchema.parse({ format: 'csv' })).toEqual({ format: 'csv' });
  expect(uploadOptionsSchema.safeParse({ format: 'csv' }).success).toBe(false);
  expect(uploadOptionsSchema.parse({ text_field: 'Review' })).toEqual({ text_field: 'Review' });
  expect(messageOf({ format: 'doc' })).toEqual([
    'must be one of jsonl, json, csv, tsv, text, xlsx, parquet',
  ]);
});

it.each([
  ['a.jsonl', 'jsonl', 'application/x-ndjson'],
  ['a.ndjson', 'jsonl', 'application/x-ndjson'],
  ['a.json', 'json', 'application/json'],
  ['a.csv', 'csv', 'text/csv'],
  ['a.tsv', 'tsv', 'text/tab-separated-values'],
  ['a.txt', 'text', 'text/plain'],
  ['a.log', 'text', 'text/plain'],
  ['a.xlsx', 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['a.xlsm', 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['a.parquet', 'parquet', 'application/vnd.apache.parquet'],
] as const)(
  'the file %s is read as %s, packed or not, and has the type %s',
  (name, format, type) => {
    for (const packing of ['', '.gz', '.zip', '.zst', '.GZ', '.zip.gz']) {
      expect(detectFormat(`${name}${packing}`)).toBe(format);
      expect(detectFormat(`${name}${packing}`.toUpperCase())).toBe(format);
      expect(withoutFormatEnding(`my.${name}${packing}`)).toBe('my.a');
    }
    expect(FORMATS[format].content_type).toBe(type);
  },
);

it.each(['a', 'csv', 'a.doc', 'a.csv.bz2', 'a.gz', 'a.csv.txt.zipp'])(
  'the name %s does not tell the format',
  (name) => {
    expect(detectFormat(name)).toBeUndefined();
  },
);

it('a name loses the endings of its packings, and then the ending of one format', () => {
  const names = ['a.doc', 'a.doc.gz', 'a', 'a.csv.zip.gz', 'a.csv.csv', 'a.gz.csv', 'gz'];
  expect(names.map(withoutFormatEnding)).toEqual([
    ...['a.doc', 'a.doc', 'a', 'a', 'a.csv', 'a.gz', 'gz'],
  ]);
});

it('help texts list every format with its title and its description', () => {
  expect(FORMAT_TITLES).toBe('JSONL, JSON, CSV, TSV, plain text, XLSX or Parquet');
  expect(FORMAT_DESCRIPTIONS).toBe(
    FORMAT_NAMES.map((name) => `${name}: ${FORMATS[name].description}`).join('; '),
  );
  expect(FORMAT_DESCRIPTIONS).toMatch(/^jsonl: one JSON object per line; json: an array/);
});
