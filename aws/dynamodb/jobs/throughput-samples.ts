import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { JobStore, ThroughputSample } from '../../../jobs/ports.ts';
import { timestamp } from '../../../schemas/index.ts';
import { callDynamoDb, queryItems } from '../table.ts';
import type { JobsTable } from './row.ts';

/** The partition key of samples. It equals no job's id, since those begin with `job_`. */
const PARTITION = 'throughput';
/** The samples of a closed shard expire after this time. */
const TTL_SECONDS = 3_600;

const sampleSchema = z.object({
  shard_id: z.string(),
  ended_at: timestamp,
  records: z.int().min(0),
  duration_ms: z.number().min(0),
  iterator_age_ms: z.number().min(0),
}) satisfies z.ZodType<ThroughputSample>;

/** One item per shard: each write replaces the sample before it. */
export function createThroughputSamples(
  table: JobsTable,
): Pick<JobStore, 'putThroughputSample' | 'throughputSamples'> {
  const { client, table_name, now } = table;
  return {
    async putThroughputSample(sample) {
      const expires_at = Math.floor(now() / 1_000) + TTL_SECONDS;
      const Item = marshall({ ...sample, job_id: PARTITION, part: sample.shard_id, expires_at });
      await callDynamoDb(() => client.send(new PutItemCommand({ TableName: table_name, Item })));
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
