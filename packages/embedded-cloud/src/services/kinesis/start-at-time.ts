import type { JsonObject } from '../../gateway/json-protocol.ts';
import { type KinesisStore, type StoredRecord, sequences } from './store.ts';

/**
 * Replaces the timestamp in the input of GetShardIterator. The new input starts at a sequence
 * number, or at TRIM_HORIZON if the shard has no records. The replacement is necessary, because
 * kinesalite never replies if all records are older than the timestamp.
 */
export async function resolveTimestamp(
  store: KinesisStore,
  input: JsonObject,
  now_ms: number,
): Promise<JsonObject> {
  const { ShardIteratorType, Timestamp, StreamName, ShardId } = input;
  const index = Number(/(\d+)$/.exec(String(ShardId))?.[1] ?? Number.NaN);
  if (ShardIteratorType !== 'AT_TIMESTAMP' || typeof Timestamp !== 'number') return input;
  if (typeof StreamName !== 'string' || Number.isNaN(index)) return input;
  // An input with a future timestamp is not changed, because kinesalite refuses such a timestamp.
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
  // TRIM_HORIZON is used instead of LATEST, because LATEST would skip the records that are being
  // written now.
  if (last === undefined) return { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
  return {
    StreamName,
    ShardId,
    ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
    StartingSequenceNumber: last,
  };
}
