import { gzipSync } from 'node:zlib';
import { partitionKey, type RecordInput } from '../../schemas/index.ts';
import { kplAggregate } from './kpl.ts';
import type { Random } from './random.ts';

/** A generated record or sub-record, with its expected outcome. */
export type Spec = RecordSpec | { kind: 'poison'; reason: string };
export interface RecordSpec {
  kind: 'record';
  tenant: string;
  record_id: string;
  record_version: number;
  text: string;
  /** The language that the producer gives; if absent, the consumer detects it. */
  language?: string;
  status: 'analyzed' | 'unsupported_language' | 'empty' | 'withdrawn';
  /** The record's job, if it has one. */
  job_id?: string;
}

/** An entry to publish: a record, or bytes that the publisher sends unchanged. */
export type Generated =
  | { record: RecordInput & { record_id: string }; specs: Spec[] }
  | { bytes: Buffer; partition_key: string; specs: Spec[] };

const SENTENCES = [
  'I really love what my cat does when she comes home',
  'What a terrible day this was, and I hate the rain',
  'The parcel was delivered on Monday by the post office',
  'Good food but the service was bad and slow',
];

/** A NUL, half an emoji, and LINE SEPARATOR, which some programs take for a line break. */
const ODD_ENDS = ['\u0000', '\ud83d', '\u2028'];

export interface GeneratorOptions {
  random: Random;
  /** A part of every id, so that two generators never make equal ids. */
  name: string;
  /** Probability that a text is one of fifty that repeat, as when many users share the same post. */
  repeats: number;
}

/** Generates versions, withdrawals, poison, aggregates and long texts, each with its expected outcome. */
export function createGenerator({ random, name, repeats }: GeneratorOptions): () => Generated[] {
  let made = 0;
  const text = () => {
    if (random.chance(repeats)) return writeText(`r${random.int(50)}`, 1);
    const own = writeText(`${name}${made}`, random.chance(0.02) ? 150 : 1);
    return random.chance(0.03) ? `${own}${random.pick(ODD_ENDS)}` : own;
  };
  return () => {
    made += 1;
    const id = `${name}-${made}`;
    if (random.chance(0.05)) return [generatePoison(random, id)];
    if (random.chance(0.03)) {
      const entries = Array.from({ length: 1 + random.int(20) }, (_, n) =>
        generateRecord(random, `${id}.${n}`, text(), 0),
      );
      const bytes = encodeAggregate(entries.map(({ record }) => record));
      return [{ bytes, partition_key: id, specs: entries.flatMap(({ specs }) => specs) }];
    }
    const versions = random.chance(0.1) ? 1 + random.int(4) : 1;
    const tenant = random.pick(['default', 'other']);
    return Array.from({ length: versions }, (_, version) =>
      generateRecord(random, id, text(), version, tenant),
    );
  };
}

/** Writes a text with the mark in every sentence, so that every chunk of it has the mark, and no other text has. */
function writeText(mark: string, sentences: number): string {
  const start = mark.length;
  return Array.from(
    { length: sentences },
    (_, i) => `${SENTENCES[(start + i) % SENTENCES.length]} #${mark}#. `,
  ).join('');
}

function generateRecord(
  random: Random,
  record_id: string,
  text: string,
  record_version: number,
  tenant: string = random.pick(['default', 'other']),
): { record: RecordInput & { record_id: string }; specs: RecordSpec[] } {
  const source = record_id.split(/[.-]/)[0]!;
  const base = { record_id, tenant, source, record_version };
  const build = (
    fields: { text?: string; language?: string; deleted?: boolean },
    status: RecordSpec['status'],
  ) => ({
    record: { ...base, ...fields },
    specs: [
      {
        kind: 'record' as const,
        tenant,
        record_id,
        record_version,
        // UTF-8 encodes half an emoji as U+FFFD.
        text: Buffer.from(fields.text ?? '').toString(),
        ...(fields.language === undefined ? {} : { language: fields.language }),
        status,
      },
    ],
  });
  const kind = random.int(100);
  if (kind < 5 && record_version > 0) return build({ deleted: true }, 'withdrawn');
  if (kind < 7) return build({ text: '   ' }, 'empty');
  if (kind < 10) return build({ text, language: 'is' }, 'unsupported_language');
  if (random.chance(0.2)) return build({ text }, 'analyzed');
  return build({ text, language: random.pick(['en', 'en', 'de', 'fr']) }, 'analyzed');
}

function encodeAggregate(records: (RecordInput & { record_id: string })[]): Buffer {
  return kplAggregate(
    records.map((record) => ({
      partition_key: partitionKey({ ...record, tenant: record.tenant ?? 'default' }),
      data: Buffer.from(JSON.stringify(record)),
    })),
  );
}

function generatePoison(random: Random, id: string): Generated {
  const good = JSON.stringify({ text: `I love my cat ${id}`, source: 's' });
  const aggregated = kplAggregate([{ partition_key: 'a', data: Buffer.from(good) }]);
  const kinds: [reason: string, bytes: Buffer][] = [
    ['invalid_json', Buffer.from(`no json ${id}`)],
    ['invalid_json', Buffer.from(`\u0000\u0000${good}`)],
    ['invalid_record', Buffer.from(`{"text":1,"source":"${id}"}`)],
    ['invalid_gzip', gzipSync(good).subarray(0, -4)],
    ['invalid_utf8', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good)])],
    ['invalid_aggregate', withWrongDigest(aggregated)],
  ];
  const [reason, bytes] = random.pick(kinds);
  return { bytes, partition_key: id, specs: [{ kind: 'poison', reason }] };
}

function withWrongDigest(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = copy[copy.length - 1]! ^ 0xff;
  return copy;
}
