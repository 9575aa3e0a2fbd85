import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../processors/stream/decode/decode.ts';
import { ENVELOPE_NAMES, ENVELOPES, type EnvelopeName } from '../../../../schemas/index.ts';
import { kinesisRecord } from '../../../support/kinesis-event.ts';

const record = { record_id: 'r', text: 'I love my cat', source: 's' };
const json = JSON.stringify(record);
const base64 = Buffer.from(json).toString('base64');
const image = { record_id: { S: 'r' }, text: { S: record.text }, source: { S: 's' } };

/** A message of each service with one record. */
const MESSAGES: Record<EnvelopeName, unknown[]> = {
  cloudwatch_logs: [
    { messageType: 'DATA_MESSAGE', logGroup: 'g', logEvents: [{ id: '1', message: json }] },
  ],
  sns: [
    { Type: 'Notification', TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: json },
    { Records: [{ EventSource: 'aws:sns', Sns: { TopicArn: 'arn', Message: json } }] },
  ],
  sqs: [
    { messageId: '1', body: json, eventSource: 'aws:sqs' },
    { MessageId: '1', ReceiptHandle: 'h', Body: json },
    { Records: [{ messageId: '1', body: json, eventSource: 'aws:sqs' }] },
  ],
  eventbridge: [{ 'detail-type': 'review', source: 'shop', id: '1', detail: record }],
  dynamodb: [
    { eventName: 'INSERT', dynamodb: { NewImage: image } },
    { Records: [{ eventName: 'MODIFY', dynamodb: { NewImage: image, OldImage: {} } }] },
  ],
  firehose: [
    { requestId: '1', timestamp: 1, records: [{ data: base64 }] },
    { invocationId: '1', deliveryStreamArn: 'arn', records: [{ recordId: '1', data: base64 }] },
    { recordId: '1', approximateArrivalTimestamp: 1, data: base64 },
  ],
  kinesis: [{ Records: [{ eventSource: 'aws:kinesis', kinesis: { data: base64 } }] }],
  dms: [{ data: record, metadata: { 'record-type': 'data', operation: 'insert' } }],
  debezium: [
    { schema: {}, payload: { before: null, after: record, op: 'c' } },
    { before: null, after: record, op: 'u', ts_ms: 1 },
  ],
  fluent_bit: [{ date: 1.5, log: json }],
};
const EACH = ENVELOPE_NAMES.flatMap((name) =>
  MESSAGES[name].map((message) => [name, message] as const),
);

const decodeWith = (data: unknown, ...names: EnvelopeName[]) =>
  decode([kinesisRecord(data)], undefined, new Set(names));

describe('a message of another service', () => {
  it.each(EACH)(
    'a record in a message of %s is decoded if the setting names it: %j',
    (name, message) => {
      for (const data of [
        message,
        gzipSync(JSON.stringify(message)),
        `${JSON.stringify(message)}\n`,
      ]) {
        const { items, rejected } = decodeWith(data, name);
        expect(rejected).toEqual([]);
        expect(items.map((item) => item.record)).toMatchObject([record]);
        // The record alone is what would be put back on the stream, at the same place.
        const again = decodeWith(Buffer.from(items[0]!.bytes)).items[0];
        expect(again?.record).toMatchObject(record);
      }
    },
  );

  it.each(EACH)(
    'a message of %s is otherwise set aside, and the reason names it and the setting: %j',
    (name, message) => {
      const others = ENVELOPE_NAMES.filter((other) => other !== name);
      const { items, rejected } = decodeWith(message, ...others);
      expect(items).toEqual([]);
      expect(rejected).toHaveLength(1);
      expect(rejected[0]!.why).toMatchObject({ reason: 'envelope' });
      const [issue] = rejected[0]!.why.issues;
      expect(issue?.message).toContain(ENVELOPES[name]);
      expect(issue?.message).toContain(`add \`${name}\` to the setting consumer.unwrap`);
    },
  );

  it('messages within messages are unwrapped from the outside in', () => {
    const event = JSON.stringify({ 'detail-type': 't', source: 's', detail: record });
    const notification = JSON.stringify({ Type: 'Notification', TopicArn: 'a', Message: event });
    const data = { messageId: '1', body: notification, eventSource: 'aws:sqs' };
    expect(decodeWith(data, 'sqs', 'sns', 'eventbridge').items).toHaveLength(1);
    expect(decodeWith(data, 'sqs', 'sns').rejected[0]?.why.issues[0]?.message).toContain(
      'EventBridge',
    );
  });

  it('the lines of a log group are records with a number each, and a bad line costs no other', () => {
    const logEvents = [json, 'GET / 200', json].map((message, i) => ({ id: `${i}`, message }));
    const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents }));
    const { items, rejected } = decodeWith(data, 'cloudwatch_logs');
    expect(items.map(({ position }) => position.sub_sequence_number)).toEqual([0, 2]);
    expect(
      rejected.map(({ why, item }) => [why.reason, item.position.sub_sequence_number]),
    ).toEqual([['invalid_json', 1]]);
  });

  it.each([
    ['cloudwatch_logs', { messageType: 'CONTROL_MESSAGE', logEvents: [{ message: 'checking' }] }],
    ['sns', { Type: 'SubscriptionConfirmation', TopicArn: 'a', Message: 'You have chosen' }],
    ['dms', { data: {}, metadata: { 'record-type': 'control', operation: 'create-table' } }],
  ] as const)(
    'a message of %s that is about the service itself holds no record',
    (name, message) => {
      expect(decodeWith(message, name)).toEqual({ items: [], rejected: [] });
    },
  );

  it.each([
    ['dynamodb', { eventName: 'REMOVE', dynamodb: { OldImage: image } }],
    ['debezium', { payload: { before: record, after: null, op: 'd' } }],
    ['cloudwatch_logs', { messageType: 'DATA_MESSAGE', logEvents: [{ id: '1' }] }],
  ] as const)('a message of %s without a record in it is set aside', (name, message) => {
    const { rejected } = decodeWith(message, name);
    expect(rejected[0]?.why.issues[0]?.message).toMatch(/without a record in it$/);
  });

  it.each([
    { ...record, Type: 'Notification', TopicArn: 'a', Message: 'x' },
    { ...record, 'detail-type': 't', detail: {} },
    { ...record, log: 'x', date: 1 },
    { source: 's', record_id: 'r', deleted: true, op: 'd', before: {} },
  ])('a record with fields of an envelope stays a record: %j', (fields) => {
    expect(decodeWith(fields, ...ENVELOPE_NAMES).items).toMatchObject([
      { record: { record_id: 'r' } },
    ]);
  });

  it('the types of DynamoDB become those of JSON', () => {
    const typed = {
      ...image,
      attributes: { M: { stars: { N: '5' }, is_paid: { BOOL: true } } },
      author: { NULL: true },
      tags: { L: [{ S: 'a' }] },
      sizes: { NS: ['1', '2'] },
    };
    const { items } = decodeWith(
      { eventName: 'INSERT', dynamodb: { NewImage: { ...typed, author: { S: 'Ada' } } } },
      'dynamodb',
    );
    expect(items[0]?.record).toMatchObject({
      author: 'Ada',
      attributes: { stars: 5, is_paid: true },
    });
  });
});

