import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { JobStore, ThroughputSample } from '../../../jobs/ports.ts';
import { timestamp } from '../../../schemas/index.ts';
import { callDynamoDb, queryItems } from '../table.ts';
import type { JobsTable } from './row.ts';

/**
 * Partition key of the samples. The key differs from the id of every job, because job ids begin
 * with `job_`.
 */
const PARTITION = 'throughput';
/**
 * Time after which a sample expires, in seconds. A sample expires only if its shard stores no
 * further sample, for example because the shard is closed.
 */
const TTL_SECONDS = 3_600;

const sampleSchema = z.object({
  shard_id: z.string(),
  ended_at: timestamp,
  records: z.int().min(0),
  duration_ms: z.number().min(0),
  iterator_age_ms: z.number().min(0),
}) satisfies z.ZodType<ThroughputSample>;

/**
 * Creates the functions of the job store for throughput samples. The table has one item for each
 * shard, and each write replaces the previous sample of the shard.
 */
export function createThroughputSamples(
  table: JobsTable,
): Pick<JobStore, 'putThroughputSample' | 'throughputSamples'> {
  const { client, table_name, now } = table;
  return {
    async putThroughputSample(sample) {
      const expires_at = Math.floor(now() / 1_000) + TTL_SECONDS;
      const Item = marshall({ ...sample, job_id: PARTITION, part: sample.shard_id, expires_at });
      void (await callDynamoDb(() =>
        client.send(new PutItemCommand({ TableName: table_name, Item })),
      ));
    },
    async throughputSamples() {
      const samples: ThroughputSample[] = [];
      const items = queryItems(table, {
        KeyConditionExpression: 'job_id = :throughput',
        ExpressionAttributeValues: marshall({ ':throughput': PARTITION }),
      });
      for await (const item of items) samples.push(sampleSchema.parse(unmarshall(item)));
      return samples;
    },
  };
}
