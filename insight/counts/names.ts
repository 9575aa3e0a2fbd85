import { type Family, factsOf, INTERVALS, readStart, writeStart } from './buckets.ts';
import type { RowName } from './ports.ts';

/**
 * Time between the end of a bucket and the expiry of its rows, in milliseconds. The stream keeps
 * changes for a day, and a change counts by its own time. A row must not expire before that.
 */
const GRACE_MS = 2 * 86_400_000;

export interface BucketPlace {
  family: Family;
  tenant: string;
  /** Start of the bucket, in epoch milliseconds. */
  start_ms: number;
}

/**
 * Names a row of the counts table: what one shard of the stream has changed of a source in a bucket.
 * A row has one shard, so that its changes have one order.
 *
 * @example
 * nameRow({ family: { time: 'created_at', interval: 'hour' }, tenant: 'acme', start_ms }, 'reviews', 'shardId-1');
 * // { partition: 'acme#created_at#hour#2026-11', bucket: '2026-11-27T06#reviews#shardId-1' }
 */
export function nameRow(place: BucketPlace, source: string, shard_id: string): RowName {
  const { family, start_ms } = place;
  const { kept_ms } = factsOf(family.interval);
  return {
    partition: namePartition(place),
    bucket: `${writeStart(start_ms, family.interval)}#${source}#${shard_id}`,
    expires_at:
      kept_ms === undefined ? undefined : Math.ceil((start_ms + kept_ms + GRACE_MS) / 1_000),
  };
}

/** Names the partition in which a bucket is: a day of minutes, a month of hours, or a year of days. */
export function namePartition({ family, tenant, start_ms }: BucketPlace): string {
  const period = new Date(start_ms)
    .toISOString()
    .slice(0, INTERVALS[family.interval].partition_length);
  return `${tenant}#${family.time}#${family.interval}#${period}`;
}

/** Takes the place of the shard in the rows of a rebuild. The names of shards begin with `shardId-`. */
const CORRECTION = 'recount-';

/** Names the row with which a rebuild corrects a bucket. */
export function nameCorrection(place: BucketPlace, source: string, generation: string): RowName {
  return nameRow(place, source, `${CORRECTION}${generation}`);
}

/** Reads the name of a row within its partition. Only the row of a rebuild has a generation. */
export function readBucket(bucket: string): {
  start_ms: number;
  source: string;
  generation?: string | undefined;
} {
  const [start = '', source = '', writer = ''] = bucket.split('#');
  const generation = writer.startsWith(CORRECTION) ? writer.slice(CORRECTION.length) : undefined;
  return { start_ms: readStart(start), source, generation };
}
