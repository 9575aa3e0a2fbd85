import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { deriveRecordId, ENVELOPE_NAMES } from '../../../../schemas/index.ts';
import { AGGREGATE_CASES } from '../../../fixtures/stream/aggregates.ts';
import { AGGREGATE_ENDS, ENVELOPE_ENDS } from '../../../fixtures/stream/ends.ts';
import { ENVELOPE_CASES } from '../../../fixtures/stream/envelopes.ts';
import type { StreamCase } from '../../../fixtures/stream/stream-case.ts';
import { kinesisRecord } from '../../../support/kinesis-event.ts';
import { kplAggregate } from '../../../support/kpl.ts';

const ALL = new Set(ENVELOPE_NAMES);

/** Lists the ids of the records in a payload, then the reasons of its set-asides. */
function endsOf(data: unknown, unwrap = new Set<(typeof ENVELOPE_NAMES)[number]>()): string[] {
  const { items, rejected } = decode([kinesisRecord(data)], undefined, unwrap);
  const ids = items.map(({ record }) => record.record_id);
  return [...ids, ...rejected.map(({ why }) => `- ${why.reason}`)];
}

const dataOf = (cases: StreamCase[], id: string) => cases.find((one) => one.id === id)!.data;

describe('the payloads that people put on the stream', () => {
  it('every case of the fixtures has its end in this test', () => {
    expect(Object.keys(ENVELOPE_ENDS)).toEqual(ENVELOPE_CASES.map(({ id }) => id));
    const without = ['K13-no-record-ids', 'K15-2000-subs'];
    expect([...Object.keys(AGGREGATE_ENDS), ...without].sort()).toEqual(
      AGGREGATE_CASES.map(({ id }) => id).sort(),
    );
  });

  it.each(Object.entries(ENVELOPE_ENDS))('the payload %s ends as it should', (id, expected) => {
    const data = dataOf(ENVELOPE_CASES, id);
    expect(endsOf(data)).toEqual(expected.ends);
    expect(endsOf(data, ALL)).toEqual(expected.unwrapped ?? expected.ends);
  });

  it.each(Object.entries(AGGREGATE_ENDS))('the aggregate %s ends as it should', (id, ends) => {
    expect(endsOf(dataOf(AGGREGATE_CASES, id))).toEqual(ends);
  });

  it('the records of an aggregate without ids get ids from their places, and 2,000 records are all decoded', () => {
    const [first, second] = endsOf(dataOf(AGGREGATE_CASES, 'K13-no-record-ids'));
    expect([first?.split(':').at(-1), second?.split(':').at(-1)]).toEqual(['0', '1']);
    const many = endsOf(dataOf(AGGREGATE_CASES, 'K15-2000-subs'));
    expect(many).toEqual(Array.from({ length: 2_000 }, (_, i) => `k15-${i}`));
  });
});

const rec = (record_id: string, text = 'I love my cat') =>
  JSON.stringify({ record_id, text, source: 's' });

