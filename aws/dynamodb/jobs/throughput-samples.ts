import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { BatchStart, JobStore, ThroughputSample } from '../../../jobs/ports.ts';
import { timestamp } from '../../../schemas/index.ts';
import { callDynamoDb, queryItems } from '../table.ts';
import type { JobsTable } from './row.ts';

/**
 * Partition key of the samples. The key differs from the id of every job, because job ids begin
 * with `job_`.
 */
const PARTITION = 'throughput';
/** Partition key of the batches that have begun. */
const STARTS_PARTITION = 'batch_starts';
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

const startSchema = z.object({
  shard_id: z.string(),
  started_at: timestamp,
  oldest_at: timestamp,
}) satisfies z.ZodType<BatchStart>;

/**
 * Creates the functions of the job store for throughput samples and for the batches that have begun.
 * The table has one item of each for each shard, and each write replaces the previous item.
 */
export function createThroughputSamples(
  table: JobsTable,
): Pick<JobStore, 'putThroughputSample' | 'throughputSamples' | 'putBatchStart' | 'batchStarts'> {
  return {
    putThroughputSample: (sample) => putReport(table, PARTITION, sample),
    throughputSamples: () => readReports(table, PARTITION, sampleSchema),
    putBatchStart: (start) => putReport(table, STARTS_PARTITION, start),
    batchStarts: () => readReports(table, STARTS_PARTITION, startSchema),
  };
}

async function putReport(
  { client, table_name, now }: JobsTable,
  partition: string,
  report: { shard_id: string },
): Promise<void> {
  const expires_at = Math.floor(now() / 1_000) + TTL_SECONDS;
  const Item = marshall({ ...report, job_id: partition, part: report.shard_id, expires_at });
  void (await callDynamoDb(() => client.send(new PutItemCommand({ TableName: table_name, Item }))));
}

async function readReports<Report>(
  table: JobsTable,
  partition: string,
  schema: z.ZodType<Report>,
): Promise<Report[]> {
  const reports: Report[] = [];
  const items = queryItems(table, {
    KeyConditionExpression: 'job_id = :partition',
    ExpressionAttributeValues: marshall({ ':partition': partition }),
  });
  for await (const item of items) reports.push(schema.parse(unmarshall(item)));
  return reports;
}
