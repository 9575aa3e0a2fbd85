import { deflateSync, gzipSync } from 'node:zlib';
import type { KinesisStreamRecord } from 'aws-lambda';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPublisher, type RecordStream } from '../../../ingest/index.ts';
import { readRestorables, restore } from '../../../operations/restore.ts';
import { decode } from '../../../processors/stream/decode/decode.ts';
import { packRestored, type RecordInput, unpackRestored } from '../../../schemas/index.ts';
import { createFakeStream } from '../../fakes/record-stream.ts';
import { createGenerator } from '../../support/generated.ts';
import { kinesisRecord, kinesisRecords, STREAM_NAME } from '../../support/kinesis-event.ts';
import { kplAggregate } from '../../support/kpl.ts';
import { createRandom } from '../../support/random.ts';
import { RESTORE_KEY, restoreKey, setAsidesIn } from '../../support/restored.ts';

/**
 * Puts `data` into a stream record, and restores the records in it. `restored` contains the stream
 * records that are delivered afterwards.
 */
async function restoreBytes(data: unknown) {
  const record = kinesisRecord(data);
  const { stream, entries } = createFakeStream();
  const publisher = createPublisher({ stream, linger_ms: 0 });
  const contents = await readRestorables([record], restoreKey);
  const outcome = await restore(publisher, contents, restoreKey);
  const restored = entries.map((entry, i) => kinesisRecord(entry.data, 100 + i));
  return { outcome, entries, record, restored };
}

/** Lists the decoded records with all that decides their identity and their end. */
const listItems = (records: KinesisStreamRecord[]) =>
  decode(records, RESTORE_KEY).items.map(({ delivered_as: _, ...item }) => ({
    ...item,
    bytes: Buffer.from(item.bytes).toString('base64'),
  }));

async function expectSameEnd(data: unknown): Promise<void> {
  const { outcome, record, restored } = await restoreBytes(data);
  const items = listItems([record]);
  const set_asides = setAsidesIn([record]);
  const accepted = items.length + set_asides.length;
  expect(outcome).toEqual({ accepted, failed: 0, codes: [] });
  expect(listItems(restored)).toEqual(items);
  expect(setAsidesIn(restored)).toEqual(set_asides);
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

it('whatever bytes come, restore accepts them, and they decode to the same record at the same place and time', async () => {
  await fc.assert(fc.asyncProperty(recordBytes, expectSameEnd), { numRuns: 300 });
});

it('each sub-record of a KPL aggregate is restored under the id that its place in the aggregate gave it', async () => {
  const aggregates = fc.array(subRecords, { minLength: 1, maxLength: 6 }).map(kplAggregate);
  await fc.assert(fc.asyncProperty(aggregates, expectSameEnd), { numRuns: 150 });
});

/** Generates several values in one payload, some of them invalid, in each notation. */
const severalValues = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 4, arbitrary: records.map((record) => JSON.stringify(record)) },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            'no json',
            '{"text":',
            '[]',
            '[{"text":"x","source":"s"}]',
            '{"a":1} x',
          ),
        },
      ),
      { minLength: 1, maxLength: 5 },
    ),
    fc.constantFrom('lines', 'concatenated', 'array', 'cut'),
    fc.constantFrom('plain', 'gzip', 'zlib', 'aggregate', 'gzip around aggregate'),
  )
  .map(([values, notation, wrapping]) => {
    const joined =
      notation === 'array'
        ? `[${values.join(', ')}]`
        : values.join(notation === 'concatenated' ? '' : '\n');
    const bytes = Buffer.from(notation === 'cut' ? joined.slice(0, -3) : joined);
    if (wrapping === 'gzip') return gzipSync(bytes);
    if (wrapping === 'zlib') return deflateSync(bytes);
    if (wrapping === 'plain') return bytes;
    const aggregate = kplAggregate([0, 1].map(() => ({ partition_key: 'k', data: bytes })));
    return wrapping === 'aggregate' ? aggregate : gzipSync(aggregate);
  });

it('each of several JSON values is restored under the id that its place in them gave it', async () => {
  await fc.assert(fc.asyncProperty(severalValues, expectSameEnd), { numRuns: 150 });
});

it('all that the generator of the simulation and of the chaos suite makes can be restored', async () => {
  const next = createGenerator({ random: createRandom(7), name: 'g', repeats: 0.3 });
  for (const generated of Array.from({ length: 300 }, next).flat()) {
    await expectSameEnd('bytes' in generated ? generated.bytes : generated.record);
  }
});

it('restore sends a record under the partition key that it came with', async () => {
  const { entries } = await restoreBytes({ source: 's', text: 'x' });
  expect(entries.map(({ partition_key }) => partition_key)).toEqual(['key-1']);
});

it('a restored record is redelivered by the number of its new stream record', async () => {
  const { restored } = await restoreBytes({ source: 's', text: 'x' });
  const [item] = decode(restored, RESTORE_KEY).items;
  expect(item).toMatchObject({
    delivered_as: restored[0]!.kinesis.sequenceNumber,
    position: { sequence_number: kinesisRecord('').kinesis.sequenceNumber },
  });
});

