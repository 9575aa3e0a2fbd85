import { expect, it } from 'vitest';
import { createReadContent } from '../../../support/read-file.ts';
import { writeWorkbook } from '../../../support/workbook.ts';
import { writeZip } from '../../../support/zip.ts';

const read = createReadContent();
const PROSE = 'It was good.';

it.each([
  ['text_field', '--text-field: no column `nope`'],
  ['id_field', '--id-field: no column `nope`'],
  ['time_field', '--time-field: no column `nope`'],
  ['language_field', '--language-field: no column `nope`'],
])(
  'an option %s that names a missing column says so, with the columns of the file',
  async (option, problem) => {
    const { error } = await read('a.csv', `text,id\n${PROSE},1\n`, { [option]: 'nope' });
    expect(error).toContain(`a.csv: ${problem}; the header has \`text\`, \`id\`.`);
  },
);

it('a mapping of a missing column says so', async () => {
  const { error } = await read('a.csv', `text,id\n${PROSE},1\n`, { map: { stars: 'nope' } });
  expect(error).toContain('--map stars=…: no column `nope`');
});

it('the option of a missing column is proposed first, and what is named or found is not proposed', async () => {
  const content = `body,review_id,date,lang\n${PROSE},1,2026-11-01,en\n`;
  expect((await read('a.csv', content)).error).toContain(
    'Did you mean --text-field body --id-field review_id --time-field date --language-field lang?',
  );
  const named = await read('a.csv', content, { id_field: 'review_id', time_field: 'nope' });
  expect(named.error).toContain(
    'Did you mean --text-field body --time-field date --language-field lang?',
  );
  const found = await read('a.csv', content.replace('lang', 'language'));
  expect(found.error).toContain('--time-field date?');
});

it('columns that records may use are named in a note, with the reason if one of them is the id', async () => {
  const with_id = await read('a.csv', `text,review_id,date\n${PROSE},1,2026-11-01\n`);
  expect(with_id.description?.notes).toEqual([
    'Columns that records may use: --id-field review_id --time-field date. Without an id, a file that is exported again counts its records again.',
  ]);
  const without = await read('a.csv', `text,record_id,date\n${PROSE},1,2026-11-01\n`);
  expect(without.description?.notes).toEqual(['Columns that records may use: --time-field date.']);
  const complete = await read('a.csv', `text,record_id\n${PROSE},1\n`);
  expect(complete.description?.notes).toEqual([]);
});

it('a name that a shell would not take as one word is quoted in the proposal', async () => {
  const { error } = await read('a.csv', `Review body,Ann's id\n${PROSE},1\n`);
  expect(error).toContain("--text-field 'Review body'");
  const quoted = await read('a.csv', `n,it's\n1,${PROSE}\n`);
  expect(quoted.error).toContain("--text-field 'it'\\''s'");
});

it('a header with many or long names is cut short in the error, without signs that a terminal obeys', async () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`).join(',');
  const many = await read('a.csv', `id,${names(61)}\n1\n`);
  expect(many.error).toContain('`c58` and 2 more.');
  const few = await read('a.csv', `id,${names(59)}\n1\n`);
  expect(few.error).toContain('`c58`.');
  const long = await read('a.csv', `id,${'x'.repeat(61)}\n1,2\n`);
  expect(long.error).toContain(`\`${'x'.repeat(60)}…\``);
  const exact = await read('a.csv', `id,${'x'.repeat(60)}\n1,2\n`);
  expect(exact.error).toContain(`\`${'x'.repeat(60)}\``);
  const sign = await read('a.csv', 'id,x\u0007y\n1,2\n');
  expect(sign.error).toContain('`x y`');
});

it('a file whose records are all withdrawals needs no text', async () => {
  const { records, error } = await read('a.csv', 'record_id,deleted\n7,true\n');
  expect(error).toBeUndefined();
  expect(records).toMatchObject([{ record_id: '7', deleted: true }]);
});

it('a name that stands twice is a note, and an empty one is not', async () => {
  const twice = await read('a.csv', `text,x,x,x,,\n${PROSE},1,2,3,4,5\n`);
  expect(twice.description?.notes).toEqual([
    'The header has `x` more than once: the first column counts, the others are attributes.',
  ]);
});

it('the header is found by the column that an option names, below lines of another kind', async () => {
  const content = `Survey\n\nq1,q2\n${PROSE},5\n`;
  for (const options of [
    { text_field: 'q1' },
    { text_field: 'q1', map: { stars: 'q2' } },
    { text_field: 'q1', id_field: 'q2' },
  ]) {
    const { texts, description } = await read('a.csv', content, options);
    expect(texts).toEqual([PROSE]);
    expect(description?.header_line).toBe(3);
    expect(description?.notes.join()).toContain('The header is in line 3');
  }
});

it('a file without a header says what to do: for one column and for several', async () => {
  const one = await read('a.csv', '1\n2\n');
  expect(one.error).toContain('use --format text');
  const two = await read('a.csv', '1,2\n3,4\n');
  expect(two.error).toContain('Name its 2 columns: --columns c1,text.');
  const seven = await read('a.csv', '1,2,3,4,5,6,7\n');
  expect(seven.error).toContain('Name its 7 columns: --columns c1,c2,c3,c4,c5,text,….');
  const six = await read('a.csv', '1,2,3,4,5,6\n');
  expect(six.error).toContain('--columns c1,c2,c3,c4,c5,text.');
});