describe('several JSON values in one Kinesis record', () => {
  it.each([
    ['lines', `${rec('a')}\n${rec('b')}`],
    ['lines with CR LF and blank lines', `\r\n${rec('a')}\r\n\r\n${rec('b')}\r\n`],
    ['values without a line end', rec('a') + rec('b')],
    ['values with spaces between them', ` ${rec('a')}  ${rec('b')} `],
    ['values of several lines each', `${pretty('a')}\n${pretty('b')}\n`],
    ['a sequence with record separators', `\x1e${rec('a')}\n\x1e${rec('b')}\n`],
    ['lines with a byte order mark each', `\ufeff${rec('a')}\n\ufeff${rec('b')}`],
    ['an array', `[${rec('a')},${rec('b')}]`],
    ['an array of several lines', ` [\n  ${rec('a')},\n  ${rec('b')}\n]\n`],
    ['arrays on lines', `[${rec('a')}]\n[${rec('b')}]\n`],
    ['an array in an array', `[[${rec('a')},${rec('b')}]]`],
    ['texts with brackets, quotes and line ends', `${rec('a', '}]"\\\n{[')}\n${rec('b', '"{')}`],
  ])('%s are records of their own', (_, data) => {
    expect(endsOf(data)).toEqual(['a', 'b']);
    expect(endsOf(gzipSync(data))).toEqual(['a', 'b']);
    expect(
      endsOf(gzipSync(kplAggregate([{ partition_key: 'k', data: Buffer.from(data) }]))),
    ).toEqual(['a', 'b']);
  });

  it.each([
    ['a line that is not JSON', `${rec('a')}\nno json\n${rec('b')}`],
    ['a first line that is not JSON', `no json\n${rec('a')}\n${rec('b')}`],
    ['a line with an open bracket', `${rec('a')}\n{"text":"x"\n${rec('b')}`],
    ['a line with an open string', `${rec('a')}\n{"text":"x\n${rec('b')}`],
    ['a line that is cut off', `${rec('a')}\n${rec('b')}\n{"record_id":"c","te`],
    ['a line with something behind it', `${rec('a')}\n${rec('b')}\n{"a":1} x`],
    ['an element that is not JSON', `[${rec('a')},{"x":NaN},${rec('b')}]`],
    ['an array that is cut off', `[${rec('a')},${rec('b')},{"record_id":"c","te`],
    ['an array of lines that is cut off', `[\n${rec('a')},\n${rec('b')},\n{"record_id":"c","te`],
    ['concatenated values that are cut off', `${rec('a')}${rec('b')}{"record_id":"c","te`],
  ])('%s costs no other record', (_, data) => {
    expect(endsOf(data)).toEqual(['a', 'b', '- invalid_json']);
  });

  it('a line in another encoding costs no other record', () => {
    const latin = Buffer.from(`${rec('c', 'Très bien')}\n`, 'latin1');
    const data = Buffer.concat([Buffer.from(`${rec('a')}\n`), latin, Buffer.from(rec('b'))]);
    expect(endsOf(data)).toEqual(['a', 'b', '- invalid_utf8']);
  });

  it('each value has the number of its place, and a value in an aggregate has one number more', () => {
    const data = `{"text":"x","source":"s"}\n{"text":"y","source":"s"}`;
    const idsOf = (bytes: unknown) =>
      decode([kinesisRecord(bytes)]).items.map(({ position, record }) => {
        expect(record.record_id).toBe(deriveRecordId(position));
        return record.record_id.split(':').slice(3).join(':');
      });
    expect(idsOf(data)).toEqual(['0', '1']);
    const sub = { partition_key: 'k', data: Buffer.from(data) };
    expect(idsOf(kplAggregate([sub, sub]))).toEqual(['0:0', '0:1', '1:0', '1:1']);
    expect(idsOf('{"text":"x","source":"s"}\n')).toEqual(['']);
    expect(idsOf('[{"text":"x","source":"s"}]')).toEqual(['0']);
  });

  it.each([
    ['a text of several lines', 'I love\nmy cat\n'],
    ['numbers', '1 2 3\n4'],
    ['an array of numbers', '[1,2,3]'],
    ['an empty array', '[]'],
    ['a pretty record with a comma too many', '{\n "text": "x",\n "source": "s",\n}'],
  ])('%s is set aside whole, because no value looks like a record', (_, data) => {
    const { items, rejected } = decode([kinesisRecord(data)]);
    expect(items).toEqual([]);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]!.item.position.sub_sequence_number).toBeUndefined();
  });

  it('the records after the first 50,000 of a Kinesis record are set aside as one, and can be replayed', () => {
    const lines = Array.from(
      { length: 50_010 },
      (_, i) => `{"record_id":"r${i}","text":"a","source":"s"}`,
    );
    for (const data of [lines.join('\n'), `[${lines.join()}]`]) {
      const { items, rejected } = decode([kinesisRecord(gzipSync(data))]);
      expect(items).toHaveLength(50_000);
      expect(rejected.map(({ why }) => why.reason)).toEqual(['too_large']);
      expect(endsOf(rejected[0]!.item.bytes)).toEqual(
        Array.from({ length: 10 }, (_, i) => `r${50_000 + i}`),
      );
    }
  }, 60_000);
});

function pretty(record_id: string): string {
  return JSON.stringify(JSON.parse(rec(record_id)), null, 2);
}
