import { createHash } from 'node:crypto';
import type { RecordInput } from '../../schemas/index.ts';
import { createGenerator, type Generated } from '../support/generated.ts';
import { kplAggregate } from '../support/kpl.ts';
import type { Random } from '../support/random.ts';
import type { RecordSpec, Spec } from './checker/books.ts';

/** An entry to publish, with the expected ends of its records. */
export type StormEntry = { specs: Spec[] } & (
  | { record: RecordInput & { record_id: string } }
  | { bytes: Buffer; partition_key: string; is_aggregate: boolean }
);

/** The facts that operators need later in order to repair poison. */
export interface Repairs {
  /** The record to put back for invalid bytes. The keys are the bytes in base64. */
  records: Map<string, object>;
  /** The long texts whose records come before their texts. */
  late_texts: string[];
}

const REPAIRABLE = ['invalid_json', 'invalid_record'];

/**
 * Extends the shared generator by records without ids, records whose text is missing, and repairs
 * of poison.
 */
export function createStormGenerator(
  random: Random,
  name: string,
  repairs: Repairs,
): () => StormEntry[] {
  const generate = createGenerator({ random, name, repeats: random.pick([0, 0.6, 0.95]) });
  let made = 0;
  return () => {
    made += 1;
    const id = `${name}-own${made}`;
    if (random.chance(0.04)) return [generateNameless(name, id)];
    if (random.chance(0.02)) return [generateNamelessAggregate(name, id, 1 + random.int(5))];
    return generate().map((generated) => convert(generated, random, { id, name, repairs }));
  };
}

function convert(
  generated: Generated,
  random: Random,
  { id, name, repairs }: { id: string; name: string; repairs: Repairs },
): StormEntry {
  if ('record' in generated) return generated;
  const [first] = generated.specs;
  const { bytes, partition_key } = generated;
  if (first?.kind !== 'poison') {
    return { ...generated, is_aggregate: true };
  }
  if (!REPAIRABLE.includes(first.reason) || random.chance(0.4)) {
    return { ...generated, is_aggregate: false };
  }
  const repaired = describeRecord(name, writeText(id), random.chance(0.5) ? id : undefined);
  repairs.records.set(bytes.toString('base64'), recordOf(repaired));
  return { bytes, partition_key, is_aggregate: false, specs: [{ ...first, repaired }] };
}

function writeText(mark: string): string {
  return `I love how quiet the storm became in the end #${mark}#. `;
}

function describeRecord(source: string, text: string, record_id?: string): RecordSpec {
  const base = { kind: 'record', tenant: 'default', source } as const;
  const id = record_id === undefined ? {} : { record_id };
  return { ...base, ...id, text, language: 'en', status: 'analyzed' };
}

function recordOf({ record_id, source, text, language }: RecordSpec): object {
  return { ...(record_id === undefined ? {} : { record_id }), source, text, language };
}

function generateNameless(name: string, id: string): StormEntry {
  const spec = describeRecord(name, writeText(id));
  const bytes = Buffer.from(JSON.stringify(recordOf(spec)));
  return { bytes, partition_key: id, is_aggregate: false, specs: [spec] };
}

function generateNamelessAggregate(name: string, id: string, size: number): StormEntry {
  const specs = Array.from({ length: size }, (_, i) =>
    describeRecord(name, writeText(`${id}.${i}`)),
  );
  const bytes = kplAggregate(
    specs.map((spec) => ({
      partition_key: id,
      data: Buffer.from(JSON.stringify(recordOf(spec))),
    })),
  );
  return { bytes, partition_key: id, is_aggregate: true, specs };
}

/** Creates a record whose text waits on S3, but the text is put there only later. */
export function generateLateText(name: string, repairs: Repairs): StormEntry {
  const record_id = `${name}-late`;
  const repaired = describeRecord(name, writeText(record_id).repeat(200), record_id);
  const text_claim = createHash('sha256').update(repaired.text).digest('hex');
  repairs.late_texts.push(repaired.text);
  const record = { record_id, source: name, language: 'en', text_claim };
  return {
    bytes: Buffer.from(JSON.stringify(record)),
    partition_key: record_id,
    is_aggregate: false,
    specs: [{ kind: 'poison', reason: 'text_missing', repaired }],
  };
}

/** Creates `size` records with the same text. */
export function generateBurst(name: string, size: number): StormEntry[] {
  const text = `A text that many users repeat, and all of them love it #burst${name}#. `;
  return Array.from({ length: size }, (_, i) => generateRecord(name, `${name}-burst.${i}`, text));
}

const MAX_TEXT_BYTES = 1_048_576;

/**
 * Creates a record with a text of 1 MiB. The record fits on the stream only because the publisher
 * compresses the record with gzip.
 */
export function generateLongRecord(name: string): StormEntry {
  const sentence = `It was a long day and I loved all of it #long${name}#. `;
  const text = sentence.repeat(Math.floor(MAX_TEXT_BYTES / sentence.length));
  return generateRecord(name, `${name}-long`, text);
}

/**
 * The ASCII characters without letters, digits and `@`. Random letters and digits look like names,
 * users and numbers here and there, and the product stores placeholders in their place.
 */
const NOISE = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => !/[a-z0-9@]/i.test(character),
);

/**
 * Creates a record with a text of 1 MiB that gzip cannot compress enough for the stream. About half
 * of the characters are control characters, which take six bytes each in JSON.
 */
export function generateClaim(random: Random, name: string): StormEntry {
  const start = `I loved this very long text with noise #claim${name}#. `;
  const noise = Array.from({ length: MAX_TEXT_BYTES - start.length }, () => random.pick(NOISE));
  return generateRecord(name, `${name}-claim`, start + noise.join(''));
}

function generateRecord(source: string, record_id: string, text: string): StormEntry {
  const record = { tenant: 'default', record_id, source, text, language: 'en' };
  return { record, specs: [describeRecord(source, text, record_id)] };
}
