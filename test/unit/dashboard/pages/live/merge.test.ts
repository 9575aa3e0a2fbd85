import { expect, it } from 'vitest';
import {
  countSentiments,
  MOST_LIVE,
  mergeNewest,
} from '../../../../../dashboard/pages/live/merge.ts';

const result = (record_id: string, second: number, more = {}) => ({
  schema_version: 1 as const,
  ...{ record_id, tenant: 't', source: 's', status: 'analyzed' as const },
  ...{ text_hash: '', text_bytes: 0, created_at: '' },
  arrived_at: new Date(second * 1_000).toISOString(),
  processed_at: new Date(second * 1_000).toISOString(),
  ...more,
});
const ids = (results: { record_id: string }[]) => results.map(({ record_id }) => record_id);

it('new results come first, and a page without news changes nothing', () => {
  const known = mergeNewest([], [result('b', 2), result('a', 1)]);
  expect(ids(known)).toEqual(['b', 'a']);
  expect(mergeNewest(known, [result('a', 1)])).toBe(known);
  expect(ids(mergeNewest(known, [result('c', 3), result('b', 2)]))).toEqual(['c', 'b', 'a']);
});

it('a new version replaces the old one, and an old version replaces nothing', () => {
  const known = mergeNewest([], [result('a', 5, { sentiment: 'POSITIVE' as const })]);
  const next = mergeNewest(known, [result('a', 6, { sentiment: 'NEGATIVE' as const })]);
  expect(next).toMatchObject([{ record_id: 'a', sentiment: 'NEGATIVE' }]);
  expect(mergeNewest(next, [result('a', 5)])).toBe(next);
});

it('a page that stays open for days keeps the newest results only', () => {
  const many = Array.from({ length: MOST_LIVE + 50 }, (_, index) => result(`r${index}`, index));
  const kept = mergeNewest([], many);
  expect(kept).toHaveLength(MOST_LIVE);
  expect(kept[0]?.record_id).toBe(`r${MOST_LIVE + 49}`);
});

it('results without a verdict count as such', () => {
  const results = [result('a', 1), result('b', 1, { sentiment: 'MIXED' as const })];
  expect(countSentiments(results)).toMatchObject({ MIXED: 1, no_verdict: 1, POSITIVE: 0 });
});
