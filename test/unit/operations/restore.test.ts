import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPublisher, type RecordStream } from '../../../ingest/index.ts';
import { readRestorables, restore } from '../../../operations/restore.ts';
import { decode } from '../../../processors/stream/decode/decode.ts';
import { partitionKey, type RecordInput } from '../../../schemas/index.ts';
import { createFakeStream } from '../../fakes/record-stream.ts';
import { createGenerator } from '../../support/generated.ts';
import { ARRIVED_AT, kinesisRecord } from '../../support/kinesis-event.ts';
import { kplAggregate } from '../../support/kpl.ts';
import { createRandom } from '../../support/random.ts';

/**
 * Puts `data` into a stream record, and restores the records in it. `before` contains the decoded
 * original stream record, and `after` contains the decoded restored stream records.
 */
async function restoreBytes(data: unknown) {
  const record = kinesisRecord(data);
  const { stream, entries } = createFakeStream();
  const publisher = createPublisher({ stream, linger_ms: 0 });
  const outcome = await restore(publisher, readRestorables(record));
  const before = decode([record]);
  const after = decode(entries.map((entry, i) => kinesisRecord(entry.data, 100 + i)));
  return { outcome, entries, before, after };
}

/**
 * Returns each record with its creation time. A record without `created_at` receives its time of
 * arrival as the creation time.
 */
const listRecords = ({ items }: ReturnType<typeof decode>) =>
  items.map(({ record, arrived_at }) => ({
    ...record,
    created_at: record.created_at ?? arrived_at,
  }));
const listPoison = ({ set_asides }: ReturnType<typeof decode>) =>
  set_asides.map(({ reason, data_base64 }) => ({ reason, data_base64 }));

async function expectSameEnd(data: unknown): Promise<void> {
  const { outcome, before, after } = await restoreBytes(data);
  const count = before.items.length + before.set_asides.length;
  expect(outcome).toEqual({ accepted: count, failed: 0, codes: [] });
  expect(listRecords(after)).toEqual(listRecords(before));
  expect(listPoison(after)).toEqual(listPoison(before));
}

const slugs = fc.constantFrom('default', 'other');
const optional = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
/** Generates any text, including braces, quotes, line ends and unpaired surrogates. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.constantFrom('{', '"}{"', '\ud83d', 'Ä 😀 \u2028'),
);
const common = {
  tenant: optional(slugs),
  source: slugs,
  created_at: optional(fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T01:00:00.5+01:00')),
  record_version: optional(fc.nat(5)),
  attributes: optional(fc.constant({ stars: 5, 'a.b': true })),
  analysis_run: optional(fc.nat()),
  unknown_field: optional(fc.jsonValue()),
};
const ids = fc.constantFrom('a', 'shardId-000000000006:1', 'x:y.z');
const records = fc.oneof(
  fc.record({ ...common, record_id: optional(ids), text: texts }),
  fc.record({ ...common, record_id: ids, deleted: fc.constant(true), text: optional(texts) }),
  fc.record({
    ...common,
    record_id: optional(ids),
    text_claim: fc.constant('a'.repeat(64)),
  }),
  fc.record({
    ...common,
    record_id: ids,
    deleted: fc.constant(true),
    text_claim: fc.constant('0'.repeat(64)),
  }),
);
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
/**
 * Generates the bytes of a record. Different producers encode a record differently, and so does
 * this generator. For example, some records are gzipped, and some records start with a byte order
 * mark.
 */
const recordBytes = fc
  .tuple(records, fc.boolean(), fc.constantFrom(0, 2), fc.boolean())
  .map(([record, has_mark, spaces, is_gzipped]) => {
    const json = Buffer.from(JSON.stringify(record, null, spaces));
    const bytes = Buffer.concat([has_mark ? BYTE_ORDER_MARK : Buffer.alloc(0), json]);
    return is_gzipped ? gzipSync(bytes) : bytes;
  });
