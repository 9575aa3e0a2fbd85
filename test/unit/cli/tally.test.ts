import { expect, it } from 'vitest';
import { Tally } from '../../../cli/files/tally.ts';
import type { SourceItem } from '../../../ingest/sources/read-records.ts';
import type { RecordInput } from '../../../schemas/index.ts';

type Good = Extract<SourceItem, { ok: true }>;

const aRow = (
  fields: Partial<RecordInput> & { record_id: string },
  adjustments: Good['adjustments'] = [],
): Good => ({
  ...{ ok: true, line: 1, bytes: Buffer.alloc(0), adjustments },
  record: { text: 'a', source: 's', ...fields },
});

function count(...items: SourceItem[]) {
  const tally = new Tally();
  for (const item of items) tally.add(item);
  return tally.counts();
}

it('a row repeats an id only if an earlier row has the same id, tenant and version', () => {
  const rows = [
    aRow({ record_id: 'a' }),
    aRow({ record_id: 'b' }),
    aRow({ record_id: 'a', tenant: 'acme' }),
    aRow({ record_id: 'a', record_version: 1 }),
  ];
  expect(count(...rows).repeated_ids).toBe(0);
  expect(count(...rows, ...rows).repeated_ids).toBe(4);
});

it('a refused row is counted, and its id is not', () => {
  const refused: SourceItem = { ok: false, line: 2, bytes: Buffer.alloc(0), issues: [] };
  expect(count(aRow({ record_id: 'a' }), refused, refused)).toEqual({
    ...{ rows: 3, refused: 2, repeated_ids: 0, adjustments: [] },
  });
});

it('a file has at most 200 kinds of adjustments, each with the number of its values', () => {
  const adjust = (i: number) => ({ field: `f${i}`, outcome: 'kept', reason: 'r' }) as const;
  const rows = Array.from({ length: 300 }, (_, i) =>
    aRow({ record_id: `r${i}` }, [adjust(i), adjust(i % 2)]),
  );
  const { adjustments } = count(...rows);
  expect(adjustments).toHaveLength(200);
  expect(adjustments.slice(0, 3)).toEqual([
    { ...adjust(0), count: 151 },
    { ...adjust(1), count: 151 },
    { ...adjust(2), count: 1 },
  ]);
});

it('adjustments that differ in field, outcome or reason are counted apart', () => {
  const one = { field: 'url', outcome: 'kept', reason: 'r' } as const;
  const kinds = [one, { ...one, field: 'author' }, { ...one, outcome: 'dropped' as const }];
  const all = [...kinds, { ...one, reason: 'other' }];
  const { adjustments } = count(aRow({ record_id: 'a' }, all), aRow({ record_id: 'b' }, [one]));
  expect(adjustments).toEqual(all.map((kind, i) => ({ ...kind, count: i === 0 ? 2 : 1 })));
});
