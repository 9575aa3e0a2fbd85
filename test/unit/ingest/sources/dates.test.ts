import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createReadForm } from '../../../../ingest/sources/mapping/date-format.ts';
import { parseDate } from '../../../../ingest/sources/mapping/dates.ts';
import { createFindZone } from '../../../../ingest/sources/mapping/time-zone.ts';
import { readTime, recordSchema } from '../../../../schemas/index.ts';

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
  const read = parseDate(given);
  expect(read && new Date(read)).toEqual(new Date(time));
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
  ['dd.MM.yy', '01.11.69', '2069-11-01T00:00:00Z'],
  ['dd.MM.yy', '01.11.95', '1995-11-01T00:00:00Z'],
  ['day-first', '01.11.2026 10:22:31 +02:00', '2026-11-01T10:22:31+02:00'],
  ['yyyy.MM.dd hh:mm a', '2026.11.01,  12:22 AM', '2026-11-01T00:22:00Z'],
  ['yyyy.MM.dd HH:mm:ss.SSS Z', '2026.11.01 10:22:31.25 Z', '2026-11-01T10:22:31.25Z'],
])('with --date-format %s, %j is read as %s', (format, given, time) => {
  expect(parseDate(given, { readForm: createReadForm(format) })).toBe(time);
});

it('a date format without a year, a month or a day is refused with examples', () => {
  for (const format of ['HH:mm', 'yyyy', '%d.%m.', 'x']) {
    expect(() => createReadForm(format)).toThrow(/day-first, month-first, or a pattern/);
  }
});

it.each([
  ['dd.MM.yyyy', '01x11x2026'],
  ['dd.MM.yyyy', '01.11.2026 and more'],
  ['yyyy.MM.dd hh:mm a', '2026.11.01 13:22 AM'],
  ['yyyy-dd-MM', '2026-13-13'],
  ['day-first', '01+11+2026'],
])('with --date-format %s, %j is no date', (format, given) => {
  expect(parseDate(given, { readForm: createReadForm(format) })).toBeUndefined();
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

it.each([
  ['Europe/Berlin', '2026-07-01 12:00', '2026-07-01T10:00:00Z'],
  ['Europe/Berlin', '01.12.2026 12:00', '2026-12-01T11:00:00Z'],
  ['Europe/Berlin', '2026-12-01', '2026-11-30T23:00:00Z'],
  ['Asia/Kolkata', '2026-12-01T12:00:00', '2026-12-01T06:30:00Z'],
  ['America/New_York', 'Nov 1, 2026, 12:00:00 PM', '2026-11-01T17:00:00Z'],
  // The clock shows 02:30 twice.
  ['Europe/Berlin', '2026-10-25 02:30', '2026-10-25T00:30:00Z'],
  ['Europe/Berlin', '2026-10-25 03:30', '2026-10-25T02:30:00Z'],
  ['America/New_York', '2026-11-01 01:30', '2026-11-01T05:30:00Z'],
  // The clock leaves 02:30 out.
  ['Europe/Berlin', '2026-03-29 02:30', '2026-03-29T01:30:00Z'],
  ['Europe/Berlin', '2026-03-29 01:59:59', '2026-03-29T00:59:59Z'],
  ['Europe/Berlin', '2026-03-29 03:00', '2026-03-29T01:00:00Z'],
  ['Pacific/Apia', '2011-12-30 12:00', '2011-12-30T22:00:00Z'],
  ['UTC', '2026-12-01 12:00', '2026-12-01T12:00:00Z'],
  // Its own zone counts.
  ['Europe/Berlin', '2026-12-01 12:00 UTC', '2026-12-01T12:00:00Z'],
  ['Europe/Berlin', '2026-12-01T12:00:00-05:00', '2026-12-01T17:00:00Z'],
  ['Europe/Berlin', '1793528551', TIME],
])('in the time zone %s, %j is %s', (time_zone, given, time) => {
  const read = parseDate(given, { findZone: createFindZone(time_zone) });
  expect(new Date(read!)).toEqual(new Date(time));
});

it('in every time zone, a clock shows the time that is read, unless the clock leaves it out', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  const minutes = fc.integer({ min: 0, max: 60 * 24 * 366 * 60 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), minutes, (timeZone, minute) => {
      const time = new Date(Date.UTC(1990) + minute * 60_000);
      // Sweden writes dates as ISO 8601 does.
      const show = (one: Date) =>
        one.toLocaleString('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
      const read = new Date(parseDate(show(time), { findZone: createFindZone(timeZone) })!);
      expect(show(read)).toBe(show(time));
      expect(read.getTime()).toBeLessThanOrEqual(time.getTime());
    }),
    { numRuns: 300 },
  );
});

it('a time zone that does not exist is refused with an example', () => {
  expect(() => createFindZone('Mars/Olympus')).toThrow(/such as Europe\/Berlin/);
});

it('a file reads every time that the stream reads, as the same time, up to the year 2128', () => {
  const date = fc.date({ noInvalidDate: true, max: new Date('2128-01-01') });
  const given = fc.oneof(
    date.map((one) => one.toUTCString()),
    date.map((one) => one.toISOString().replace('T', ' ').slice(0, 16)),
    date.map(Number),
    date.map((one) => `${Math.floor(one.getTime() / 1_000)}`),
    fc.string(),
  );
  fc.assert(
    fc.property(given, (value) => {
      const time = readTime(value);
      if (time !== undefined) expect(parseDate(value)).toBe(time);
    }),
    { numRuns: 1_000 },
  );
});
