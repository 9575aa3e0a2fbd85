import { syncBuiltinESMExports } from 'node:module';
import zlib, { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decode, decodeEntry, decodeRecord } from '../../../../processors/stream/decode/decode.ts';
import {
  POSITION_MARKER,
  packRestored,
  recordSchema,
  setAsideSchema,
} from '../../../../schemas/index.ts';
import {
  kinesisRecord,
  kinesisRecords,
  SHARD_ID,
  STREAM_NAME,
  sequenceNumber,
} from '../../../support/kinesis-event.ts';
import { kplAggregate, kplEnvelope } from '../../../support/kpl.ts';
import { setAsidesIn } from '../../../support/restored.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const cat = { text: 'I love my cat', source: 'app_reviews' };

/**
 * Decodes data that is not a valid record.
 * @returns the set-aside of the data
 */
function reasonOf(data: unknown) {
  const set_asides = setAsidesIn(kinesisRecords(data));
  expect(decode(kinesisRecords(data)).items).toEqual([]);
  expect(set_asides).toHaveLength(1);
  return set_asides[0]!;
}

describe('a record on the stream', () => {
  it('A record keeps its position, and gets its id from there if it has none', () => {
    const { items, rejected } = decode(
      kinesisRecords({ ...cat, record_id: 'rev-1' }, gzipSync(json(cat))),
    );
    expect(rejected).toEqual([]);
    expect(items).toMatchObject([
      {
        position: {
          stream_name: STREAM_NAME,
          shard_id: SHARD_ID,
          sequence_number: sequenceNumber(1),
        },
        partition_key: 'key-1',
        arrived_at: '2026-11-23T10:00:00.123Z',
        record: { ...cat, record_id: 'rev-1', tenant: 'default' },
      },
      { record: { ...cat, record_id: `${STREAM_NAME}:${SHARD_ID}:${sequenceNumber(2)}` } },
    ]);
  });

  it('A marker holds no record, and the records around it are decoded', () => {
    const marker = Buffer.from(POSITION_MARKER);
    const { items, rejected } = decode(kinesisRecords(cat, marker, cat));
    expect(items.map(({ delivered_as }) => delivered_as)).toEqual([1, 3].map(sequenceNumber));
    expect(rejected).toEqual([]);
  });

  it('Data that only begins as a marker does is set aside', () => {
    const longer = Buffer.concat([POSITION_MARKER, Buffer.from(json(cat))]);
    expect(reasonOf(longer).reason).toBe('invalid_utf8');
    expect(reasonOf(Buffer.from(POSITION_MARKER).subarray(0, 5)).reason).toBe('invalid_utf8');
  });

  it('A record may begin with a byte order mark', () => {
    expect(decode(kinesisRecords(`\ufeff${JSON.stringify(cat)}`)).items).toHaveLength(1);
  });

  it('Half an emoji in a record becomes U+FFFD, because services refuse it', () => {
    const cut_off = String.raw`{"text":"so good \ud83d","source":"s","author":"\uDE00","attributes":{"a":"\udc00"}}`;
    const [item] = decode(kinesisRecords(cut_off)).items;
    expect(item!.record).toMatchObject({
      text: 'so good \ufffd',
      author: '\ufffd',
      attributes: { a: '\ufffd' },
    });
    const whole = decode(kinesisRecords(String.raw`{"text":"\ud83d\ude00","source":"s"}`)).items[0];
    expect(whole!.record.text).toBe('😀');
  });

  it('A gzipped record may hold a text of 1 MiB with every character escaped', () => {
    const escaped = `{"source":"s","text":"${'\\u0007'.repeat(1_048_576)}"}`;
    const [item] = decode(kinesisRecords(gzipSync(escaped))).items;
    expect(item!.record.text).toHaveLength(1_048_576);
  });
});

