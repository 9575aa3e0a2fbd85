import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createResultsCsv, formatResultsCsv } from '../../../jobs/results-csv.ts';
import type { JobResult } from '../../../schemas/index.ts';
import { aResult } from '../../support/results.ts';

const HEADER =
  'job_index,record_id,outcome,status,sentiment,score,positive,negative,neutral,mixed,' +
  'language_code,source,created_at,processed_at,pii_types,author,url,text,issues,attributes';

/** Parses CSV with an independent parser, which is strict about quotes. */
function parseCsv(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true, record_delimiter: '\r\n' });
}

const createRow = (text: string): JobResult => ({
  job_index: 7,
  record_id: 'r-7',
  outcome: 'done',
  result: aResult({ text }),
});

const awkward = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '"',
          '""',
          ',',
          '\n',
          '\r',
          '\r\n',
          'a',
          ' ',
          '=',
          '+',
          '-',
          '@',
          '\t',
          '＝',
          '＋',
          '－',
          '＠',
        ],
      ),
    )
    .map((parts) => parts.join('')),
);

it('the CSV of job results gives back every text that a CSV parser reads, quotes and line breaks included', () => {
  fc.assert(
    fc.property(fc.array(awkward, { minLength: 1, maxLength: 5 }), (texts) => {
      const parsed = parseCsv(formatResultsCsv(texts.map(createRow)));
      const expected = texts.map((text) =>
        /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text,
      );
      expect(parsed.map(({ text }) => text)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

it.each(['"', ',', '\r', '\n'])('the CSV of job results quotes a text that contains %j', (mark) => {
  const text = `a${mark}b`;
  expect(formatResultsCsv([createRow(text)])).toContain(`,"${text.replace('"', '""')}",`);
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠SUM(A1)'])(
  'the CSV of job results puts an apostrophe before %j, so that no spreadsheet runs it as a formula',
  (text) => {
    expect(parseCsv(formatResultsCsv([createRow(text)]))[0]?.text).toBe(`'${text}`);
  },
);

it('the CSV of job results leaves negative numbers alone', () => {
  const row = createRow('a');
  const csv = formatResultsCsv([{ ...row, result: aResult({ score: -1 }) }]);
  expect(parseCsv(csv)[0]?.score).toBe('-1');
});

it('the CSV of job results has a column for each field under its name', () => {
  const result = aResult({
    status: 'analyzed',
    sentiment: 'MIXED',
    score: 0.4,
    scores: { positive: 0.1, negative: 0.2, neutral: 0.3, mixed: 0.4 },
    language_code: 'fr',
    source: 'tour',
    text: 'Bof',
    author: 'Zoë',
    url: 'https://example.com/1',
    pii: { types: ['EMAIL', 'NAME'], count: 3, redacted: true, failed: false },
  });
  const csv = formatResultsCsv([{ job_index: 3, record_id: 'r-3', outcome: 'done', result }]);
  expect(csv.split('\r\n')[0]).toBe(HEADER);
  expect(parseCsv(csv)).toEqual([
    {
      job_index: '3',
      record_id: 'r-3',
      outcome: 'done',
      status: 'analyzed',
      sentiment: 'MIXED',
      score: '0.4',
      positive: '0.1',
      negative: '0.2',
      neutral: '0.3',
      mixed: '0.4',
      language_code: 'fr',
      source: 'tour',
      created_at: '2026-11-23T10:00:00.000Z',
      processed_at: '2026-11-23T10:00:02.000Z',
      pii_types: 'EMAIL NAME',
      author: 'Zoë',
      url: 'https://example.com/1',
      text: 'Bof',
      issues: '',
      attributes: '{"stars":"5"}',
    },
  ]);
});

it('the CSV of job results says what is wrong with a line that was set aside', () => {
  const issues = [
    { path: 'text', message: 'is required' },
    { path: '', message: 'is odd' },
  ];
  const [row] = parseCsv(formatResultsCsv([{ job_index: 0, outcome: 'set_aside', issues }]));
  expect(row).toMatchObject({
    outcome: 'set_aside',
    record_id: '',
    text: '',
    issues: 'text is required; is odd',
  });
});

it('the CSV of job results without rows is its header', () => {
  expect(formatResultsCsv([])).toBe(`${HEADER}\r\n`);
});

const attribute_name = fc.oneof(fc.constantFrom('stars', 'Größe', 'text', '-1'), fc.string());

it('the CSV of job results has every attribute exactly once: in its column, or in the JSON of the last column', () => {
  const attributes = fc.dictionary(attribute_name, awkward, { noNullPrototype: true });
  const names = fc.uniqueArray(attribute_name, { maxLength: 3 });
  fc.assert(
    fc.property(attributes, names, (given, columns) => {
      const { header, formatRow } = createResultsCsv(columns);
      const row = { ...createRow('a'), result: aResult({ attributes: given }) };
      const [head = [], cells = []]: string[][] = parse(header + formatRow(row), {
        record_delimiter: '\r\n',
      });
      const shown = Object.entries(JSON.parse(cells.at(-1) || '{}'));
      for (const name of columns.filter((one) => Object.hasOwn(given, one))) {
        const cell = cells[head.indexOf(`attributes.${name}`)] ?? '';
        expect(shown.map(([other]) => other)).not.toContain(name);
        shown.push([
          name,
          cell.startsWith("'") && !given[name]?.startsWith("'") ? cell.slice(1) : cell,
        ]);
      }
      expect(Object.fromEntries(shown)).toEqual(given);
    }),
  );
});

it('the CSV of job results shows a negative number in an attribute as a number', () => {
  const { formatRow } = createResultsCsv(['change', 'call']);
  const result = aResult({ attributes: { change: '-3.5', call: '-3.50' } });
  expect(formatRow({ ...createRow('a'), result })).toMatch(/,-3\.5,'-3\.50,\r\n$/);
});
