import { expect, it } from 'vitest';
import { proposeColumns } from '../../../../ingest/sources/mapping/propose.ts';

const ROWS = 4;
const column = (name: string, ...values: unknown[]) => ({ name, values, filled: values.length });
const TEXTS = ['It was good.', 'Not for me, sorry.', 'Fine, thanks.', 'I like it a lot.'];

it('of two usual names of a text, the better one is proposed, wherever it stands', () => {
  const body = column('Body', ...TEXTS);
  const note = column('note', ...TEXTS);
  expect(proposeColumns([note, body], ROWS).text).toBe('Body');
  expect(proposeColumns([body, note], ROWS).text).toBe('Body');
});

it('a usual name whose values are prose comes before a better name whose values are codes', () => {
  const columns = [column('text', 'a1', 'b2', 'c3', 'd4'), column('comment', ...TEXTS)];
  expect(proposeColumns(columns, ROWS).text).toBe('comment');
});

it('a usual name whose values are single words is still proposed if no other name is usual', () => {
  const columns = [column('title', 'x', 'y', 'z', 'w'), column('review', 'ok', 'bad', 'meh', 'ok')];
  expect(proposeColumns(columns, ROWS).text).toBe('review');
});

it('without a usual name, the column with the longest prose on average is proposed', () => {
  const short = column('q1', 'So so.', 'Not bad.', 'A bit.', 'Go on.');
  const long = column('q2', ...TEXTS);
  expect(proposeColumns([short, long], ROWS).text).toBe('q2');
  expect(proposeColumns([long, short], ROWS).text).toBe('q2');
  // One long value among few does not outweigh many values.
  const sparse = { name: 'q3', values: ['A little longer than that.'], filled: 1 };
  expect(proposeColumns([long, sparse], ROWS).text).toBe('q3');
});

it.each([
  'x'.repeat(90),
  '2026-11-02T10:00:00Z',
  'Mon, 02 Nov 2026 10:00:00 GMT',
  'https://example.com/a/b',
  'ann@example.com',
  'n/a',
  '5 of 6',
])('the value %s is no prose, so its column is not proposed as the text', (value) => {
  expect(proposeColumns([column('q', value)], 1).text).toBeUndefined();
});

it.each(['Not bad', 'Not\nbad', 'não gostei!', '不推荐', 'よかった', '좋아요', 'ดีมาก'])(
  'the value %s is prose',
  (value) => {
    expect(proposeColumns([column('q', value)], 1).text).toBe('q');
  },
);

it('a column counts as prose if a quarter of its texts are prose, and no fewer', () => {
  const prose = (of: number) =>
    column('q', 'It was good.', ...Array.from({ length: of - 1 }, () => 'code'));
  expect(proposeColumns([prose(4)], 4).text).toBe('q');
  expect(proposeColumns([prose(5)], 5).text).toBeUndefined();
});

it('numbers are never proposed as the text, whatever the name', () => {
  expect(proposeColumns([column('text', 1, 2, 3, 4)], ROWS).text).toBeUndefined();
});

it('an id is proposed if each row has one and no two are equal', () => {
  const id = (...values: unknown[]) => proposeColumns([column('id', ...values)], ROWS).id;
  expect(id(1, 2, 3, 4)).toBe('id');
  expect(id(1, 2, 3, 3)).toBeUndefined();
  expect(id(1, 2, 3)).toBeUndefined();
  expect(id(1, '1', 3, 4)).toBeUndefined();
});

it('the column of the text is proposed for nothing else', () => {
  // "note" is a usual name of a text and of a rating, and "message" of a text alone.
  const columns = [column('note', ...TEXTS)];
  expect(proposeColumns(columns, ROWS)).toEqual({ text: 'note' });
});

it('a time is proposed if half of its values are dates, and a name alone is not enough', () => {
  const time = (...values: unknown[]) => proposeColumns([column('date', ...values)], ROWS).time;
  expect(time('2026-11-01', '2026-11-02T10:00:00Z', 'x', 'y')).toBe('date');
  expect(time('2026-11-01', 'x', 'y', 'z')).toBeUndefined();
  expect(time('1/11/2026', '31.12.26', '3-4-2026', 'x')).toBe('date');
  expect(time('a 1/11/2026', '1/11', '1/11/2')).toBeUndefined();
  expect(time()).toBeUndefined();
});

it('a language is proposed if a value begins with two letters', () => {
  const language = (...values: unknown[]) =>
    proposeColumns([column('lang', ...values)], ROWS).language;
  expect(language('en')).toBe('lang');
  expect(language(7, 'e', '-en', '1en')).toBeUndefined();
});

it('a rating is proposed if half of its values are numbers, also with a fraction or of a total', () => {
  const rating = (...values: unknown[]) =>
    proposeColumns([column('stars', ...values)], ROWS).rating;
  expect(rating(5, 'none', 'n/a', '3')).toBe('stars');
  expect(rating(5, 'none', 'n/a', 'x')).toBeUndefined();
  expect(rating()).toBeUndefined();
  for (const one of ['4', '14', '4.5', '4,25', '4/5', '14 / 20', '4.5/5']) {
    expect(rating(one), one).toBe('stars');
  }
  for (const one of ['4 stars', 'x4', '4.', '4/', '4/five', 'five/5', '4.x', '', '4..5']) {
    expect(rating(one), one).toBeUndefined();
  }
});