describe('a KPL aggregate', () => {
  it('A KPL aggregate decodes to its records, each with its sub-sequence number and its own key', () => {
    const aggregate = kplAggregate([
      { partition_key: 'a', data: json(cat) },
      { partition_key: 'b', data: gzipSync(json({ ...cat, record_id: 'rev-2' })) },
      { partition_key: 'a', data: Buffer.from('broken') },
    ]);
    const { items } = decode([kinesisRecord(aggregate)]);
    const set_asides = setAsidesIn([kinesisRecord(aggregate)]);
    const position = {
      stream_name: STREAM_NAME,
      shard_id: SHARD_ID,
      sequence_number: sequenceNumber(1),
    };
    expect(items).toMatchObject([
      {
        position: { ...position, sub_sequence_number: 0 },
        partition_key: 'a',
        record: { record_id: `${STREAM_NAME}:${SHARD_ID}:${sequenceNumber(1)}:0` },
      },
      {
        position: { ...position, sub_sequence_number: 1 },
        partition_key: 'b',
        record: { record_id: 'rev-2' },
      },
    ]);
    expect(set_asides).toMatchObject([
      { ...position, sub_sequence_number: 2, partition_key: 'a', reason: 'invalid_json' },
    ]);
    expect(Buffer.from(set_asides[0]!.data_base64, 'base64').toString()).toBe('broken');
  });

  it('A KPL aggregate decodes to exactly the data that was encoded', () => {
    const entries = fc.array(
      fc.record({ partition_key: fc.string(), text: fc.string({ minLength: 1, unit: 'binary' }) }),
    );
    fc.assert(
      fc.property(entries, (given) => {
        const aggregate = kplAggregate(
          given.map(({ partition_key, text }) => ({ partition_key, data: json({ ...cat, text }) })),
        );
        const { items } = decode([kinesisRecord(aggregate)]);
        expect(
          items.map(({ partition_key, record }) => ({ partition_key, text: record.text })),
        ).toEqual(
          given.map(({ partition_key, text }) => ({
            partition_key,
            text: Buffer.from(text).toString(),
          })),
        );
      }),
    );
  });

  it.each([
    ['with a wrong digest', corrupt(kplAggregate([{ partition_key: 'a', data: json(cat) }]))],
    ['cut off within the digest', kplAggregate([]).subarray(0, 12)],
    ['of no protobuf', kplEnvelope(Buffer.from([0xff, 0xff, 0xff]))],
    ['of another message', kplEnvelope(Buffer.from([0x18, 0x01]))],
    ['whose record names no key', kplEnvelope(Buffer.from([0x1a, 0x04, 0x08, 0x00, 0x1a, 0x00]))],
    [
      'whose record has no data',
      kplEnvelope(Buffer.from([0x0a, 0x01, 0x61, 0x1a, 0x02, 0x08, 0x00])),
    ],
  ])('An aggregate %s is set aside whole', (_, bytes) => {
    const set_aside = reasonOf(bytes);
    expect(set_aside).toMatchObject({ reason: 'invalid_aggregate' });
    expect(set_aside).not.toHaveProperty('sub_sequence_number');
    expect(Buffer.from(set_aside.data_base64, 'base64').equals(bytes)).toBe(true);
  });
});

describe('an aggregate that is too large', () => {
  const zipped = new Map<number, Buffer>();
  /** A gzipped record of 7 KiB that has 7 MiB after decompression. */
  const large = (i: number) => {
    const record = { ...cat, record_id: `r${i}`, ignored: 'x'.repeat(7 * 1_048_576 - 200) };
    const bytes = zipped.get(i) ?? gzipSync(json(record));
    zipped.set(i, bytes);
    return bytes;
  };
  const aggregateOf = (...data: Buffer[]) =>
    kplAggregate(data.map((one) => ({ partition_key: 'k', data: one })));

  it('The records of an aggregate after 64 MiB are set aside one by one, with their own bytes', () => {
    const data = Array.from({ length: 14 }, (_, i) => large(i));
    const { items, rejected } = decode([kinesisRecord(aggregateOf(...data))]);
    expect(items.map(({ record }) => record.record_id)).toEqual(
      Array.from({ length: 10 }, (_, i) => `r${i}`),
    );
    expect(rejected.map(({ why }) => why.reason)).toEqual(Array(4).fill('too_large'));
    for (const [i, { item }] of rejected.entries()) {
      expect(item.position.sub_sequence_number).toBe(10 + i);
      expect(data[10 + i]!.equals(item.bytes)).toBe(true);
    }
  });

  it('A record that was set aside for the size of its aggregate can be replayed', () => {
    const [last] = decode([
      kinesisRecord(aggregateOf(...Array.from({ length: 11 }, (_, i) => large(i)))),
    ]).rejected;
    expect(decodeEntry(last!.item).items).toMatchObject([
      { position: { sub_sequence_number: 10 }, record: { record_id: 'r10' } },
    ]);
  });

  it('Broken gzip counts as the largest size that it can have', () => {
    const broken = large(0).subarray(0, -4);
    const data = [...Array.from({ length: 10 }, () => broken), json(cat)];
    const { items, rejected } = decode([kinesisRecord(aggregateOf(...data))]);
    expect(items).toEqual([]);
    expect(rejected.map(({ why }) => why.reason)).toEqual([
      ...Array(9).fill('invalid_gzip'),
      'too_large',
      'too_large',
    ]);
  });

  it('The records of an aggregate are decompressed only when the caller asks for them', () => {
    const unzip = vi.spyOn(zlib, 'gunzipSync');
    syncBuiltinESMExports();
    try {
      const items = decodeRecord(kinesisRecord(aggregateOf(json(cat), large(0), large(1))));
      const decoded = items[Symbol.iterator]();
      expect(decoded.next().value).toMatchObject({ item: { record: cat } });
      expect(unzip).toHaveBeenCalledTimes(0);
      decoded.next();
      expect(unzip).toHaveBeenCalledTimes(1);
    } finally {
      unzip.mockRestore();
      syncBuiltinESMExports();
    }
  });

  it('An aggregate with 10,000 bad records is set aside whole instead of its other bad records', () => {
    const bad = Array.from({ length: 10_500 }, () => Buffer.from('x'));
    const aggregate = aggregateOf(...bad, json(cat));
    const { items, rejected } = decode([kinesisRecord(aggregate)]);
    expect(items).toHaveLength(1);
    expect(rejected).toHaveLength(10_000);
    const whole = rejected.at(-1)!;
    expect(whole.why.reason).toBe('invalid_aggregate');
    expect(whole.item.position.sub_sequence_number).toBeUndefined();
    expect(aggregate.equals(whole.item.bytes)).toBe(true);
  });
});

