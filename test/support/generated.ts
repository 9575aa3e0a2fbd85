import { gzipSync } from 'node:zlib';
import { partitionKey, type RecordInput } from '../../schemas/index.ts';
import { kplAggregate } from './kpl.ts';
import type { Random } from './random.ts';

/** What one (sub-)record is, and so how it has to end. */
export type Spec = RecordSpec | { kind: 'poison'; reason: string };
export interface RecordSpec {
  kind: 'record';
  tenant: string;
  record_id: string;
  record_version: number;
  text: string;
  /** As the producer says it; absent: detected. */
  language?: string;
  status: 'analyzed' | 'unsupported_language' | 'empty' | 'withdrawn';
  /** The job that it belongs to, if any. */
  job_id?: string;
}

/** One thing to publish: a record through the publisher, or bytes as they are. */
export type Generated =
  | { record: RecordInput & { record_id: string }; specs: Spec[] }
  | { bytes: Buffer; partition_key: string; specs: Spec[] };

const SENTENCES = [
  'I really love what my cat does when she comes home',
  'What a terrible day this was, and I hate the rain',
  'The parcel was delivered on Monday by the post office',
  'Good food but the service was bad and slow',
];

/** A NUL, half an emoji, and a character that some take for the end of a line. */
const ODD_ENDS = ['\u0000', '\ud83d', '\u2028'];

export interface GeneratorOptions {
  random: Random;
  /** Part of every id, so that two generators never make the same. */
  name: string;
  /** How likely a text is one of fifty that come again and again: a day when one goes viral. */
  repeats: number;
}

/** Makes records of every kind: versions, withdrawals, poison, aggregates, long texts; each with how it has to end. */
export function createGenerator({ random, name, repeats }: GeneratorOptions): () => Generated[] {
  let made = 0;
  const text = () => {
    if (random.chance(repeats)) return marked(`r${random.int(50)}`, 1);
    const own = marked(`${name}${made}`, random.chance(0.02) ? 150 : 1);
    return random.chance(0.03) ? `${own}${random.pick(ODD_ENDS)}` : own;
  };
  return () => {
    made += 1;
    const id = `${name}-${made}`;
    if (random.chance(0.05)) return [poison(random, id)];
    if (random.chance(0.03)) {
      const entries = Array.from({ length: 1 + random.int(20) }, (_, n) =>
        one(random, `${id}.${n}`, text(), 0),
      );
      const bytes = aggregate(entries.map(({ record }) => record));
      return [{ bytes, partition_key: id, specs: entries.flatMap(({ specs }) => specs) }];
    }
    const versions = random.chance(0.1) ? 1 + random.int(4) : 1;
    const tenant = random.pick(['default', 'other']);
    return Array.from({ length: versions }, (_, version) =>
      one(random, id, text(), version, tenant),
    );
  };
}

/** Every sentence carries the mark: no other text has the same, and every chunk of it has it. */
function marked(mark: string, sentences: number): string {
  const start = mark.length;
  return Array.from(
    { length: sentences },
    (_, i) => `${SENTENCES[(start + i) % SENTENCES.length]} #${mark}#. `,
  ).join('');
}

function one(
  random: Random,
  record_id: string,
  text: string,
  record_version: number,
  tenant: string = random.pick(['default', 'other']),
): { record: RecordInput & { record_id: string }; specs: RecordSpec[] } {
  const source = record_id.split(/[.-]/)[0]!;
  const base = { record_id, tenant, source, record_version };
  const made = (
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
        // Half an emoji is U+FFFD once it is UTF-8.
        text: Buffer.from(fields.text ?? '').toString(),
        ...(fields.language === undefined ? {} : { language: fields.language }),
        status,
      },
    ],
  });
  const kind = random.int(100);
  if (kind < 5 && record_version > 0) return made({ deleted: true }, 'withdrawn');
  if (kind < 7) return made({ text: '   ' }, 'empty');
  if (kind < 10) return made({ text, language: 'is' }, 'unsupported_language');
  if (random.chance(0.2)) return made({ text }, 'analyzed');
  return made({ text, language: random.pick(['en', 'en', 'de', 'fr']) }, 'analyzed');
}

function aggregate(records: (RecordInput & { record_id: string })[]): Buffer {
  return kplAggregate(
    records.map((record) => ({
      partition_key: partitionKey({ ...record, tenant: record.tenant ?? 'default' }),
      data: Buffer.from(JSON.stringify(record)),
    })),
  );
}

function poison(random: Random, id: string): Generated {
  const good = JSON.stringify({ text: `I love my cat ${id}`, source: 's' });
  const aggregated = kplAggregate([{ partition_key: 'a', data: Buffer.from(good) }]);
  const kinds: [reason: string, bytes: Buffer][] = [
    ['invalid_json', Buffer.from(`no json ${id}`)],
    ['invalid_json', Buffer.from(`\u0000\u0000${good}`)],
    ['invalid_record', Buffer.from(`{"text":1,"source":"${id}"}`)],
    ['invalid_gzip', gzipSync(good).subarray(0, -4)],
    ['invalid_utf8', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good)])],
    ['invalid_aggregate', withLyingChecksum(aggregated)],
  ];
  const [reason, bytes] = random.pick(kinds);
  return { bytes, partition_key: id, specs: [{ kind: 'poison', reason }] };
}

function withLyingChecksum(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = copy[copy.length - 1]! ^ 0xff;
  return copy;
}
