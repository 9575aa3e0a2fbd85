import { ENVELOPES, type EnvelopeName, nestPosition } from '../../../schemas/index.ts';
import { isAggregate, readAggregate } from './aggregate.ts';
import { decompress, mostDecodedBytes } from './compression.ts';
import { type Entry, findForgery } from './entry.ts';
import { findEnvelope } from './envelopes.ts';
import { parseValue } from './parse.ts';
import { type Piece, splitValues } from './split-values.ts';
import { Unreadable, unreadable } from './unreadable.ts';

/**
 * Maximum size of all records of one Kinesis record after decompression, in bytes. A Kinesis record
 * of 1 MiB can expand to 1 GiB, and its decoding would then take a large part of the time of the
 * batch. The records of an aggregate that come after the maximum are set aside one by one, so each
 * of them can be replayed. A valid record has at most 7 MiB, so only several records reach the
 * maximum.
 */
const MAX_DECODED_BYTES = 64 * 1_048_576;
/**
 * Maximum number of records of one Kinesis record. The largest KPL aggregate has 40,000 valid
 * records, and a longer list would take longer than the time of a batch.
 */
const MAX_RECORDS = 50_000;
/** Maximum number of containers around a record: aggregates, lists and envelopes. */
const MAX_DEPTH = 8;

/** A single record of a Kinesis record, or bytes that are none. */
export type Expanded = { decoded_bytes: number; entry: Entry } & (
  | { value: unknown }
  | { why: Unreadable }
);

export type Unwrap = ReadonlySet<EnvelopeName>;

/** The sizes that the containers of one Kinesis record have used so far. */
interface Used {
  bytes: number;
  records: number;
}

/**
 * Yields the records that an entry consists of. An entry can be a record, a KPL aggregate, several
 * JSON values, or the message of another service, each of them compressed or not and within each
 * other. A record within a container has the position of the container with one more number, so it
 * keeps its identity if only the record is put back on the stream.
 */
export function expandEntry(whole: Entry, unwrap: Unwrap): Generator<Expanded> {
  return expand(whole, 0, unwrap, { bytes: 0, records: 0 });
}

function* expand(
  entry: Entry,
  depth: number,
  unwrap: Unwrap,
  used: Used,
  is_counted = false,
): Generator<Expanded> {
  if (used.bytes >= MAX_DECODED_BYTES || used.records >= MAX_RECORDS) {
    yield { entry, why: afterMaximum(used), decoded_bytes: 0 };
    return;
  }
  const plain = findForgery(entry) ?? attempt(() => decompress(entry.bytes));
  const decoded_bytes = plain instanceof Unreadable ? mostDecodedBytes(entry.bytes) : plain.length;
  // The bytes of a value in a list have been counted with the list.
  if (!is_counted || plain !== entry.bytes) used.bytes += decoded_bytes;
  if (plain instanceof Unreadable) {
    yield reject(entry, plain, used, decoded_bytes);
    return;
  }
  yield* expandPlain({ entry, plain, depth }, unwrap, used);
}

/** Bytes without compression. `entry` is what is put back or set aside for them. */
interface Plain {
  entry: Entry;
  plain: Uint8Array;
  depth: number;
}

function* expandPlain(source: Plain, unwrap: Unwrap, used: Used): Generator<Expanded> {
  const { entry, plain, depth } = source;
  if (depth > MAX_DEPTH) {
    const why = unreadable('too_large', `is nested in more than ${MAX_DEPTH} containers`);
    yield reject(entry, why, used, plain.length);
    return;
  }
  if (isAggregate(plain)) {
    yield* expandAggregate(source, unwrap, used);
    return;
  }
  const read = readValue(plain);
  if ('pieces' in read) {
    yield* expandPieces(entry, read.pieces, depth, unwrap, used);
  } else if (read.value instanceof Unreadable) {
    yield reject(entry, read.value, used, plain.length);
  } else {
    yield* expandValue(source, read.value, unwrap, used);
  }
}

function* expandAggregate(source: Plain, unwrap: Unwrap, used: Used): Generator<Expanded> {
  const { entry, plain, depth } = source;
  const records = attempt(() => readAggregate(plain));
  if (records instanceof Unreadable) {
    yield reject(entry, records, used, plain.length);
    return;
  }
  let number = 0;
  for (const { partition_key, data } of records) {
    const sub = { ...entry, position: nestPosition(entry.position, number), partition_key };
    yield* expand({ ...sub, bytes: data }, depth + 1, unwrap, used);
    number += 1;
  }
}

/** Reads one value, or several. Most records are one value, so this is tried first. */
function readValue(plain: Uint8Array): { value: unknown } | { pieces: Iterable<Piece> } {
  const value = attempt(() => parseValue(plain));
  if (!(value instanceof Unreadable || Array.isArray(value))) return { value };
  const pieces = splitValues(plain);
  return pieces === undefined ? { value } : { pieces };
}

function* expandPieces(
  entry: Entry,
  pieces: Iterable<Piece>,
  depth: number,
  unwrap: Unwrap,
  used: Used,
): Generator<Expanded> {
  let number = 0;
  for (const { bytes, rest } of pieces) {
    const position = nestPosition(entry.position, number);
    if (used.records >= MAX_RECORDS) {
      yield {
        entry: { ...entry, position, bytes: rest() },
        why: afterMaximum(used),
        decoded_bytes: 0,
      };
      return;
    }
    yield* expand({ ...entry, position, bytes }, depth + 1, unwrap, used, true);
    number += 1;
  }
}

function* expandValue(
  source: Plain,
  value: unknown,
  unwrap: Unwrap,
  used: Used,
): Generator<Expanded> {
  const { entry, plain, depth } = source;
  const envelope = findEnvelope(value);
  if (envelope === undefined) {
    used.records += 1;
    yield { entry, value, decoded_bytes: plain.length };
    return;
  }
  const content = unwrap.has(envelope.name) ? envelope.open() : undefined;
  if (content === 'nothing') return;
  if (content === undefined) {
    yield reject(entry, explainEnvelope(envelope.name, unwrap), used, plain.length);
  } else if ('one' in content) {
    yield* expand({ ...entry, bytes: content.one }, depth + 1, unwrap, used);
  } else {
    for (const [number, bytes] of content.list.entries()) {
      const position = nestPosition(entry.position, number);
      yield* expand({ ...entry, position, bytes }, depth + 1, unwrap, used);
    }
  }
}

function explainEnvelope(name: EnvelopeName, unwrap: Unwrap): Unreadable {
  const advice = unwrap.has(name)
    ? 'without a record in it'
    : `and not a record: add \`${name}\` to the setting consumer.unwrap`;
  return unreadable('envelope', `is ${ENVELOPES[name]} ${advice}`);
}

function reject(entry: Entry, why: Unreadable, used: Used, decoded_bytes: number): Expanded {
  used.records += 1;
  return { entry, why, decoded_bytes };
}

function afterMaximum({ bytes }: Used): Unreadable {
  const most =
    bytes >= MAX_DECODED_BYTES
      ? `${MAX_DECODED_BYTES} decompressed bytes`
      : `${MAX_RECORDS} records`;
  return unreadable('too_large', `comes after ${most} of its Kinesis record`);
}

function attempt<Value>(read: () => Value): Value | Unreadable {
  try {
    return read();
  } catch (why) {
    if (why instanceof Unreadable) return why;
    throw why;
  }
}
