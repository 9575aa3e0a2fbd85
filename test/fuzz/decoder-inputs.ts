import { deflateSync, gzipSync } from 'node:zlib';
import { kplAggregate } from '../support/kpl.ts';
import type { Random } from '../support/random.ts';

/** Texts and fragments that have broken decoders. */
const FRAGMENTS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  '\\',
  '\\"',
  '\n',
  '\r\n',
  ' ',
  '\x1e',
  '\ufeff',
  'null',
  'true',
  'NaN',
  '1e400',
  '"text":',
  '"source":"s"',
  '\\ud83d',
  '{"text":"x","source":"s"}',
  '[[[[',
  '{"__proto__":{}}',
];

const record = (random: Random): object => ({
  ...(random.chance(0.5) ? { record_id: `r${random.int(50)}` } : {}),
  text: random.pick(['I love my cat', 'Très bien 😀', '"}{\n', 'x'.repeat(random.int(300)), '']),
  source: random.pick(['s', 'app', 'Not A Slug']),
  ...(random.chance(0.3) ? { author: random.pick([null, '', 'Ada', 42, 'a'.repeat(300)]) } : {}),
  ...(random.chance(0.3) ? { language: random.pick(['en_US', 'xx', null, 'zh-Hant']) } : {}),
  ...(random.chance(0.3)
    ? { created_at: random.pick(['2026-11-20', 1_790_000_000, '', 'x']) }
    : {}),
  ...(random.chance(0.3)
    ? { attributes: random.pick([null, [], { a: null }, { 'a b': { c: 1 } }]) }
    : {}),
});

const image = { text: { S: 'x' }, source: { S: 's' }, attributes: { M: { a: { N: '1' } } } };

const ENVELOPES: ((payload: string) => object)[] = [
  (Message) => ({ Type: 'Notification', TopicArn: 'arn', Message }),
  (body) => ({ eventSource: 'aws:sqs', body }),
  (message) => ({ messageType: 'DATA_MESSAGE', logEvents: [{ message }, { message }] }),
  (message) => ({ messageType: 'CONTROL_MESSAGE', logEvents: [{ message }] }),
  (detail) => ({ 'detail-type': 't', detail }),
  (log) => ({ log, date: 1 }),
  (data) => ({ recordId: '1', data: Buffer.from(data).toString('base64') }),
  () => ({ eventName: 'INSERT', dynamodb: { NewImage: image } }),
  () => ({ eventName: 'REMOVE', dynamodb: { Keys: {} } }),
];

/** Makes the bytes of a Kinesis record: records in containers in containers, some of them damaged. */
export function makeDecoderInput(random: Random, depth = 0): Buffer {
  const bytes = makeWhole(random, depth);
  return random.chance(depth === 0 ? 0.5 : 0.1) ? damage(random, bytes) : bytes;
}

function makeWhole(random: Random, depth: number): Buffer {
  const kind = depth > 3 ? 0 : random.int(9);
  const inner = () => makeDecoderInput(random, depth + 1);
  const some = () => Array.from({ length: random.int(4) }, inner);
  switch (kind) {
    case 1:
      return gzipSync(inner());
    case 2:
      return deflateSync(inner());
    case 3:
      return kplAggregate(some().map((data) => ({ partition_key: 'k', data })));
    case 4:
      return join(some(), random.pick(['\n', '\r\n', '', ' ', '\x1e']));
    case 5:
      return Buffer.concat([Buffer.from('['), join(some(), ','), Buffer.from(']')]);
    case 6:
      return Buffer.from(JSON.stringify(random.pick(ENVELOPES)(inner().toString())));
    case 7:
      return Buffer.from(
        Array.from({ length: random.int(8) }, () => random.pick(FRAGMENTS)).join(''),
      );
    default:
      return Buffer.from(JSON.stringify(record(random), null, random.pick([0, 0, 2])));
  }
}

function join(parts: Buffer[], mark: string): Buffer {
  const between = Buffer.from(mark);
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [between, part])));
}

function damage(random: Random, bytes: Buffer): Buffer {
  const at = random.int(bytes.length + 1);
  const to = at + random.int(8);
  switch (random.int(4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case 2:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(random.pick(FRAGMENTS)),
        bytes.subarray(at),
      ]);
    default:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([random.int(256)]),
        bytes.subarray(at + 1),
      ]);
  }
}