const subRecords = fc.record({
  partition_key: fc.constantFrom('', 'k', 'x'.repeat(300)),
  data: fc.oneof({ weight: 4, arbitrary: recordBytes }, { weight: 1, arbitrary: fc.uint8Array() }),
});

it('whatever bytes come, restore accepts them, and they decode to the same record under the same id', async () => {
  await fc.assert(fc.asyncProperty(recordBytes, expectSameEnd), { numRuns: 300 });
});

it('each sub-record of a KPL aggregate is restored under the id that its place in the aggregate gave it', async () => {
  const aggregates = fc.array(subRecords, { minLength: 1, maxLength: 6 }).map(kplAggregate);
  await fc.assert(fc.asyncProperty(aggregates, expectSameEnd), { numRuns: 150 });
});

it('all that the generator of the simulation and of the chaos suite makes can be restored', async () => {
  const next = createGenerator({ random: createRandom(7), name: 'g', repeats: 0.3 });
  for (const generated of Array.from({ length: 300 }, next).flat()) {
    await expectSameEnd('bytes' in generated ? generated.bytes : generated.record);
  }
});

it('restore leaves the bytes and the partition key of a record with an id and a time as they are', async () => {
  const bytes = gzipSync(
    '{ "record_id":"a","source":"s","text":"x","created_at":"2026-01-01T00:00:00Z","future":[1.50] }',
  );
  const { entries } = await restoreBytes(bytes);
  expect(entries).toEqual([expect.objectContaining({ partition_key: 'key-1' })]);
  expect(Buffer.from(entries[0]!.data).equals(bytes)).toBe(true);
});

it('restore gives a record without an id and a time those of its place, and keeps fields of later versions', async () => {
  const { entries } = await restoreBytes('{"source":"s","text":"x","future":1}');
  const { eventID } = kinesisRecord('');
  const created_at = new Date(ARRIVED_AT).toISOString();
  expect(Buffer.from(entries[0]!.data).toString()).toBe(
    `{"record_id":"${eventID}","created_at":"${created_at}","source":"s","text":"x","future":1}`,
  );
});

it('restore gzips a record that does not fit any more with its id', async () => {
  const record = { source: 's', text: 'a'.repeat(1_048_540) };
  const { entries, outcome } = await restoreBytes(record);
  expect(outcome).toMatchObject({ accepted: 1, failed: 0 });
  expect(entries[0]!.data.length).toBeLessThan(10_000);
});

it('restore replaces a partition key that Kinesis refuses: one of them would fail the whole request', async () => {
  const record: RecordInput = { record_id: 'a', source: 's', text: 'x' };
  const aggregate = kplAggregate([
    { partition_key: '', data: Buffer.from(JSON.stringify(record)) },
    { partition_key: 'x'.repeat(257), data: Buffer.from('no json') },
    { partition_key: 'x'.repeat(256), data: Buffer.from('no json') },
  ]);
  const { entries, before } = await restoreBytes(aggregate);
  expect(entries.map(({ partition_key }) => partition_key)).toEqual([
    partitionKey({ tenant: 'default', source: 's', record_id: 'a' }),
    before.set_asides[0]!.set_aside_id,
    'x'.repeat(256),
  ]);
});

it('restore counts the records that the stream does not take, with each error code once', async () => {
  const stream: RecordStream = {
    putRecords: async (entries) =>
      entries.map((_, i) =>
        i === 0
          ? { ok: true, shard_id: 's', sequence_number: '1' }
          : { ok: false, code: 'InternalFailure' },
      ),
  };
  const publisher = createPublisher({ stream, linger_ms: 0, max_attempts: 1 });
  const one = (id: string) =>
    readRestorables(kinesisRecord({ record_id: id, source: 's', text: id }));
  const outcome = await restore(publisher, [...one('a'), ...one('b'), ...one('c')]);
  expect(outcome).toEqual({ accepted: 1, failed: 2, codes: ['InternalFailure'] });
});
