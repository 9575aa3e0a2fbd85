import { LRUCache } from 'lru-cache';
import { deriveRecordId, type RecordOutcome, recordKey } from '../../schemas/index.ts';
import type { StreamItem } from './decode/decode.ts';
import type { Version } from './versions.ts';

/**
 * Maximum number of records in the memory. Lambda delivers a batch of at most 2,000 Kinesis records
 * again until the batch succeeds, so this number covers several shards of one process.
 */
const MAX_RECORDS = 20_000;

/**
 * The records of this process whose row and lake line are both written. While a service is down,
 * Lambda delivers the same batch again and again. A known record then needs no verdict, no row and
 * no line.
 */
export interface Delivered {
  /** Adds all copies of a version. */
  add(version: Version, outcome: RecordOutcome): void;
  /** Returns the outcome of a record, or undefined if the record is not known to be delivered. */
  outcomeOf(item: StreamItem): RecordOutcome | undefined;
}

export function createDelivered(max_records: number = MAX_RECORDS): Delivered {
  const outcomes = new LRUCache<string, RecordOutcome>({
    // As in the cache of verdicts, `max` would allocate all entries immediately.
    maxSize: max_records,
    sizeCalculation: () => 1,
  });
  return {
    add({ places }, outcome) {
      for (const place of places) outcomes.set(keyOf(place), outcome);
    },
    outcomeOf: (item) => outcomes.get(keyOf(item)),
  };
}

/**
 * Returns the key of one delivery of a version. The position alone is not enough, because an
 * operator can put repaired bytes back at the same position.
 */
function keyOf({ delivered_as, position, record }: StreamItem): string {
  const { record_version = '', analysis_run = 0 } = record;
  const place = `${delivered_as}/${deriveRecordId(position)}`;
  return `${place}/${recordKey(record)}/${record_version}/${analysis_run}`;
}
