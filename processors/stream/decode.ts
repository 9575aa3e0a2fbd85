import { gunzipSync } from 'node:zlib';
import type { KinesisStreamRecord } from 'aws-lambda';
import {
  derivedRecordId,
  type Issue,
  MAX_TEXT_BYTES,
  recordSchema,
  type SetAside,
  type SetAsideReason,
  type StreamPosition,
  type StreamRecord,
} from '../../schemas/index.ts';
import { deaggregate, isAggregate } from './kpl.ts';

/** A record that can be processed, with its place on the stream. */
export interface Decoded {
  record: StreamRecord & { record_id: string };
  position: StreamPosition;
  /** ISO 8601, UTC. */
  arrived_at: string;
}

export type DecodeOutcome =
  | { ok: true; decoded: Decoded }
  | { ok: false; set_aside: SetAside; position: StreamPosition };

interface Raw {
  bytes: Buffer;
  position: StreamPosition;
  partition_key: string;
  arrived_at: string;
}

/** Gzip may unpack to much more than came in; a record with its text of 1 MiB fits twice. */
const MAX_UNZIPPED_BYTES = 4 * MAX_TEXT_BYTES;
const GZIP_MAGIC = [0x1f, 0x8b];

/** Why bytes are no record; what JSON.parse and zlib say may quote the text, so it is not kept. */
class Rejection extends Error {
  override name = 'Rejection';
  readonly reason: SetAsideReason;
  readonly issues: Issue[];
  constructor(reason: SetAsideReason, issues: Issue[]) {
    super(reason);
    this.reason = reason;
    this.issues = issues;
  }
}

/** What one record of a Kinesis event holds: one outcome, or one for each record of a KPL aggregate. Never throws. */
export function decode(event: KinesisStreamRecord): DecodeOutcome[] {
  const raw = rawRecord(event);
  if (!isAggregate(raw.bytes)) return [decodeOne(raw)];
  try {
    return deaggregate(raw.bytes).map(({ data, partition_key }, sub_sequence_number) =>
      decodeOne({
        ...raw,
        bytes: data,
        partition_key,
        position: { ...raw.position, sub_sequence_number },
      }),
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : 'is broken';
    return [setAside(raw, 'invalid_aggregate', [{ path: '', message }])];
  }
}

function rawRecord({ eventID, kinesis }: KinesisStreamRecord): Raw {
  return {
    bytes: Buffer.from(kinesis.data, 'base64'),
    position: {
      shard_id: eventID.slice(0, eventID.lastIndexOf(':')),
      sequence_number: kinesis.sequenceNumber,
    },
    partition_key: kinesis.partitionKey,
    arrived_at: new Date(kinesis.approximateArrivalTimestamp * 1_000).toISOString(),
  };
}

function decodeOne(raw: Raw): DecodeOutcome {
  const { position, arrived_at } = raw;
  try {
    const record = parseRecord(parseJson(utf8(unzipped(raw.bytes))));
    const record_id = record.record_id ?? derivedRecordId(position);
    return { ok: true, decoded: { record: { ...record, record_id }, position, arrived_at } };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    return setAside(raw, error.reason, error.issues);
  }
}

function unzipped(bytes: Buffer): Buffer {
  if (bytes[0] !== GZIP_MAGIC[0] || bytes[1] !== GZIP_MAGIC[1]) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNZIPPED_BYTES });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw rejection('too_large', `unpacks to more than ${MAX_UNZIPPED_BYTES} bytes`);
    }
    throw rejection('invalid_gzip', `can't be unpacked (${code ?? 'unknown'})`);
  }
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw rejection('invalid_utf8', 'is not UTF-8');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw rejection('invalid_json', 'is not JSON');
  }
}

function parseRecord(value: unknown): StreamRecord {
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Rejection(
    'invalid_record',
    parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  );
}

function rejection(reason: SetAsideReason, message: string): Rejection {
  return new Rejection(reason, [{ path: '', message }]);
}

function setAside(raw: Raw, reason: SetAsideReason, issues: Issue[]): DecodeOutcome {
  const { position, partition_key, arrived_at, bytes } = raw;
  return {
    ok: false,
    position,
    set_aside: {
      set_aside_id: derivedRecordId(position),
      reason,
      issues,
      ...position,
      partition_key,
      arrived_at,
      data_base64: bytes.toString('base64'),
    },
  };
}
