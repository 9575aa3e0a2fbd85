import { expect, it } from 'vitest';
import { findPeriod } from '../../../../dashboard/state/period.ts';

const NOW = Date.parse('2026-11-28T10:20:30.000Z');

it.each([
  ['1h', '2026-11-28T09:20:00.000Z'],
  ['24h', '2026-11-27T10:00:00.000Z'],
  ['7d', '2026-11-21T10:00:00.000Z'],
  ['90d', '2026-08-30T00:00:00.000Z'],
] as const)('the last %s begin at a full interval, and end now', (range, from) => {
  expect(findPeriod({ range }, NOW)).toEqual({ from });
});

it('a request for the last day stays the same until the hour ends, so that its tag is of use', () => {
  const later = NOW + 30 * 60_000;
  expect(findPeriod({ range: '24h' }, later)).toEqual(findPeriod({ range: '24h' }, NOW));
});

it('a period that was chosen by dragging wins over the length of time', () => {
  const [from, to] = [NOW - 7_200_000, NOW - 3_600_000];
  expect(findPeriod({ range: '24h', from, to }, NOW)).toEqual({
    from: '2026-11-28T08:20:30.000Z',
    to: '2026-11-28T09:20:30.000Z',
  });
});
