import type { JsonObject } from '../../gateway/json-protocol.ts';
import { type KinesisStore, type StoredRecord, sequences } from './store.ts';

/**
 * GetShardIterator's input with AT_TIMESTAMP replaced by where that is. kinesalite's own never answers where no
 * record is that young.
 */
export async function startAtTime(
  store: KinesisStore,
  input: JsonObject,
  now_ms: number,
): Promise<JsonObject> {
  const { ShardIteratorType, Timestamp, StreamName, ShardId } = input;
  const index = Number(/(\d+)$/.exec(String(ShardId))?.[1] ?? Number.NaN);
  if (ShardIteratorType !== 'AT_TIMESTAMP' || typeof Timestamp !== 'number') return input;
  if (typeof StreamName !== 'string' || Number.isNaN(index)) return input;
  // A time to come is an error, which kinesalite does know.
  if (Timestamp * 1000 > now_ms) return input;
  let last: string | undefined;
  const range = { gte: sequences.shardIxToHex(index), lt: sequences.shardIxToHex(index + 1) };
  for await (const entry of store.getStreamDb(StreamName).createReadStream(range)) {
    const { key, value } = entry as { key: string; value: StoredRecord };
    const StartingSequenceNumber = key.slice(key.indexOf('/') + 1);
    if (value.ApproximateArrivalTimestamp >= Timestamp) {
      return {
        StreamName,
        ShardId,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber,
      };
    }
    last = StartingSequenceNumber;
  }
  // Not LATEST: that lies behind the numbers of records that are being written just now.
  if (last === undefined) return { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
  return {
    StreamName,
    ShardId,
    ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
    StartingSequenceNumber: last,
  };
}
