import type { Usage } from '@aurastream/cost-model';
import type { Load } from './load.ts';
import type { Ran } from './run-program.ts';
import { ITEMS_PER_WRITE, KEYS_PER_READ, PUT_BYTES } from './services/limits.ts';

/** Of the function: infra/settings.ts. */
const MEMORY_GB = 1;
/** Lambda gives a whole core at this memory: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEMORY_GB_OF_A_CORE = 1.769;

/** Calls to Comprehend. */
export function callsOf({ counts }: Ran): number {
  return sumOf(counts, 'comprehend.', ({ calls }) => calls);
}

/** Requests to DynamoDB and Firehose. */
export function requestsOf({ counts }: Pick<Ran, 'counts'>): number {
  return (
    sumOf(counts, 'dynamodb.', ({ calls }) => calls) +
    sumOf(counts, 'firehose.', ({ calls }) => calls)
  );
}

/**
 * The least requests that the limits allow for the same reads, verdicts kept, rows and lines, batch by batch: what is
 * full is full, and the rest of a batch is one more.
 */
export function leastRequests(
  { counts, records }: Pick<Ran, 'counts' | 'records'>,
  load: Load,
): number {
  const batches = records / load.batch_records;
  const of = (action: string, unit: string) => (counts[action]?.usage[unit] ?? 0) / batches;
  const keys = of('dynamodb.BatchGetItem', 'keys');
  const verdicts = of('dynamodb.BatchWriteItem', 'items');
  const lake_bytes = of('firehose.PutRecordBatch', 'bytes');
  return (
    batches *
    (Math.ceil(keys / KEYS_PER_READ) +
      Math.ceil(verdicts / ITEMS_PER_WRITE) +
      Math.ceil(load.batch_records / ITEMS_PER_WRITE) +
      Math.ceil(lake_bytes / PUT_BYTES))
  );
}

/** What AWS would bill for a run. */
export function usageOf(ran: Ran, load: Load): Usage {
  const { counts, records, cpu_ms } = ran;
  const usage = (service: string, unit: string) =>
    sumOf(counts, `${service}.`, (count) => count.usage[unit] ?? 0);
  return {
    comprehend_units: usage('comprehend', 'units'),
    kinesis_in_bytes: ran.billed_stream_bytes,
    kinesis_out_bytes: ran.stream_bytes,
    dynamodb_read_units: usage('dynamodb', 'read_units'),
    dynamodb_write_units: usage('dynamodb', 'write_units'),
    dynamodb_byte_months: usage('dynamodb', 'byte_months'),
    firehose_bytes: usage('firehose', 'billed_bytes'),
    s3_bytes: usage('firehose', 'bytes'),
    s3_puts: 0,
    lambda_requests: records / load.batch_records,
    lambda_gb_seconds: (cpu_ms / 1_000) * (MEMORY_GB_OF_A_CORE / MEMORY_GB) * MEMORY_GB,
  };
}

function sumOf(
  counts: Ran['counts'],
  prefix: string,
  amount: (count: Ran['counts'][string]) => number,
): number {
  return Object.entries(counts)
    .filter(([action]) => action.startsWith(prefix))
    .reduce((sum, [, count]) => sum + amount(count), 0);
}
