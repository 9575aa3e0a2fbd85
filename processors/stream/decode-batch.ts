import type { KinesisStreamRecord } from 'aws-lambda';
import { isRestored, MAX_TEXT_BYTES, ServiceError } from '../../schemas/index.ts';
import { callBefore } from '../deadline.ts';
import type { BatchContext } from './batch.ts';
import { isClaim } from './claims.ts';
import { type Decoded, type DecodedRecord, decodeRecord } from './decode/decode.ts';
import type { Unwrap } from './decode/expand.ts';

/**
 * Returns the key that signs what operators put back on the stream.
 *
 * @throws {ServiceError} if the key cannot be read.
 */
export type RestoreKey = () => Promise<string>;

/**
 * A portion is full when its records have this number of bytes after decompression. The consumer
 * holds one portion at a time, so the limit bounds the memory for every batch. A text of n bytes
 * takes several times n bytes of memory while it is analysed.
 */
export const PORTION_BYTES = 32 * 1_048_576;
/** Memory that a record takes beside its text, in bytes. The value is an estimate. */
const RECORD_BYTES = 4_096;

export interface DecodeBatchDeps {
  restoreKey: RestoreKey;
  /** The messages of other services whose records are decoded. Default: none. */
  unwrap?: Unwrap;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Decodes a batch in portions, and counts its records. A record is decoded only after the caller
 * has processed the portion before. Kinesis records that are not decoded before the deadline of the
 * analysis fail. The key is read only if the batch has restored records. If the key cannot be read,
 * only the restored records fail.
 */
export async function* decodeBatch(
  records: KinesisStreamRecord[],
  deps: DecodeBatchDeps,
  context: BatchContext,
): AsyncGenerator<Decoded> {
  const { readable, key } = await readKey(records, deps.restoreKey, context);
  let portion: Decoded = { items: [], rejected: [] };
  let bytes = 0;
  for (const decoded of decodeInTime(readable, key, deps, context)) {
    context.tally.records += 1;
    if ('item' in decoded) {
      portion.items.push(decoded.item);
      context.tally.addMisfits(decoded.misfits);
    } else portion.rejected.push(decoded.rejected);
    bytes += bytesInMemory(decoded);
    if (bytes < PORTION_BYTES) continue;
    yield portion;
    portion = { items: [], rejected: [] };
    bytes = 0;
  }
  if (portion.items.length + portion.rejected.length > 0) yield portion;
}

async function readKey(
  records: KinesisStreamRecord[],
  restoreKey: RestoreKey,
  { analysis, tally }: BatchContext,
): Promise<{ readable: KinesisStreamRecord[]; key?: string }> {
  const restored = records.filter(({ kinesis }) => isRestored(kinesis.data));
  if (restored.length === 0) return { readable: records };
  try {
    const key = await callBefore(analysis, 'secretsmanager', () => restoreKey());
    return { readable: records, key };
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    const { code } = cause;
    for (const record of restored) fail(record, { stage: 'restore_key', code }, tally);
    return { readable: records.filter((record) => !restored.includes(record)) };
  }
}

/**
 * Decodes until the deadline, and at least one record. The function compares the time itself,
 * because the signal of the deadline cannot abort while this synchronous work runs.
 */
function* decodeInTime(
  records: KinesisStreamRecord[],
  key: string | undefined,
  { unwrap, now }: DecodeBatchDeps,
  { analysis, tally }: BatchContext,
): Generator<DecodedRecord> {
  let is_first = true;
  const isLate = () => !is_first && now() >= analysis.at;
  for (const record of records) {
    if (isLate()) {
      fail(record, { stage: 'decode', code: 'OutOfTime' }, tally);
      continue;
    }
    for (const decoded of decodeRecord(record, key, unwrap)) {
      if (isLate()) {
        // The rest of several records counts as one record, because it is not read any more.
        fail(record, { stage: 'decode', code: 'OutOfTime' }, tally);
        break;
      }
      is_first = false;
      yield decoded;
    }
  }
}

function fail(
  { kinesis }: KinesisStreamRecord,
  failure: { stage: 'decode' | 'restore_key'; code: string },
  tally: BatchContext['tally'],
): void {
  tally.records += 1;
  tally.addFailed([{ ...failure, delivered_as: kinesis.sequenceNumber }]);
}

/** Estimates the memory of a record. The text of a claim is fetched later and has up to 1 MiB. */
function bytesInMemory(decoded: DecodedRecord): number {
  if ('rejected' in decoded) return RECORD_BYTES + decoded.rejected.item.bytes.length;
  const claimed = isClaim(decoded.item) ? MAX_TEXT_BYTES : 0;
  return RECORD_BYTES + decoded.decoded_bytes + claimed;
}