it('The issue of an aggregate says whether it is cut off, altered, or none at all', () => {
  const messageOf = (bytes: Uint8Array) => reasonOf(bytes).issues[0]?.message;
  const whole = kplAggregate([{ partition_key: 'a', data: json(cat) }]);
  expect(messageOf(whole.subarray(0, 19))).toBe('the aggregate is cut off');
  expect(messageOf(corrupt(whole))).toBe('the aggregate has a wrong MD5');
  const none = kplEnvelope(Buffer.from([0xff, 0xff, 0xff]));
  expect(messageOf(none)).toBe('the aggregate is not an AggregatedRecord');
});

it('Without a key every restored record is set aside, also one that is signed with an empty key', () => {
  const place = { stream_name: 'live', shard_id: 'shard-1', sequence_number: '1' };
  const arrived_at = '2026-11-23T10:00:00.000Z';
  for (const key of ['', 'undefined', 'a key']) {
    const one = { bytes: json(cat), position: place, partition_key: 'k', arrived_at };
    const { items, rejected } = decode([kinesisRecord(packRestored(one, key))]);
    expect(items).toEqual([]);
    expect(rejected.map(({ why }) => why.reason)).toEqual(['invalid_signature']);
  }
});

describe('what is no record is set aside', () => {
  it.each([
    ['invalid_gzip', gzipSync(json(cat)).subarray(0, 30)],
    ['invalid_gzip', Buffer.from([0x1f, 0x8b])],
    ['too_large', gzipSync(Buffer.alloc(11 * 1_048_576, 'a'))],
    ['invalid_utf8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['invalid_utf8', gzipSync(Buffer.from([0xc3, 0x28]))],
    ['invalid_json', ''],
    ['invalid_json', '{"text":"secret words","source":'],
    ['invalid_record', 'null'],
    ['invalid_record', '[]'],
    ['invalid_record', '{"text":42,"source":"bad"}'],
    ['invalid_record', { ...cat, text: 'a'.repeat(1_048_577) }],
  ])('Bytes that are not a record are set aside as %s', (reason, data) => {
    expect(reasonOf(data).reason).toBe(reason);
  });

  it('A set-aside keeps the bytes and the position', () => {
    const bytes = gzipSync('{"text": secret');
    const set_aside = reasonOf(bytes);
    expect(setAsideSchema.parse(set_aside)).toEqual({
      set_aside_id: `${STREAM_NAME}:${SHARD_ID}:${sequenceNumber(1)}`,
      reason: 'invalid_json',
      issues: [{ path: '', message: 'is not JSON' }],
      stream_name: STREAM_NAME,
      shard_id: SHARD_ID,
      sequence_number: sequenceNumber(1),
      partition_key: 'key-1',
      arrived_at: '2026-11-23T10:00:00.123Z',
      data_base64: bytes.toString('base64'),
    });
  });

  it('The issues of a set-aside name fields and never quote the text', () => {
    const { issues } = reasonOf({
      text: ['secret'],
      source: 'Secret Source',
      url: 'secret',
      language: 'secret',
      attributes: { 'my secret': 1, mood: ['secret'] },
    });
    expect(issues.map(({ path }) => path)).toEqual(['text', 'source']);
    expect(JSON.stringify(issues)).not.toMatch(/secret/i);
  });
});

describe('any bytes', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => gzipSync(bytes)),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => gzipSync(bytes).subarray(0, -3)),
    fc.uint8Array({ maxLength: 60 }).map(kplEnvelope),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record({ text: fc.anything(), source: fc.string(), attributes: fc.object() })
      .map((value) => {
        try {
          return json(value);
        } catch {
          return Buffer.from('{}');
        }
      }),
  );

  it('Any bytes decode to records or set-asides, without a throw, and always to the same', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (batch) => {
        const records = kinesisRecords(...batch);
        const decoded = decode(records);
        for (const { record } of decoded.items)
          expect(recordSchema.safeParse(record).success).toBe(true);
        for (const set_aside of setAsidesIn(records)) setAsideSchema.parse(set_aside);
        expect(decode(records)).toEqual(decoded);
      }),
      { numRuns: 500 },
    );
  });
});

function corrupt(bytes: Buffer): Buffer {
  bytes[bytes.length - 1]! ^= 0xff;
  return bytes;
}
