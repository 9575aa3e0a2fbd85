import { expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { createDelivered } from '../../../../processors/stream/delivered.ts';
import { distinctVersions } from '../../../../processors/stream/versions.ts';
import { packRestored } from '../../../../schemas/index.ts';
import { kinesisRecord, kinesisRecords } from '../../../support/kinesis-event.ts';

const record = (record_id: string, fields: object = {}) => ({
  record_id,
  source: 's',
  text: record_id,
  ...fields,
});
const itemsOf = (...data: unknown[]) => decode(kinesisRecords(...data), 'key').items;

it('every copy of a delivered version is known, and no other record', () => {
  const delivered = createDelivered();
  const items = itemsOf(record('a'), record('b'), record('a'), record('a', { record_version: 1 }));
  const [version] = distinctVersions(items);
  delivered.add(version!, 'positive');
  expect(items.map((item) => delivered.outcomeOf(item))).toEqual([
    'positive',
    undefined,
    'positive',
    undefined,
  ]);
});

it('bytes that an operator puts back at the position of a delivered record are not known', () => {
  const delivered = createDelivered();
  const [first] = itemsOf(record('a'));
  delivered.add({ item: first!, places: [first!] }, 'neutral');
  const { position, partition_key, arrived_at } = first!;
  const bytes = Buffer.from(JSON.stringify(record('a', { text: 'repaired' })));
  const packed = packRestored({ bytes, position, partition_key, arrived_at }, 'key');
  const [restored] = decode([kinesisRecord(packed, 9)], 'key').items;
  expect(restored!.position).toEqual(position);
  expect(delivered.outcomeOf(restored!)).toBeUndefined();
});

it('the memory of delivered records is bounded, and forgets the oldest first', () => {
  const delivered = createDelivered(3);
  const items = itemsOf(...['a', 'b', 'c', 'd'].map((id) => record(id)));
  for (const item of items) delivered.add({ item, places: [item] }, 'mixed');
  expect(items.map((item) => delivered.outcomeOf(item))).toEqual([
    undefined,
    'mixed',
    'mixed',
    'mixed',
  ]);
});
