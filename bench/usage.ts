import type { Usage } from '@aurastream/cost-model';
import type { Load } from './load.ts';
import type { ProgramRun } from './run-program.ts';
import { ITEMS_PER_WRITE, KEYS_PER_READ, PUT_BYTES } from './services/limits.ts';

/** Memory setting of the consumer, in GB. Source: infra/settings.ts. */
const MEMORY_GB = 1;
/**
 * How much memory a function needs to get a whole core from Lambda, in GB. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const MEMORY_GB_OF_A_CORE = 1.769;

/** Counts the calls to Comprehend. */
export function countCalls({ counts }: ProgramRun): number {
  return sumCounts(counts, 'comprehend.', ({ calls }) => calls);
}

/** Counts the requests to DynamoDB and Firehose. */
export function countRequests({ counts }: Pick<ProgramRun, 'counts'>): number {
  return (
    sumCounts(counts, 'dynamodb.', ({ calls }) => calls) +
    sumCounts(counts, 'firehose.', ({ calls }) => calls)
  );
}

/**
 * Computes the minimum number of requests that can carry the run's reads, cached verdicts, rows and
 * lake lines. A request is full if it reaches the limit of the service. In each batch, all requests
 * of the same kind are full, except possibly the last request.
 */
export function computeLeastRequests(
  { counts, records }: Pick<ProgramRun, 'counts' | 'records'>,
  load: Load,
): number {
  const batches = records / load.batch_records;
  const perBatch = (action: string, unit: string) => (counts[action]?.usage[unit] ?? 0) / batches;
  const keys = perBatch('dynamodb.BatchGetItem', 'keys');
  const verdicts = perBatch('dynamodb.BatchWriteItem', 'items');
  const lake_bytes = perBatch('firehose.PutRecordBatch', 'bytes');
  return (
    batches *
    (Math.ceil(keys / KEYS_PER_READ) +
      Math.ceil(verdicts / ITEMS_PER_WRITE) +
      Math.ceil(load.batch_records / ITEMS_PER_WRITE) +
      Math.ceil(lake_bytes / PUT_BYTES))
  );
}

/** Computes the usage that AWS would bill for a run. */
export function computeUsage(run: ProgramRun, load: Load): Usage {
  const { counts, records, cpu_ms } = run;
  const sumUnits = (service: string, unit: string) =>
    sumCounts(counts, `${service}.`, (count) => count.usage[unit] ?? 0);
  return {
    comprehend_units: sumUnits('comprehend', 'units'),
    // The programs of the benchmark search texts locally.
    search_units: 0,
    kinesis_in_bytes: run.billed_stream_bytes,
    kinesis_out_bytes: run.stream_bytes,
    dynamodb_read_units: sumUnits('dynamodb', 'read_units'),
    dynamodb_write_units: sumUnits('dynamodb', 'write_units'),
    dynamodb_byte_months: sumUnits('dynamodb', 'byte_months'),
    firehose_bytes: sumUnits('firehose', 'billed_bytes'),
    s3_bytes: sumUnits('firehose', 'bytes'),
    s3_puts: 0,
    lambda_requests: records / load.batch_records,
    lambda_gb_seconds: (cpu_ms / 1_000) * (MEMORY_GB_OF_A_CORE / MEMORY_GB) * MEMORY_GB,
  };
}

function sumCounts(
  counts: ProgramRun['counts'],
  prefix: string,
  amount: (count: ProgramRun['counts'][string]) => number,
): number {
  return Object.entries(counts)
    .filter(([action]) => action.startsWith(prefix))
    .reduce((sum, [, count]) => sum + amount(count), 0);
}
