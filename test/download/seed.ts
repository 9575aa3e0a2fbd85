import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { createRecordLists } from '../../aws/s3/record-lists.ts';
import { chunk } from '../../lib/chunk.ts';
import type { TestCloud } from '../support/cloud.ts';
import { aJob } from '../support/jobs.ts';
import { withRecords } from '../support/record-lists.ts';
import { aResult, rowFor } from '../support/results.ts';

const WRITES_IN_FLIGHT = 8;
const ROWS_PER_WRITE = 25;
const DAY_SECONDS = 86_400;
/** A text of the length of a long review. Umlauts take two bytes. */
const TEXT = 'Schöne Tasse, aber der Henkel war schon beim Auspacken abgebrochen. '.repeat(6);

interface Seed {
  job_id: string;
  tenant: string;
  /** Number of records of the input. */
  count: number;
  /** Every how many records have a result. Writing a result takes the most time. */
  every: number;
}

/**
 * Creates a finished job whose record list has `count` records, and results of its records. The results
 * are put into the table directly, because analysing them would take hours of the emulated quota.
 */
export async function seedJob(
  { clients, stack, jobs }: TestCloud,
  { job_id, tenant, count, every }: Seed,
): Promise<void> {
  const records = Array.from({ length: count }, (_, i) => ({
    record_id: `r-${i}`,
    text: `${i} ${TEXT}`,
    attributes: { stars: String((i % 5) + 1), shop: 'Köln' },
  }));
  const body = records.map((record) => JSON.stringify(record)).join('\n');
  const rows = records
    .filter((_, i) => i % every === 0)
    .map((record) => aResult({ ...record, tenant, source: 'api' }))
    .map((result) => rowFor(result, Math.floor(Date.now() / 1_000) + DAY_SECONDS));
  const batches = chunk(rows, ROWS_PER_WRITE);
  const writeBatches = async () => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const requests = batch.map((Item) => ({ PutRequest: { Item } }));
      const RequestItems = { [stack.ResultsTableName]: requests };
      const { UnprocessedItems = {} } = await clients.dynamodb.send(
        new BatchWriteItemCommand({ RequestItems }),
      );
      if (Object.keys(UnprocessedItems).length > 0) batches.push(batch);
    }
  };
  await Promise.all(Array.from({ length: WRITES_IN_FLIGHT }, writeBatches));
  const lists = createRecordLists({ client: clients.s3, bucket_name: stack.InputBucketName });
  await jobs.create(await withRecords(lists, aJob({ job_id, tenant, status: 'COMPLETED' }), body));
}
