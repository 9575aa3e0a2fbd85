import { expect, it } from 'vitest';
import { countedGroupSchema } from '../../../schemas/change.ts';
import { deriveRecordId, nestPosition } from '../../../schemas/identity.ts';
import { formatHour } from '../../../schemas/lake.ts';
import { derivePlace } from '../../../schemas/order.ts';

const ON_SHARD = { stream_name: 'Live', shard_id: 'shardId-000000000000', sequence_number: '49' };

it('the position of a record names each container around it, from the outer to the inner', () => {
  const first = nestPosition(ON_SHARD, 2);
  expect(first).toEqual({ ...ON_SHARD, sub_sequence_number: 2 });
  const second = nestPosition(first, 0);
  expect(second).toEqual({ ...first, nested_numbers: [0] });
  const third = nestPosition(second, 5);
  expect(third).toEqual({ ...first, nested_numbers: [0, 5] });
  expect(deriveRecordId(ON_SHARD)).toBe('Live:shardId-000000000000:49');
  expect(deriveRecordId(third)).toBe('Live:shardId-000000000000:49:2:0:5');
});

it('places sort as the positions on a shard do, also within containers', () => {
  const positions = [
    { ...ON_SHARD, sequence_number: '9' },
    ON_SHARD,
    nestPosition(ON_SHARD, 0),
    nestPosition(nestPosition(ON_SHARD, 0), 3),
    nestPosition(nestPosition(ON_SHARD, 0), 40),
    nestPosition(ON_SHARD, 1),
    { ...ON_SHARD, sequence_number: '100000000000000000000' },
  ];
  const places = positions.map((position) => derivePlace(position, {}));
  expect(places.toSorted()).toEqual(places);
  expect(new Set(places).size).toBe(places.length);
  expect(derivePlace({ ...ON_SHARD, sequence_number: '' }, {})).toBe(
    derivePlace({ ...ON_SHARD, sequence_number: '0' }, {}),
  );
});

it('records of a job sort by their place in the file, wherever they are on the stream', () => {
  const place = (job_index: number) => derivePlace(ON_SHARD, { job_id: 'job_1', job_index });
  const places = [0, 9, 10, 400].map(place);
  expect(places.toSorted()).toEqual(places);
  expect(place(0)).toContain('job_1');
});

it('the hour of a partition is in UTC', () => {
  expect(formatHour(Date.parse('2026-11-28T23:59:59.999Z'))).toBe('2026/11/28/23');
  expect(formatHour(Date.parse('2026-01-02T04:00:00+05:00'))).toBe('2026/01/01/23');
});

const GROUP = {
  ...{ tenant: 'shop', source: 'reviews', hour: '2026-11-28T10', status: 'analyzed' },
  ...{ sentiment: 'POSITIVE', language_code: 'en', cache: 'miss', records: 3 },
  ...{ analyzer_name: 'comprehend', analyzer_version: '1', changed_at: '2026-11-28T10:00:00Z' },
  ...{ pii_types: null, pii_redacted: null, pii_failed: null, pii_count: null },
};

it('a group of the recount has its analyzer only if name and version are known', () => {
  const { analyzer_name, analyzer_version, ...others } = GROUP;
  const { pii_types, pii_redacted, pii_failed, pii_count, ...rest } = others;
  expect(countedGroupSchema.parse({ ...GROUP, cache: null })).toEqual({
    ...rest,
    cache: undefined,
    pii: undefined,
    analyzer: { name: 'comprehend', version: '1' },
  });
  for (const change of [{ analyzer_name: null }, { analyzer_version: null }]) {
    expect(countedGroupSchema.parse({ ...GROUP, cache: null, ...change }).analyzer).toBeUndefined();
  }
});

it.each([
  '2026-11-28T1',
  'x2026-11-28T10',
  '2026-11-28T10:00',
  '26-11-28T10',
  '2026-1-28T10',
  'yyyy-mm-ddThh',
  '2026-11-2T10',
  '2026-mm-28T10',
  '2026-11-ddT10',
  '2026-11-28Thh',
])('a group of the recount is refused with the hour %s', (hour) => {
  expect(countedGroupSchema.safeParse({ ...GROUP, cache: null, hour }).success).toBe(false);
});
