import { expect, it } from 'vitest';
import { choosePart } from '../../../aws/dynamodb/quota/part.ts';
import { createRandom } from '../../support/random.ts';

it('a quota of up to 5,000 calls a second has one item, under its own name', () => {
  const quota = { quota: 'comprehend', calls_per_second: 5_000 };
  expect(choosePart(quota, () => 0.99)).toEqual(quota);
});

it('the parts of a large quota add up to it, and each serves about the same number of processes', () => {
  const random = createRandom(1);
  const counts: Record<string, number> = {};
  for (let i = 0; i < 2_000; i += 1) {
    const part = choosePart({ quota: 'comprehend', calls_per_second: 16_000 }, random.next);
    expect(part.calls_per_second).toBe(4_000);
    counts[part.quota] = (counts[part.quota] ?? 0) + 1;
  }
  expect(Object.keys(counts).sort()).toEqual([0, 1, 2, 3].map((i) => `comprehend-${i}`));
  for (const count of Object.values(counts)) expect(Math.abs(count - 500)).toBeLessThan(50);
});

it('the size of a part can be chosen', () => {
  const quota = { quota: 'comprehend-sync', calls_per_second: 500, calls_per_item: 300 };
  expect(choosePart(quota, () => 0.99)).toEqual({
    quota: 'comprehend-sync-1',
    calls_per_second: 250,
  });
});
