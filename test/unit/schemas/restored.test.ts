import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRestored, packRestored, type Restored, unpackRestored } from '../../../schemas/index.ts';

const restored: fc.Arbitrary<Restored> = fc.record(
  {
    bytes: fc.uint8Array({ maxLength: 2_000 }),
    position: fc.record(
      {
        stream_name: fc.string({ maxLength: 128 }),
        shard_id: fc.string({ maxLength: 40 }),
        sequence_number: fc.stringMatching(/^[0-9]{1,56}$/),
        sub_sequence_number: fc.nat(),
      },
      { requiredKeys: ['stream_name', 'shard_id', 'sequence_number'] },
    ),
    partition_key: fc.string({ unit: 'grapheme', maxLength: 256 }),
    arrived_at: fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
      .map((date) => date.toISOString()),
    encoding: fc.constant('br' as const),
  },
  { requiredKeys: ['bytes', 'position', 'partition_key', 'arrived_at'] },
);
const example: Restored = {
  bytes: Buffer.from('{"text":"a"}'),
  position: { stream_name: 'live', shard_id: 'shard-1', sequence_number: '77' },
  partition_key: 'k',
  arrived_at: '2026-11-23T10:00:00.000Z',
};

it('a packed record unpacks to the same bytes, place, key and time of arrival', () => {
  fc.assert(
    fc.property(restored, fc.string({ minLength: 1 }), (one, key) => {
      const data = packRestored(one, key);
      expect(isRestored(data.toString('base64'))).toBe(true);
      const { bytes, encoding, ...rest } = unpackRestored(data, key)!;
      expect(Buffer.from(bytes).equals(Buffer.from(one.bytes))).toBe(true);
      expect(encoding).toBe(one.encoding);
      expect(rest).toEqual({
        position: one.position,
        partition_key: one.partition_key,
        arrived_at: one.arrived_at,
      });
    }),
  );
});

it('a packed record whose bytes were changed anywhere behind its magic bytes is not unpacked', () => {
  const data = packRestored(example, 'key');
  for (let i = 6; i < data.length; i += 1) {
    const changed = Buffer.from(data);
    changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
    expect(unpackRestored(changed, 'key'), `byte ${i}`).toBeUndefined();
  }
});

it('a packed record is unpacked only with the key that signed it', () => {
  const data = packRestored(example, 'key');
  for (const key of ['other', 'Key', '', 'key ']) {
    expect(unpackRestored(data, key)).toBeUndefined();
  }
});

it('a packed record that is cut off anywhere is not unpacked', () => {
  const data = packRestored(example, 'key');
  for (let length = 0; length < data.length; length += 1) {
    expect(unpackRestored(data.subarray(0, length), 'key')).toBeUndefined();
  }
});

it('no JSON, gzip or aggregate is taken for a packed record', () => {
  for (const bytes of [
    Buffer.from('{"text":"a"}'),
    Buffer.from([0x1f, 0x8b, 0x08]),
    Buffer.from([0xf3, 0x89, 0x9a, 0xc2]),
    Buffer.alloc(0),
  ]) {
    expect(isRestored(bytes.toString('base64'))).toBe(false);
  }
});
