import type { KinesisStreamRecord } from 'aws-lambda';
import type { StreamEntry } from '../../ingest/index.ts';
import { decode, type StreamItem, setAsideOf } from '../../processors/stream/decode/decode.ts';
import type { SetAside } from '../../schemas/index.ts';
import { kinesisRecord } from './kinesis-event.ts';

/** The key that signs what operators put back, in tests. */
export const RESTORE_KEY = 'the key of operators';

export const restoreKey = async () => RESTORE_KEY;

/** Returns the set-asides that the consumer writes for the records. */
export function setAsidesIn(records: KinesisStreamRecord[]): SetAside[] {
  return decode(records, RESTORE_KEY).rejected.map(({ item, why }) => setAsideOf(item, why));
}

/** Returns the records that the consumer decodes from entries that operators put back. */
export function decodeRestored(entries: StreamEntry[]): StreamItem[] {
  const delivered = entries.map(({ data }, index) => kinesisRecord(data, 100 + index));
  return decode(delivered, RESTORE_KEY).items;
}
