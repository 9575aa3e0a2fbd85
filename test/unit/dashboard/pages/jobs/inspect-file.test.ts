import { expect, it } from 'vitest';
import { inspectHead } from '../../../../../dashboard/pages/jobs/inspect-file.ts';

it.each([
  ['reviews.csv', 'Id,Review,Stars\n1,Good,5\n', 'csv', ['Id', 'Review', 'Stars'], 'Review'],
  ['r.csv', '\ufeffid;"a;b";text\r\n', 'csv', ['id', 'a;b', 'text'], 'text'],
  ['r.tsv', 'id\tbody\n', 'tsv', ['id', 'body'], 'body'],
  ['r.csv', 'a,b\n', 'csv', ['a', 'b'], ''],
  ['r.jsonl', '{"text":"x"}\n', 'jsonl', [], ''],
])(
  '%s that begins with %j is read as %s with the columns %j, whose text is %j',
  (name, head, format, columns, text_field) => {
    expect(inspectHead(name, head)).toMatchObject({ format, columns, text_field });
  },
);

it.each([
  ['[{"text":"x"}]', 'json'],
  ['  {"text":"x"}\n{"text":"y"}', 'jsonl'],
  ['id\ttext\n', 'tsv'],
  ['id,text\n', 'csv'],
  ['one line\n', 'text'],
])('a file without an ending that begins with %j is taken for %s', (head, format) => {
  expect(inspectHead('export', head).format).toBe(format);
});

it('a packed or binary file is known by its name alone, and shows no sample', () => {
  expect(inspectHead('Q3 Reviews (final).csv.gz', '')).toMatchObject({
    format: 'csv',
    columns: [],
    sample: undefined,
    source: 'q3_reviews_final',
  });
  expect(inspectHead('x.bin', '').format).toBeUndefined();
});

it('a source is made of the name of the file, whatever letters it has', () => {
  expect(inspectHead('レビュー.csv', 'a').source).toBe('upload');
  expect(inspectHead('__App Reviews__.csv', 'a').source).toBe('app_reviews');
});

it('the sample has the first lines, cut where they are long', () => {
  const { sample = '' } = inspectHead('a.txt', `${'x'.repeat(500)}\n2\n3\n4\n5\n`);
  expect(sample.split('\n').map((line) => line.length)).toEqual([200, 1, 1, 1]);
});
