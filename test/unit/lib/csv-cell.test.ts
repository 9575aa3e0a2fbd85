import { expect, it } from 'vitest';
import { formatCsvCell } from '../../../lib/csv-cell.ts';

it.each(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])(
  'a CSV cell that begins with %j has an apostrophe, so that no spreadsheet runs it as a formula',
  (mark) => {
    expect(formatCsvCell(`${mark}1`)).toMatch(new RegExp(`^"?'\\${mark}1"?$`));
    expect(formatCsvCell(`a${mark}1`)).not.toContain("'");
  },
);

it('a CSV cell with a separator, a line break or a quotation mark is quoted', () => {
  expect(['a,b', 'a\nb', 'a\rb', 'a"b', 'a b'].map(formatCsvCell)).toEqual([
    '"a,b"',
    '"a\nb"',
    '"a\rb"',
    '"a""b"',
    'a b',
  ]);
});
