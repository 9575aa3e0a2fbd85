import { brotliCompressSync, constants } from 'node:zlib';
import type { KinesisStreamRecord } from 'aws-lambda';
import { MAX_ENTRY_BYTES } from '../ingest/encode.ts';
import type { Publisher, PublishOutcome } from '../ingest/index.ts';
import { decompress } from '../processors/stream/decode/compression.ts';
import {
  type Decoded,
  decode,
  type StreamItem,
  setAsideOf,
} from '../processors/stream/decode/decode.ts';
import type { Entry } from '../processors/stream/decode/entry.ts';

import {
  deriveRecordId,
  type FailedRecord,
  isRestored,
  packRestored,
  type Restored,
  type SetAside,
} from '../schemas/index.ts';

/**
 * The content of one position on the stream. The content is either a record with its original id,
 * or bytes that are not a valid record.
 */
export type Restorable =
  | ({ kind: 'record' } & StreamItem)
  | ({ kind: 'bytes'; set_aside: SetAside } & Entry);

/**
 * Returns the key that signs what operators put back.
 *
 * @throws {ServiceError} if the key cannot be read.
 */
export type RestoreKey = () => Promise<string>;

/**
 * Decodes stream records as the consumer does. Returns the bytes of each record with its original
 * position, and also the decoded record if the bytes are valid.
 */
export async function readRestorables(
  failed: FailedRecord[],
  restoreKey: RestoreKey,
): Promise<Restorable[]> {
  const needs_key = failed.some(({ kinesis }) => isRestored(kinesis.data));
  const key = needs_key ? await restoreKey() : undefined;
  return toRestorables(decode(failed as unknown as KinesisStreamRecord[], key));
}

export function toRestorables({ items, rejected }: Decoded): Restorable[] {
  return [
    ...items.map((item) => ({ kind: 'record' as const, ...item })),
    ...rejected.map(({ item, why }) => ({
      kind: 'bytes' as const,
      ...item,
      set_aside: setAsideOf(item, why),
    })),
  ];
}

export interface RestoreOutcome {
  accepted: number;
  failed: number;
  /** The error codes of the failed records, without duplicates. */
  codes: string[];
}

/**
 * Puts records and bytes on the stream again as they were received. Each is packed with its
 * original position, partition key and time of arrival, so the record has the same identity as
 * before and counts once, and bytes that are not a record have the same set-aside as before.
 *
 * @throws {ServiceError} if the key cannot be read.
 */
export async function restore(
  publisher: Publisher,
  contents: Restorable[],
  restoreKey: RestoreKey,
): Promise<RestoreOutcome> {
  if (contents.length === 0) return { accepted: 0, failed: 0, codes: [] };
  const key = await restoreKey();
  const publishing = contents.map((one) => {
    const partition_key = chooseKey(one);
    return publisher.publishBytes(packToFit(one, partition_key, key), partition_key);
  });
  await publisher.flush();
  const outcomes = await Promise.all(publishing);
  const failed = outcomes.filter(({ status }) => status !== 'accepted');
  return {
    accepted: outcomes.length - failed.length,
    failed: failed.length,
    codes: [...new Set(failed.map(codeOf))],
  };
}

/**
 * Returns the original partition key if Kinesis accepts the key, and otherwise the id that is
 * derived from the position. A KPL aggregate can contain partition keys that Kinesis does not
 * accept, and one such key would make the whole request fail.
 */
function chooseKey({ partition_key, position }: Restorable): string {
  const is_accepted = partition_key !== '' && partition_key.length <= 256;
  return is_accepted ? partition_key : deriveRecordId(position);
}

/**
 * Packs the bytes of a record. If the result does not fit in one stream record, compresses the bytes
 * with Brotli. Brotli makes a record smaller than gzip does, so the header fits as well.
 */
function packToFit(one: Restorable, partition_key: string, key: string): Buffer {
  const { bytes, position, arrived_at } = one;
  const restored: Restored = { bytes, position, partition_key: one.partition_key, arrived_at };
  const packed = packRestored(restored, key);
  if (packed.length + Buffer.byteLength(partition_key) <= MAX_ENTRY_BYTES) return packed;
  return packRestored({ ...restored, bytes: compress(one), encoding: 'br' }, key);
}

function compress({ kind, bytes }: Restorable): Buffer {
  // The consumer reads a record with and without compression. Bytes that are not a record are kept as they
  // came.
  const content = kind === 'record' ? decompress(bytes) : bytes;
  // Stryker disable next-line ObjectLiteral: the quality decides on time and size, not on content
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
}

function codeOf(outcome: PublishOutcome): string {
  if (outcome.status === 'failed') return outcome.code;
  return outcome.status === 'refused' ? outcome.reason : outcome.status;
}
