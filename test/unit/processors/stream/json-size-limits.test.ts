import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { kinesisRecords } from '../../../support/kinesis-event.ts';
import { setAsidesIn } from '../../../support/restored.ts';

const cat = { text: 'I love my cat', source: 'app_reviews' };

/** Returns the set-aside of data that is not a valid record. */
function reasonOf(data: unknown) {
  return setAsidesIn(kinesisRecords(data))[0]!;
}

describe('a JSON with very many values', () => {
  const MIB = 1_048_576;
  it.each([
    ['empty objects', `[${'{},'.repeat(2 * MIB)}{}]`],
    ['nested arrays', '['.repeat(3 * MIB) + ']'.repeat(3 * MIB)],
    ['attributes', `{"attributes":{${'"a":[],'.repeat(MIB / 2)}"b":0}}`],
  ])('A JSON with millions of %s is set aside as too large, and not parsed', (_, text) => {
    expect(reasonOf(gzipSync(text))).toMatchObject({
      reason: 'too_large',
      issues: [{ message: 'has more than 10000 values in its JSON' }],
    });
  });

  it('A long string without an end is not JSON', () => {
    expect(reasonOf(gzipSync(`{"text":"${'a'.repeat(MIB)}`)).reason).toBe('invalid_json');
  });

  it('A long text with any signs of JSON in it is not too large', () => {
    const text = String.raw`[{,"\ "`.repeat(100_000);
    const [item] = decode(kinesisRecords(gzipSync(JSON.stringify({ ...cat, text })))).items;
    expect(item!.record.text).toBe(text);
  });

  it('A record may have thousands of values in a field that the schema does not know', () => {
    const embedding = Array.from({ length: 9_900 }, (_, i) => i / 7);
    expect(decode(kinesisRecords({ ...cat, embedding })).items).toHaveLength(1);
  });
});
