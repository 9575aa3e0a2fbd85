import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { distinctVersions, highestVersions } from '../../../../processors/stream/versions.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';

const itemsOf = (...records: object[]) =>
  decode(kinesisRecords(...records.map((one) => ({ source: 's', text: 'a', ...one })))).items;

it('equal versions are one version with all of its places, and the first of them is analysed', () => {
  const items = itemsOf({ record_id: 'a', text: 'first' }, { record_id: 'b' }, { record_id: 'a' });
  const versions = distinctVersions(items);
  expect(versions.map(({ item }) => item.record.text)).toEqual(['first', 'a']);
  expect(versions.map(({ places }) => places)).toEqual([[items[0], items[2]], [items[1]]]);
});

it.each([
  ['tenant', { tenant: 'x' }, { tenant: 'y' }],
  ['record_id', { record_id: 'x' }, { record_id: 'y' }],
  ['record_version', { record_version: 1 }, { record_version: 2 }],
  ['analysis_run', {}, { analysis_run: 7 }],
])('records that differ in their %s are two versions', (_, one, other) => {
  const same = { record_id: 'a' };
  expect(distinctVersions(itemsOf({ ...same, ...one }, { ...same, ...other }))).toHaveLength(2);
});

const result = fc.record(
  {
    tenant: fc.constantFrom('x', 'y'),
    source: fc.constantFrom('s', 't'),
    record_id: fc.constantFrom('a', 'b'),
    record_version: fc.integer({ min: 0, max: 3 }),
    analysis_run: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ['tenant', 'source', 'record_id', 'record_version'] },
);

it('highestVersions keeps of each record the highest version, and of equal versions the latest run', () => {
  fc.assert(
    fc.property(fc.array(result, { maxLength: 12 }), (results) => {
      const kept = highestVersions(results);
      const nameOf = (one: (typeof results)[number]) =>
        `${one.tenant} ${one.source} ${one.record_id}`;
      expect(kept.map(nameOf).sort()).toEqual([...new Set(results.map(nameOf))].sort());
      for (const best of kept) {
        for (const one of results.filter((other) => nameOf(other) === nameOf(best))) {
          expect(one.record_version).toBeLessThanOrEqual(best.record_version);
          if (one.record_version !== best.record_version) continue;
          expect(one.analysis_run ?? 0).toBeLessThanOrEqual(best.analysis_run ?? 0);
        }
      }
    }),
  );
});
