import { expect, it } from 'vitest';
import { selectMatches } from '../../../../../dashboard/pages/texts/matches.ts';

const result = (record_id: string, text: string | undefined, more = {}) => ({
  schema_version: 1 as const,
  ...{ record_id, tenant: 't', source: 's', status: 'analyzed' as const },
  ...{ text_hash: '', text_bytes: 0, created_at: '', arrived_at: '', processed_at: '' },
  ...(text === undefined ? {} : { text }),
  ...more,
});
const RESULTS = [
  result('1', 'The BATTERY is awful'),
  result('2', 'The camera is awful', { attributes: { product: 'Phone' } }),
  result('3', undefined, { author: '@dina' }),
];
const find = (search: string) => selectMatches(RESULTS, search).map(({ record_id }) => record_id);

it.each([
  ['awful', ['1', '2']],
  ['Awful battery', ['1']],
  ['phone', ['2']],
  ['@DINA', ['3']],
  ['awful dina', []],
])(
  'the words %j are looked for in any order and case, in texts, authors and attributes',
  (words, ids) => {
    expect(find(words)).toEqual(ids);
  },
);

it('without words, all results match', () => {
  expect(selectMatches(RESULTS, '  ')).toBe(RESULTS);
});