it.each([
  ['JSON', Buffer.from(JSON.stringify({ source: 's', text: 'a'.repeat(1_048_540) }))],
  ['gzip', fillStreamRecord({ source: 's', text: 'x' })],
])(
  'restore compresses a record in %s that does not fit any more with its header',
  async (_, bytes) => {
    const { entries, outcome, record, restored } = await restoreBytes(bytes);
    expect(outcome).toEqual({ accepted: 1, failed: 0, codes: [] });
    // Brotli finds the repeats in the content, but not in the gzipped bytes.
    expect(entries[0]!.data.length).toBeLessThan(600_000);
    const textOf = (of: KinesisStreamRecord) => decode([of], RESTORE_KEY).items[0]!.record.text;
    expect(textOf(restored[0]!)).toBe(textOf(record));
  },
);

/**
 * Returns gzipped JSON that fills a stream record almost to the last byte. The JSON repeats itself,
 * but at a distance that gzip does not see.
 */
function fillStreamRecord(fields: object): Buffer {
  const random = createRandom(1);
  const hex = Array.from({ length: 62_500 }, () => random.between(0, 0xffffffff).toString(16));
  const filler = hex.join('').repeat(4);
  const zip = (length: number) =>
    gzipSync(JSON.stringify({ ...fields, filler: filler.slice(0, length) }));
  let length = 1_917_000;
  while (zip(length).length > 1_048_560) length -= 200;
  return zip(length);
}

it.each([
  ['with another key', (data: Buffer) => packRestored(unpackRestored(data, RESTORE_KEY)!, 'other')],
  ['with a changed byte', (data: Buffer) => Buffer.from([...data.subarray(0, -1), 0])],
  ['that is cut off', (data: Buffer) => data.subarray(0, 20)],
])('a restored record %s is set aside, byte for byte', async (_, forge) => {
  const { entries } = await restoreBytes({ record_id: 'a', source: 's', text: 'x' });
  const forged = kinesisRecord(forge(Buffer.from(entries[0]!.data)), 9);
  expect(decode([forged], RESTORE_KEY).items).toEqual([]);
  expect(setAsidesIn([forged])).toMatchObject([
    {
      reason: 'invalid_signature',
      set_aside_id: `${STREAM_NAME}:${forged.eventID}`,
      data_base64: forged.kinesis.data,
    },
  ]);
});

it('restore replaces a partition key that Kinesis refuses: one of them would fail the whole request', async () => {
  const record: RecordInput = { record_id: 'a', source: 's', text: 'x' };
  const aggregate = kplAggregate([
    { partition_key: '', data: Buffer.from(JSON.stringify(record)) },
    { partition_key: 'x'.repeat(257), data: Buffer.from('no json') },
    { partition_key: 'x'.repeat(256), data: Buffer.from('no json') },
  ]);
  const { entries, record: sent } = await restoreBytes(aggregate);
  expect(entries.map(({ partition_key }) => partition_key)).toEqual([
    `${STREAM_NAME}:${sent.eventID}:0`,
    `${STREAM_NAME}:${sent.eventID}:1`,
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
  const failed = kinesisRecords(...['a', 'b', 'c'].map((text) => ({ source: 's', text })));
  const contents = await readRestorables(failed, restoreKey);
  const outcome = await restore(publisher, contents, restoreKey);
  expect(outcome).toEqual({ accepted: 1, failed: 2, codes: ['InternalFailure'] });
});

it('restore compresses a record only if it does not fit together with its partition key', async () => {
  const most = 1_048_576 - Buffer.byteLength('key-1');
  const empty = { source: 's', text: 'a' };
  const header = (await restoreBytes(empty)).entries[0]!.data.length;
  for (const [over, is_compressed] of [
    [0, false],
    [1, true],
  ] as const) {
    const text = 'a'.repeat(1 + most - header + over);
    const { entries, outcome } = await restoreBytes({ ...empty, text });
    expect(outcome).toMatchObject({ accepted: 1 });
    expect(entries[0]!.data.length < most, `${over} over`).toBe(is_compressed);
  }
});

it('restore gives the reason for bytes that do not fit even if they are compressed', async () => {
  const random = createRandom(1);
  const noise = Uint8Array.from({ length: 1_048_560 }, () => random.int(256));
  const { outcome, entries } = await restoreBytes(noise);
  expect(outcome).toEqual({ accepted: 0, failed: 1, codes: ['too_large'] });
  expect(entries).toEqual([]);
});

it('gzipped bytes that are not a record keep every byte when restore compresses them', async () => {
  await expectSameEnd(fillStreamRecord({ no_source: true }));
});

it('restore asks for no key if there is nothing to restore', async () => {
  const { stream } = createFakeStream();
  const publisher = createPublisher({ stream, linger_ms: 0 });
  const refuse = async () => {
    throw new Error('no key');
  };
  const nothing = { accepted: 0, failed: 0, codes: [] };
  expect(await restore(publisher, await readRestorables([], refuse), refuse)).toEqual(nothing);
});

it('records that were restored before are read beside records that were not', async () => {
  const { restored, record } = await restoreBytes({ source: 's', text: 'x' });
  const contents = await readRestorables([...restored, kinesisRecord('no JSON', 7)], restoreKey);
  expect(contents.map(({ kind }) => kind)).toEqual(['record', 'bytes']);
  expect(contents[0]!.position.sequence_number).toBe(record.kinesis.sequenceNumber);
});

it('restore does not wait until a request is full or its time is up', async () => {
  const { stream } = createFakeStream();
  const publisher = createPublisher({ stream, linger_ms: 3_600_000 });
  const contents = await readRestorables([kinesisRecord({ source: 's', text: 'x' })], restoreKey);
  expect(await restore(publisher, contents, restoreKey)).toMatchObject({ accepted: 1 });
});