describe('compressed payloads', () => {
  const reasonOf = (data: Uint8Array) => {
    const { items, rejected } = decodeWith(data);
    expect(items).toEqual([]);
    return rejected.map(({ why }) => [why.reason, why.issues[0]?.message]);
  };

  it.each([
    ['zlib', deflateSync(json)],
    ['zlib without compression', deflateSync(json, { level: 0 })],
    ['zlib with the best compression', deflateSync(json, { level: 9 })],
    ['zlib with a small window', deflateSync(json, { windowBits: 9 })],
    ['gzip in gzip', gzipSync(gzipSync(json))],
    ['zlib in gzip', gzipSync(deflateSync(json))],
    ['two gzip members', Buffer.concat([gzipSync(json.slice(0, 9)), gzipSync(json.slice(9))])],
  ])('a record in %s is decoded', (_, data) => {
    expect(decodeWith(data).items).toMatchObject([{ record }]);
  });

  it('zlib data that is cut off is set aside as such, and a text that begins like zlib is no JSON', () => {
    expect(reasonOf(deflateSync(json).subarray(0, 40))).toEqual([
      ['invalid_gzip', 'is zlib data that is broken or cut off'],
    ]);
    expect(reasonOf(Buffer.from('x^2 is a parabola'))).toEqual([['invalid_json', 'is not JSON']]);
  });

  it('a record may have 10 MiB after decompression, and not a byte more', () => {
    const fill = (bytes: number) => {
      const frame = JSON.stringify({ ...record, ignored: '' });
      return gzipSync(JSON.stringify({ ...record, ignored: 'x'.repeat(bytes - frame.length) }));
    };
    expect(decodeWith(fill(10 * 1_048_576)).items).toHaveLength(1);
    expect(reasonOf(fill(10 * 1_048_576 + 1))).toEqual([
      ['too_large', 'is over 10485760 bytes without its gzip'],
    ]);
  });

  it('data that is compressed four times, or twice with a ratio that one compression cannot have, is set aside', () => {
    const four = [1, 2, 3, 4].reduce((data) => gzipSync(data), Buffer.from(json));
    expect(reasonOf(four)).toEqual([['too_large', 'is compressed more than 3 times']]);
    const bomb = gzipSync(gzipSync(Buffer.alloc(9 * 1_048_576, ' ')));
    expect(bomb.length * 1_032).toBeLessThan(9 * 1_048_576);
    expect(reasonOf(bomb)[0]![0]).toBe('too_large');
  });

  it('a record in more than eight containers is set aside', () => {
    const nest = (depth: number) => '['.repeat(depth) + json + ']'.repeat(depth);
    expect(decodeWith(nest(1)).items).toHaveLength(1);
    let wrapped: object = record;
    for (let i = 0; i < 9; i += 1)
      wrapped = { eventSource: 'aws:sqs', body: JSON.stringify(wrapped) };
    const { rejected } = decodeWith(wrapped, 'sqs');
    expect(rejected[0]?.why.issues[0]?.message).toBe('is nested in more than 8 containers');
  });

  it.each([
    ['UTF-16', Buffer.from(`\ufeff${json}`, 'utf16le')],
    ['compressed with zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58])],
    ['a zip archive', Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe])],
  ])('the reason of bytes that are not UTF-8 says that they are %s', (name, data) => {
    expect(reasonOf(data)).toEqual([['invalid_utf8', `is ${name}, not UTF-8`]]);
  });
});
