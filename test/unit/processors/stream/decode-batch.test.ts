import { gzipSync } from 'node:zlib';
import type { KinesisStreamRecord } from 'aws-lambda';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BatchContext } from '../../../../processors/stream/batch.ts';
import { type Decoded, decode } from '../../../../processors/stream/decode/decode.ts';
import { decodeBatch, PORTION_BYTES } from '../../../../processors/stream/decode-batch.ts';
import { hashText, MAX_TEXT_BYTES } from '../../../../schemas/index.ts';
import { aBatchContext } from '../../../support/batch-context.ts';
import { kinesisRecord, kinesisRecords, sequenceNumber } from '../../../support/kinesis-event.ts';
import { kplAggregate } from '../../../support/kpl.ts';

/** The largest record after decompression, 7 MiB. */
const LARGEST_BYTES = 7 * MAX_TEXT_BYTES;

const aRecord = (i: number, size: number) => ({
  record_id: `r${i}`,
  source: 's',
  text: 'a'.repeat(size),
});

async function portionsOf(
  records: KinesisStreamRecord[],
  context: BatchContext = aBatchContext(),
  now: () => number = () => 0,
): Promise<Decoded[]> {
  const portions: Decoded[] = [];
  const deps = { restoreKey: async () => 'key', now };
  for await (const portion of decodeBatch(records, deps, context)) portions.push(portion);
  return portions;
}

const bytesOf = ({ items, rejected }: Decoded) =>
  items.reduce((sum, { record }) => sum + Buffer.byteLength(JSON.stringify(record)), 0) +
  rejected.reduce((sum, { item }) => sum + item.bytes.length, 0);

/** Data of a Kinesis record: large and small, gzipped or not, aggregated, and broken. */
const payload = fc.oneof(
  fc
    .integer({ min: 1, max: MAX_TEXT_BYTES })
    .map((size) => gzipSync(JSON.stringify(aRecord(0, size)))),
  fc.array(fc.integer({ min: 1, max: MAX_TEXT_BYTES }), { maxLength: 12 }).map((sizes) =>
    kplAggregate(
      sizes.map((size, i) => ({
        partition_key: 'k',
        data: gzipSync(JSON.stringify(aRecord(i, size))),
      })),
    ),
  ),
  fc.uint8Array({ maxLength: 100 }),
);

it('any batch is decoded in portions of bounded size, and each record is in exactly one portion', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { maxLength: 6 }), async (data) => {
      const records = kinesisRecords(...data);
      const context = aBatchContext();
      const portions = await portionsOf(records, context);
      for (const portion of portions) {
        expect(bytesOf(portion)).toBeLessThanOrEqual(PORTION_BYTES + LARGEST_BYTES);
      }
      const whole = decode(records);
      const positions = (some: Decoded[]) =>
        some.flatMap(({ items, rejected }) => [
          ...items.map(({ position }) => position),
          ...rejected.map(({ item }) => item.position),
        ]);
      expect(new Set(positions(portions))).toEqual(new Set(positions([whole])));
      expect(positions(portions)).toHaveLength(positions([whole]).length);
      expect(context.tally.records).toBe(positions([whole]).length);
    }),
    { numRuns: 10 },
  );
}, 120_000);

it('a portion ends after 32 MiB of decompressed records', async () => {
  const data = Array.from({ length: 70 }, (_, i) =>
    gzipSync(JSON.stringify(aRecord(i, MAX_TEXT_BYTES))),
  );
  const portions = await portionsOf(kinesisRecords(...data));
  expect(portions.map(({ items }) => items.length)).toEqual([32, 32, 6]);
});

it('a portion has at most 32 texts that must be fetched from S3', async () => {
  const claim = (i: number) => ({ record_id: `r${i}`, source: 's', text_claim: hashText(`${i}`) });
  const portions = await portionsOf(
    kinesisRecords(...Array.from({ length: 70 }, (_, i) => claim(i))),
  );
  expect(portions.map(({ items }) => items.length)).toEqual([32, 32, 6]);
});

it('the next portion is decoded only after the one before has been processed', async () => {
  const data = Array.from({ length: 33 }, (_, i) =>
    gzipSync(JSON.stringify(aRecord(i, MAX_TEXT_BYTES))),
  );
  const context = aBatchContext();
  const deps = { restoreKey: async () => 'key', now: () => 0 };
  const portions = decodeBatch(kinesisRecords(...data), deps, context);
  await portions.next();
  expect(context.tally.records).toBe(32);
  await portions.next();
  expect(context.tally.records).toBe(33);
});

it('Kinesis records that are not decoded before the deadline of the analysis fail, and the others do not', async () => {
  const context = aBatchContext();
  context.analysis = { ...context.analysis, at: 4 };
  let time = 0;
  const now = () => {
    time += 1;
    return time;
  };
  const records = kinesisRecords(...Array.from({ length: 5 }, (_, i) => aRecord(i, 10)));
  const [portion] = await portionsOf(records, context, now);
  expect(portion?.items).toHaveLength(2);
  const report = context.tally.report(records);
  expect(report).toMatchObject({ records: 5, failed: 3, failures: { 'decode OutOfTime': 3 } });
  expect(report.response.batchItemFailures[0]?.itemIdentifier).toBe(sequenceNumber(3));
});

it('an aggregate whose time ends within it is delivered again, and its decoded records are processed', async () => {
  const entries = Array.from({ length: 10 }, (_, i) => ({
    partition_key: 'k',
    data: Buffer.from(JSON.stringify(aRecord(i, 10))),
  }));
  const context = aBatchContext();
  context.analysis = { ...context.analysis, at: 5 };
  let time = 0;
  const now = () => {
    time += 1;
    return time;
  };
  const records = [kinesisRecord(kplAggregate(entries))];
  const [portion] = await portionsOf(records, context, now);
  expect(portion?.items).toHaveLength(5);
  const report = context.tally.report(records);
  expect(report).toMatchObject({ records: 6, failed: 1 });
  expect(report.response.batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(1) }]);
});

it('the first record is decoded although the deadline of the analysis has passed', async () => {
  const context = aBatchContext();
  context.analysis = { ...context.analysis, at: 0 };
  const records = kinesisRecords(aRecord(0, 10), aRecord(1, 10));
  const [portion] = await portionsOf(records, context);
  expect(portion?.items).toHaveLength(1);
  expect(context.tally.report(records).failed).toBe(1);
});

it('the values that do not fit their field are counted by field', async () => {
  const context = aBatchContext();
  const odd = { url: 'N/A', author: 'a'.repeat(2_000), attributes: { a: null, 'b c': 1 } };
  const records = kinesisRecords({ ...aRecord(0, 3), ...odd }, { ...aRecord(1, 3), url: 'x' });
  const [portion] = await portionsOf(records, context);
  expect(portion?.items).toHaveLength(2);
  expect(context.tally.report(records).misfits).toEqual({
    'url kept': 2,
    'author dropped': 1,
    'attributes kept': 1,
  });
});
