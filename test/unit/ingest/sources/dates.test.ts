import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createReadDate } from '../../../../ingest/sources/mapping/date-format.ts';
import { parseDate } from '../../../../ingest/sources/mapping/dates.ts';
import { recordSchema } from '../../../../schemas/index.ts';

const TIME = '2026-11-01T10:22:31Z';
const DAY = '2026-11-01T00:00:00Z';

it.each([
  ['2026-11-01T10:22:31Z', TIME],
  ['2026-11-01t10:22:31z', TIME],
  ['2026-11-01 10:22:31', TIME],
  ['2026-11-01 10:22:31.000+0000', '2026-11-01T10:22:31.000Z'],
  ['2026-11-01T12:22:31+02:00', TIME],
  ['2026-11-01T12:22:31+02', TIME],
  ['2026-11-01 10:22:31 UTC', TIME],
  ['2026-11-01 10:22', '2026-11-01T10:22:00Z'],
  ['2026-11-01', DAY],
  ['2026/11/01', DAY],
  ['20261101', DAY],
  ['20261101T102231Z', TIME],
  ['2026年11月1日', DAY],
  ['01.11.2026', DAY],
  ['1.11.2026 10:22:31', TIME],
  ['31/12/2026', '2026-12-31T00:00:00Z'],
  ['12/31/2026 11:59 PM', '2026-12-31T23:59:00Z'],
  ['Sun, 01 Nov 2026 10:22:31 GMT', TIME],
  ['Sun, 1 Nov 2026 05:22:31 -0500', TIME],
  ['Sun Nov 01 10:22:31 +0000 2026', TIME],
  ['Nov 1, 2026', DAY],
  ['November 1, 2026 at 10:22 AM', '2026-11-01T10:22:00Z'],
  ['Nov 1, 2026, 10:22:31 AM', TIME],
  ['1 November 2026', DAY],
  ['01-Nov-2026', DAY],
  ['11 1, 2026', DAY],
  ['1793528551', TIME],
  [1_793_528_551, TIME],
  [1_793_528_551_000, TIME],
  ['1793528551000000', TIME],
  ['1793528551.25', '2026-11-01T10:22:31.25Z'],
])('%j is read as the time %s', (given, time) => {
  expect(parseDate(given)).toBe(time);
});

it.each([
  '',
  'soon',
  '11/01/2026',
  '2026-02-30',
  '2026-13-01',
  '2026-11-01T25:00:00Z',
  '7',
  '5,0',
  '12:30',
  true,
  'May',
  '1.5',
])('%j is no date', (given) => {
  expect(parseDate(given)).toBeUndefined();
});

it.each([
  ['day-first', '11/01/2026', '2026-01-11T00:00:00Z'],
  ['day-first', '1.11.26 10:22', '2026-11-01T10:22:00Z'],
  ['month-first', '11/01/2026', DAY],
  ['month-first', '11/1/26 10:22 PM', '2026-11-01T22:22:00Z'],
  ['dd.MM.yyyy HH:mm:ss', '01.11.2026 10:22:31', TIME],
  ['%d/%m/%Y', '01/11/2026', DAY],
  ['%Y%m%d-%H%M', '20261101-1022', '2026-11-01T10:22:00Z'],
  ['MMM d yyyy', 'Nov 1 2026', DAY],
  ['yyyy-dd-MM', '2026-01-11', DAY],
])('with --date-format %s, %j is read as %s', (format, given, time) => {
  expect(parseDate(given, createReadDate(format))).toBe(time);
});

it('a date format without a year, a month or a day is refused with examples', () => {
  for (const format of ['HH:mm', 'yyyy', '%d.%m.', 'x']) {
    expect(() => createReadDate(format)).toThrow(/day-first, month-first, or a pattern/);
  }
});

it('every date that is read fits the field created_at, and reading never throws', () => {
  const signs = fc.constantFrom(
    ...'0123456789',
    '-',
    '/',
    '.',
    ':',
    ' ',
    'T',
    'Z',
    '+',
    ',',
    'Nov',
    'AM',
    'Mon',
  );
  const text = fc.array(signs, { maxLength: 24 }).map((parts) => parts.join(''));
  const date = fc.date({
    min: new Date('1990-01-01'),
    max: new Date('2090-01-01'),
    noInvalidDate: true,
  });
  const given = fc.oneof(
    text,
    date.map(String),
    date.map((one) => one.toUTCString()),
    date.map(Number),
  );
  fc.assert(
    fc.property(given, (value) => {
      const created_at = parseDate(value);
      if (created_at === undefined) return;
      expect(recordSchema.safeParse({ text: 'a', source: 's', created_at }).success).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