it('the line sep=; of Excel names the delimiter, and is no row', async () => {
  const { texts, description, items } = await read('a.csv', `sep=;\ntext;n\n${PROSE};1\n`);
  expect(texts).toEqual([PROSE]);
  expect(description).toMatchObject({ delimiter: ';', header_line: 2 });
  expect(items[0]).toMatchObject({ line: 3 });
});

it('single quotes around half of the rows are a note, and those of the header are not', async () => {
  const half = await read('a.csv', `text,n\n'good',1\nbad,2\n`);
  expect(half.description?.notes.join()).toContain('use --quote "\'"');
  const third = await read('a.csv', `'text',text\n'good',1\nbad,2\nmeh,3\n`);
  expect(third.description?.notes.join()).not.toContain('--quote');
});

it('in a file of one column, the signs in its texts do not separate cells', async () => {
  expect((await read('a.tsv', 'text\nGood, very good\n')).texts).toEqual(['Good, very good']);
  expect((await read('a.csv', '\n"Text"\nGood; very | good\n')).texts).toEqual([
    'Good; very | good',
  ]);
  expect((await read('a.csv', 'text\nGood, very good\nBad\n')).texts).toEqual(['Bad']);
  expect((await read('a.csv', `text;n\n${PROSE};1\n`)).texts).toEqual([PROSE]);
});

it('a file whose cells are separated by tabs is a TSV, whatever its ending', async () => {
  expect((await read('a.txt', `text\tn\n${PROSE}\t1\n`)).description).toMatchObject({
    format: 'tsv',
    delimiter: '\t',
  });
});

it.each([
  ['a.jsonl', 'text,n\nGood,1\n', ['Good']],
  ['a.json', 'text,n\nGood,1\n', ['Good']],
])('%s that holds a table with a header is read as the table', async (name, content, texts) => {
  expect((await read(name, content)).texts).toEqual(texts);
});

it('a file with the ending jsonl whose first line is broken is read as JSON, line by line', async () => {
  const { texts, refused } = await read('a.jsonl', 'oops, no\n{"text":"Good"}\n');
  expect(texts).toEqual(['Good']);
  expect(refused).toHaveLength(1);
});

it('a text cannot be read as a format that is packed', async () => {
  const { error } = await read('a.csv', 'text\nGood\n', { format: 'parquet' });
  expect(error).toContain('expected the format parquet, got a text');
});

const aBookWith = (...states: string[]) => {
  const sheet = (text: string) =>
    `<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>text</t></is></c></row><row r="2"><c t="inlineStr"><is><t>${text}</t></is></c></row></sheetData></worksheet>`;
  const names = states.map((_, i) => `S${i}`);
  return writeZip({
    'xl/workbook.xml': `<x:workbook xmlns:x="x"><x:sheets>${states
      .map((state, i) => `<x:sheet name="S${i}" state="${state}" r:id="r${i}"/>`)
      .join('')}</x:sheets></x:workbook>`,
    'xl/_rels/workbook.xml.rels': `<R>${names
      .map((_, i) => `<Relationship Id="r${i}" Target="s${i}.xml"/>`)
      .join('')}</R>`,
    ...Object.fromEntries(names.map((name, i) => [`xl/s${i}.xml`, sheet(`Text of ${name}`)])),
  });
};

it('a hidden sheet is read only if no sheet is visible or its name is given, and is not offered', async () => {
  const mixed = aBookWith('hidden', 'visible', 'veryHidden', 'visible');
  const first = await read('a.xlsx', mixed);
  expect(first.texts).toEqual(['Text of S1']);
  expect(first.description?.notes.join()).toContain('another one: S3.');
  expect((await read('a.xlsx', mixed, { member: 's0' })).texts).toEqual(['Text of S0']);
  expect((await read('a.xlsx', aBookWith('hidden', 'hidden'))).texts).toEqual(['Text of S0']);
});

it('a workbook has its columns by options or by a header below other rows, or says what to do', async () => {
  const survey = writeWorkbook({ S: [['Survey'], ['q1', 'q2'], [PROSE, 5]] });
  for (const options of [{ text_field: 'q1' }, { text_field: 'q1', map: { stars: 'q2' } }]) {
    const { texts, description } = await read('a.xlsx', survey, options);
    expect(texts).toEqual([PROSE]);
    expect(description?.header_line).toBe(2);
  }
  const bare = writeWorkbook({ S: [[1, PROSE]] });
  const named = await read('a.xlsx', bare, { columns: ['n', 'text'] });
  expect(named.texts).toEqual([PROSE]);
  expect(named.description).not.toHaveProperty('header_line');
  expect((await read('a.xlsx', bare)).error).toContain('row 1 is not a header');
  expect((await read('a.xlsx', writeWorkbook({ S: [] }))).error).toContain('has no cells');
  expect((await read('a.xlsx', writeWorkbook({}))).error).toContain('without a sheet');
});

it('a row of a sheet with more cells than the header is refused', async () => {
  const book = writeWorkbook({ S: [['text'], [PROSE], [PROSE, 'x']] });
  const { texts, refused } = await read('a.xlsx', book);
  expect(texts).toEqual([PROSE]);
  expect(refused.join()).toContain('3: ');
  expect(refused.join()).toContain('has 2 columns, the header has 1');
});
