import { parseObject } from '../../../gateway/json-protocol.ts';
import { emulatedError } from '../../../gateway/level-emulator.ts';
import type { Position } from '../../stream-log/types.ts';
import { buildStreamArn, readStreamArn } from './table-stream.ts';

/** A position in a shard of a stream. */
export interface StreamIterator {
  stream_id: string;
  shard_id: string;
  position: Position;
  /** Time at which the iterator was created, in epoch milliseconds. */
  issued_at: number;
  /** The same in all iterators that continue an iterator of GetShardIterator. */
  reader: string;
  /** Whether GetRecords created the iterator. */
  does_continue: boolean;
}

/** Lifetime of an iterator. */
const LIFE_MS = 15 * 60_000;

/** Encodes an iterator. As on AWS, the iterator starts with the ARN of the stream. */
export function encodeIterator({ stream_id, ...rest }: StreamIterator): string {
  const secret = Buffer.from(JSON.stringify(rest)).toString('base64url');
  return `${buildStreamArn(stream_id)}|1|${secret}`;
}

/** Decodes an iterator. @returns undefined if this emulator did not create the iterator */
export function decodeIterator(iterator: unknown): StreamIterator | undefined {
  if (typeof iterator !== 'string') return undefined;
  const [arn, version, secret = ''] = iterator.split('|');
  const stream_id = readStreamArn(arn);
  const rest = parseObject(Buffer.from(secret, 'base64url').toString());
  if (stream_id === undefined || version !== '1' || rest === undefined) return undefined;
  return { ...(rest as unknown as Omit<StreamIterator, 'stream_id'>), stream_id };
}

/**
 * Reads the iterator of GetRecords.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 *
 * @throws {EmulatedError} ValidationException or ExpiredIteratorException
 */
export function readIterator(iterator: unknown, now: number): StreamIterator {
  const found = decodeIterator(iterator);
  if (found === undefined) {
    throw emulatedError('ValidationException', 'Invalid ShardIterator');
  }
  if (now - found.issued_at > LIFE_MS) {
    throw emulatedError(
      'ExpiredIteratorException',
      `The iterator was created at ${new Date(found.issued_at).toISOString()} and expired after 15 minutes.`,
    );
  }
  return found;
}
