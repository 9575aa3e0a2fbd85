import { expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { distinctVersions, latestPlace } from '../../../../processors/stream/versions.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';

const itemsOf = (...records: object[]) =>
  decode(kinesisRecords(...records.map((one) => ({ source: 's', text: 'a', ...one })))).items;

it('a resend is the same version at another place, which orders it, and the first of both is analysed', () => {
  const items = itemsOf({ record_id: 'a' }, { record_id: 'b' }, { record_id: 'a' });
  const versions = distinctVersions(items);
  expect(versions.map(({ item }) => item.record.record_id)).toEqual(['a', 'b']);
  expect(versions.map(({ places }) => places)).toEqual([[items[0], items[2]], [items[1]]]);
  expect(versions.map(latestPlace)).toEqual([items[2]!.place, items[1]!.place]);
});

it('records that differ only in their line of a job are one version', () => {
  const line = { record_id: 'a', job_id: 'j' };
  const items = itemsOf({ ...line, job_index: 1 }, { ...line, job_index: 0 });
  const versions = distinctVersions(items);
  expect(versions).toHaveLength(1);
  expect(latestPlace(versions[0]!)).toBe(items[0]!.place);
});

it.each([
  ['tenant', { tenant: 'x' }, { tenant: 'y' }],
  ['source', { source: 'x' }, { source: 'y' }],
  ['record_id', { record_id: 'x' }, { record_id: 'y' }],
  ['record_version', { record_version: 1 }, { record_version: 2 }],
  ['record_version that one lacks', {}, { record_version: 0 }],
  ['analysis_run', {}, { analysis_run: 7 }],
  ['stamp', { stamp: 1_790_000_000_000 }, { stamp: 1_790_000_000_001 }],
  ['text', { text: 'x' }, { text: 'y' }],
  ['author', { author: 'x' }, {}],
  ['attributes', { attributes: { a: 1 } }, { attributes: { a: 2 } }],
])('records that differ in their %s are two versions', (_, one, other) => {
  const same = { record_id: 'a' };
  expect(distinctVersions(itemsOf({ ...same, ...one }, { ...same, ...other }))).toHaveLength(2);
});
