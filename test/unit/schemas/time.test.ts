import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTime, timestamp } from '../../../schemas/index.ts';

it.each([
  ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z'],
  ['2026-11-20t10:00:00z', '2026-11-20T10:00:00Z'],
  ['2026-11-20', '2026-11-20T00:00:00Z'],
  ['2026-11-20T10:00:00', '2026-11-20T10:00:00Z'],
  ['2026-11-20 10:00', '2026-11-20T10:00:00Z'],
  ['2026-11-20T10:00Z', '2026-11-20T10:00:00Z'],
  ['2026-11-20 10:00:00+00:00', '2026-11-20T10:00:00+00:00'],
  ['2026-11-20T10:00:00+0530', '2026-11-20T10:00:00+05:30'],
  ['2026-11-20 10:00:00 +02', '2026-11-20T10:00:00+02:00'],
  ['2026-11-20 10:00:00 UTC', '2026-11-20T10:00:00Z'],
  ['2026-11-20T10:00:00.123456789Z', '2026-11-20T10:00:00.123456789Z'],
  ['2026-11-20 10:00:00,5', '2026-11-20T10:00:00.5Z'],
  ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59Z'],
  ['Fri, 20 Nov 2026 20:19:24 +0000', '2026-11-20T20:19:24+00:00'],
  ['20 Nov 2026 20:19 GMT', '2026-11-20T20:19:00Z'],
  ['Fri Nov 20 20:19:24 +0000 2026', '2026-11-20T20:19:24+00:00'],
  [1_790_000_000, '2026-09-21T14:13:20.000Z'],
  [1_790_000_000_000, '2026-09-21T14:13:20.000Z'],
  [1_790_000_000_000_000, '2026-09-21T14:13:20.000Z'],
  ['1790000000', '2026-09-21T14:13:20.000Z'],
  [1_790_000_000.5, '2026-09-21T14:13:20.500Z'],
])('the time %j is read as %s', (given, time) => {
  expect(readTime(given)).toBe(time);
});

it.each([
  '01/02/2026',
  '2026-02-30',
  '2026-13-01',
  '2026-11-20T25:00:00Z',
  '2026-11-20T10:61:00Z',
  '20 Foo 2026 20:19:24 +0000',
  'yesterday',
  'N/A',
  '',
  20_261_120,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  {},
])('%j is not read as a time', (given) => {
  expect(readTime(given)).toBeUndefined();
});

it('whatever comes, a time that is read is in ISO 8601 with a zone, and reading it again changes nothing', () => {
  const digits = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
  const written = fc
    .tuple(
      digits,
      digits,
      digits,
      digits,
      digits,
      fc.constantFrom('', 'Z', '+0200', '-23:59', '+99'),
    )
    .map(
      ([month, day, hour, minute, second, zone]) =>
        `2026-${month}-${day} ${hour}:${minute}:${second}${zone}`,
    );
  const anything = fc.oneof(
    written,
    fc.string(),
    fc.double(),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.anything(),
  );
  fc.assert(
    fc.property(anything, (given) => {
      const time = readTime(given);
      if (time === undefined) return;
      expect(timestamp.safeParse(time).success).toBe(true);
      expect(Date.parse(readTime(time)!)).toBe(Date.parse(time));
    }),
    { numRuns: 500 },
  );
});
