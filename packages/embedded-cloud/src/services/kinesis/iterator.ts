import { parseObject } from '../../gateway/json-protocol.ts';
import { emulatedError } from '../../gateway/level-emulator.ts';
import type { Position } from '../stream-log/types.ts';
import { invalidArgument } from './errors.ts';

/** A position in a shard. A shard iterator contains the position in base64. */
export interface ShardPosition {
  /** Time at which the iterator was created, in epoch milliseconds. */
  issued_at: number;
  stream: string;
  shard_id: string;
  position: Position;
}

/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
const LIFE_MS = 300_000;

export function encodeIterator({ issued_at, stream, shard_id, position }: ShardPosition): string {
  const { sequence_number, is_after } = position;
  const parts = [issued_at, stream, shard_id, sequence_number, is_after];
  return Buffer.from(JSON.stringify({ parts })).toString('base64');
}

/** Decodes an iterator. @returns undefined if this emulator did not create the iterator */
export function decodeIterator(iterator: unknown): ShardPosition | undefined {
  if (typeof iterator !== 'string') return undefined;
  const { parts } = parseObject(Buffer.from(iterator, 'base64').toString()) ?? {};
  if (!Array.isArray(parts) || parts.length !== 5) return undefined;
  const [issued_at, stream, shard_id, sequence_number, is_after] = parts;
  return { issued_at, stream, shard_id, position: { sequence_number, is_after } };
}

/**
 * Reads the iterator of GetRecords.
 * @throws {EmulatedError} InvalidArgumentException or ExpiredIteratorException
 */
export function readIterator(iterator: unknown, now_ms: number): ShardPosition {
  const found = decodeIterator(iterator);
  if (found === undefined) throw invalidArgument('Invalid ShardIterator.');
  if (now_ms - found.issued_at <= LIFE_MS) return found;
  throw emulatedError(
    'ExpiredIteratorException',
    `Iterator expired. The iterator was created at time ${new Date(found.issued_at).toUTCString()} while right ` +
      `now it is ${new Date(now_ms).toUTCString()} which is further in the future than the tolerated delay of ` +
      `${LIFE_MS} milliseconds.`,
  );
}
