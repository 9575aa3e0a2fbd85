import { expect, it } from 'vitest';
import { resolveOverlaps } from '../../../../processors/privacy/resolve.ts';

const candidate = (type: 'PHONE' | 'URL' | 'SSN', start: number, end: number, score: number) => ({
  type,
  start,
  end,
  score,
});

it('Of two candidates for the same place, the one with the higher score wins', () => {
  const [phone, ssn] = [candidate('PHONE', 0, 9, 0.6), candidate('SSN', 0, 9, 0.9)];
  expect(resolveOverlaps([phone, ssn])).toEqual([ssn]);
});

it('A candidate that contains better ones stays, so that no part of it is shown', () => {
  const [url, ssn] = [candidate('URL', 0, 200, 0.5), candidate('SSN', 190, 199, 0.9)];
  expect(resolveOverlaps([ssn, url])).toEqual([url, ssn]);
});

it('A worse candidate that only overlaps is dropped, and one beside it stays', () => {
  const ssn = candidate('SSN', 10, 20, 0.9);
  const beside = candidate('PHONE', 20, 30, 0.5);
  expect(resolveOverlaps([candidate('PHONE', 15, 25, 0.5), beside, ssn])).toEqual([ssn, beside]);
});
