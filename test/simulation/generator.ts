import { createHash, createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { RecordInput } from '../../schemas/index.ts';
import { kplAggregate } from '../support/kpl.ts';
import type { Random } from '../support/random.ts';
import type { Entry, PoisonSpec, RecordSpec, Spec } from './specs.ts';

const SENTENCES = [
  'I really love what my cat does when she comes home',
  'What a terrible day this was, and I hate the rain',
  'The parcel was delivered on Monday by the post office',
  'Good food but the service was bad and slow',
];

/** Unusual ends of texts: NUL, half an emoji, LINE SEPARATOR, and spaces that do not matter. */
const ODD_ENDS = ['\u0000', '\ud83d', '\u2028', '   '];

const TENANTS = ['default', 'other'];

export interface GeneratorOptions {
  random: Random;
  /** A part of every id, so that generators with different names never generate equal ids. */
  name: string;
  /**
   * Probability that a text is one of fifty repeated texts. In practice, texts repeat because many
   * users share the same post.
   */
  repeats: number;
  /** The last version of each id that all generators of a world share. */
  shared_versions: Map<string, number>;
  /** Puts a text into the claim store of a tenant, now or later or never. */
  claim: (tenant: string, text: string, sha256: string) => RecordSpec['claim'];
  /** Returns a job of the tenant `default`, which must not count the records of other tenants. */
  foreign_job: () => { job_id: string; job_index: number } | undefined;
}

/**
 * Creates a function that generates entries, each with its expected outcome: versions, withdrawals,
 * poison, aggregates, long texts, texts on S3, records without ids, and ids that several tenants
 * and sources share.
 */
export function createGenerator(options: GeneratorOptions): () => Entry[] {
  const { random, name } = options;
  const draw = createDraw(options);
  let made = 0;
  return () => {
    made += 1;
    const id = `${name}-${made}`;
    const kind = random.int(100);
    if (kind < 5) return [asBytes(makePoison(random, id), id)];
    if (kind < 9) return [makeAggregate(random, draw, id)];
    if (kind < 13) return [makeClaim(options, draw, id)];
    if (kind < 23) return makeShared(options, draw);
    if (kind < 33) return [makeUnnamed(random, draw)];
    const versions = random.chance(0.1) ? 1 + random.int(4) : 1;
    const identity = { tenant: random.pick(TENANTS), source: name, record_id: id };
    return drawVersions(random, versions).map((version) =>
      asRecord(draw({ ...identity, ...version })),
    );
  };
}

type Version = { record_version?: number };

/**
 * Draws versions of one record: all with a number, or none, or only the first. Several numbers among
 * versions without one would have to rise with the stamps, and producers send some records late.
 */
function drawVersions(random: Random, count: number): Version[] {
  const numbered = random.pick([count, count, 0, 1]);
  return Array.from({ length: count }, (_, i) => (i < numbered ? { record_version: i } : {}));
}

interface Identity {
  tenant: string;
  source: string;
  record_id?: string;
  record_version?: number;
}

interface Drawn {
  record: RecordInput;
  spec: RecordSpec;
}

type Draw = (identity: Identity) => Drawn;

/** Creates the function that gives a record its text, language and other fields. */
function createDraw({ random, name, repeats, foreign_job }: GeneratorOptions): Draw {
  let made = 0;
  const drawText = () => {
    made += 1;
    if (random.chance(repeats)) return writeText(`r${random.int(50)}`, 1);
    if (random.chance(0.01)) return writeText(`refused-${name}${made}`, 1);
    const own = writeText(`${name}${made}`, random.chance(0.005) ? 150 : 1);
    return random.chance(0.03) ? `${own}${random.pick(ODD_ENDS)}` : own;
  };
  return (identity) => {
    const text = drawText();
    const kind = random.int(100);
    const { record_id } = identity;
    const is_foreign = identity.tenant !== 'default' && random.chance(0.3);
    const foreign = is_foreign ? foreign_job() : undefined;
    const carried = random.chance(0.1) ? drawCarried(random) : {};
    const odd_time = random.chance(0.02) ? '1970-01-01T00:00:00.000Z' : undefined;
    const build = (
      fields: { text?: string; language?: string; deleted?: boolean },
      status: RecordSpec['status'],
    ): Drawn => ({
      record: {
        ...{ ...identity, ...fields, ...carried, ...foreign },
        ...(odd_time === undefined ? {} : { created_at: odd_time }),
      },
      spec: {
        kind: 'record',
        ...identity,
        // Half an emoji reaches the analyzer as U+FFFD.
        text: (fields.text ?? '').toWellFormed(),
        ...(fields.language === undefined ? {} : { language: fields.language }),
        status,
        ...carried,
        ...(odd_time === undefined ? {} : keepTime(carried, odd_time)),
        ...foreign,
      },
    });
    if (kind < 5 && record_id !== undefined) {
      return build({ deleted: true }, 'withdrawn');
    }
    if (kind < 7) return build({ text: '   ' }, 'empty');
    if (kind < 10) return build({ text, language: 'is' }, 'unsupported_language');
    const status = text.includes('#refused') ? 'refused' : 'analyzed';
    if (random.chance(0.1)) return build({ text }, status);
    return build({ text, language: random.pick(['en', 'en', 'de', 'fr']) }, status);
  };
}

/** A time of creation that cannot be right becomes an attribute. */
function keepTime(carried: Partial<RecordSpec>, created_at: string): Partial<RecordSpec> {
  return { created_at: undefined, attributes: { ...carried.attributes, created_at } };
}

/** Draws fields that a result copies from its record. */
function drawCarried(random: Random): Partial<RecordSpec> {
  return {
    author: `author-${random.int(5)}`,
    url: `https://example.com/${random.int(1_000)}`,
    attributes: { stars: random.int(6), verified: random.chance(0.5) },
    created_at: new Date(Date.UTC(2026, 10, 1, random.int(24), 0, random.int(60))).toISOString(),
  };
}

/**
 * Writes a text with the mark in every sentence, so that every chunk of the text contains the mark.
 */
function writeText(mark: string, sentences: number): string {
  const start = mark.length;
  return Array.from(
    { length: sentences },
    (_, i) => `${SENTENCES[(start + i) % SENTENCES.length]} #${mark}#. `,
  ).join('');
}

function asRecord({ record, spec }: Drawn): Entry {
  return { record, specs: [spec] };
}

function asBytes({ bytes, spec }: { bytes: Buffer; spec: Spec }, partition_key: string): Entry {
  return { bytes, partition_key, specs: [spec] };
}

function encode({ record }: Drawn): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/**
 * Makes a record without an id. Either the publisher gives the record an id, or a foreign producer
 * sends the record without one.
 */
function makeUnnamed(random: Random, draw: Draw): Entry {
  const drawn = draw({ tenant: random.pick(TENANTS), source: 'unnamed' });
  if (random.chance(0.5)) return asRecord(drawn);
  const json = encode(drawn);
  const bytes = random.chance(0.05) ? gzipSync(json) : json;
  return { bytes, partition_key: `k${random.int(20)}`, specs: [drawn.spec] };
}

/**
 * Makes the next version of an id that several tenants and sources share. Both tenants often get
 * the same version at the same time, with different texts.
 */
function makeShared({ random, shared_versions }: GeneratorOptions, draw: Draw): Entry[] {
  const record_id = `shared-${random.int(12)}`;
  const tenants = random.chance(0.5) ? TENANTS : [random.pick(TENANTS)];
  return tenants.map((tenant) => {
    const source = random.pick(['feed-a', 'feed-b']);
    const key = `${tenant} ${source} ${record_id}`;
    const record_version = (shared_versions.get(key) ?? -1) + 1;
    shared_versions.set(key, record_version);
    // Of a third of the ids, no version has a number.
    const version = Number(record_id.slice(-1)) % 3 === 0 ? {} : { record_version };
    return asRecord(draw({ tenant, source, record_id, ...version }));
  });
}

/** Makes an aggregate with named and unnamed records, versions of one record, and poison. */
function makeAggregate(random: Random, draw: Draw, id: string): Entry {
  const subs: { partition_key: string; data: Buffer; spec: Spec }[] = [];
  for (let length = 1 + random.int(12); length > 0; length -= 1) {
    const tenant = random.pick(TENANTS);
    // Kinesis would not accept a key of 300 characters, but an aggregate may contain one.
    const partition_key = random.chance(0.03) ? 'k'.repeat(300) : `${id}.${random.int(4)}`;
    if (random.chance(0.1)) {
      const { bytes, spec } = makeInvalidRecord(`${id}.${length}`);
      subs.push({ partition_key, data: bytes, spec });
      continue;
    }
    const name = random.chance(0.4) ? {} : { record_id: `${id}.${length}` };
    const versions = 'record_id' in name && random.chance(0.2) ? 3 : 1;
    for (const version of drawVersions(random, versions)) {
      const drawn = draw({ tenant, source: 'kpl', ...name, ...version });
      subs.push({ partition_key, data: encode(drawn), spec: drawn.spec });
    }
  }
  const entries = subs.map(({ partition_key, data }) => ({ partition_key, data }));
  const specs = subs.map(({ spec }) => spec);
  // The library chooses the key of one of the records for the whole aggregate.
  const first = subs[0]!.partition_key;
  const partition_key = random.chance(0.5) && first.length <= 256 ? first : `k${random.int(20)}`;
  return { bytes: kplAggregate(entries), partition_key, specs, subs: entries };
}

/** Makes a record whose text is on S3, or should be there. */
function makeClaim({ claim }: GeneratorOptions, draw: Draw, id: string): Entry {
  const drawn = draw({ tenant: TENANTS[id.length % 2]!, source: 'claims' });
  const { tenant } = drawn.spec;
  const { text, ...rest } = drawn.record;
  const name = id.endsWith('3') ? {} : { record_id: id };
  if (text === undefined) return asRecord(drawn);
  // S3 stores the text in UTF-8, which has no half emoji.
  const sha256 = createHash('sha256').update(text).digest('hex');
  const record = { ...rest, ...name, text_claim: sha256 };
  const spec = { ...drawn.spec, ...name, claim: claim(tenant, text.toWellFormed(), sha256) };
  return asBytes({ bytes: Buffer.from(JSON.stringify(record)), spec }, id);
}

/** Makes a record with a wrong field, which operators repair. */
function makeInvalidRecord(id: string): { bytes: Buffer; spec: PoisonSpec } {
  const text = writeText(`fixed-${id}`, 1);
  const fixed = { text, source: 'fixed', language: 'en' };
  const spec: RecordSpec = {
    kind: 'record',
    tenant: 'default',
    status: 'analyzed',
    ...fixed,
  };
  const bytes = Buffer.from(JSON.stringify({ ...fixed, source: 'NOT A SOURCE' }));
  const repaired = { bytes: Buffer.from(JSON.stringify(fixed)), spec };
  return { bytes, spec: { kind: 'poison', reason: 'invalid_record', repaired } };
}

function makePoison(random: Random, id: string): { bytes: Buffer; spec: PoisonSpec } {
  if (random.chance(0.3)) return makeInvalidRecord(id);
  const good = JSON.stringify({ text: `I love my cat ${id}`, source: 's' });
  const aggregated = kplAggregate([{ partition_key: 'a', data: Buffer.from(good) }]);
  const kinds: [reason: string, bytes: Buffer][] = [
    ['invalid_json', Buffer.from(`no json ${id}`)],
    ['invalid_json', Buffer.from(`\u0000\u0000${good}`)],
    ['invalid_record', Buffer.from(`{"text":1,"source":"${id}"}`)],
    ['invalid_record', Buffer.from(`{"source":"s","deleted":true,"author":"${id}"}`)],
    ['invalid_gzip', gzipSync(good).subarray(0, -4)],
    ['invalid_utf8', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good)])],
    ['invalid_aggregate', withWrongDigest(aggregated)],
    ['invalid_signature', forgeRestored(good)],
  ];
  const [reason, bytes] = random.pick(kinds);
  return { bytes, spec: { kind: 'poison', reason } };
}

function withWrongDigest(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = copy[copy.length - 1]! ^ 0xff;
  return copy;
}

/** Forges bytes that look as if an operator had put them back, signed with a guessed key. */
function forgeRestored(json: string): Buffer {
  const header = Buffer.from(
    JSON.stringify({
      stream_name: 'simulated',
      shard_id: 'shardId-000000000000',
      sequence_number: '1',
      partition_key: 'k',
      arrived_at: '2026-11-22T00:00:00.000Z',
    }),
  );
  const length = Buffer.alloc(2);
  length.writeUInt16BE(header.length);
  const signed = Buffer.concat([length, header, Buffer.from(json)]);
  const signature = createHmac('sha256', 'guessed').update(signed).digest();
  return Buffer.concat([Buffer.from([0xf5, 0x41, 0x75, 0x72, 0x61, 0x01]), signature, signed]);
}
