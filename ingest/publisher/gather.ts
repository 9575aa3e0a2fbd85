import { partitionKey } from '../../schemas/index.ts';

/**
 * Chooses the partition key of a record.
 *
 * @param bytes size of the record as JSON, in bytes.
 *
 * @example
 * import type { ChoosePartitionKey } from 'aurastream/ingest';
 *
 * const chooseSource: ChoosePartitionKey = ({ tenant, source }) => `${tenant}/${source}`;
 */
export type ChoosePartitionKey = (
  record: { tenant: string; source: string; record_id: string },
  bytes: number,
) => string;

/**
 * Records and bytes that a shard accepts in a second.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const SHARD_RECORDS = 1_000;
const SHARD_BYTES = 1_048_576;

/**
 * Gives the first records of a run one partition key, as many as a shard accepts in a second, so that
 * one consumer gets them in one batch. It asks for each text once, and its calls are full. Spread
 * over four shards, a small file would become four batches, each with a few texts of each language.
 * All further records have the key of their record. See docs/adr/0097-small-runs-on-one-shard.md.
 *
 * @param run_id the partition key, which is another one for each run.
 *
 * @example
 * import { createPublisher, gatherFirstRecords } from 'aurastream/ingest';
 * import { createKinesisStream } from 'aurastream/kinesis';
 *
 * const publisher = createPublisher({
 *   stream: createKinesisStream({ stream_name: 'aurastream-records' }),
 *   choosePartitionKey: gatherFirstRecords('run_20261127-182233-3fa9c1d0'),
 * });
 * for await (const { status } of publisher.publishAll([{ text: 'I love my cat', source: 'file' }])) {
 *   console.log(status);
 * }
 */
export function gatherFirstRecords(run_id: string): ChoosePartitionKey {
  let [records, bytes] = [0, 0];
  return (record, size) => {
    if (records === SHARD_RECORDS || bytes + size > SHARD_BYTES) return partitionKey(record);
    records += 1;
    bytes += size;
    return run_id;
  };
}
