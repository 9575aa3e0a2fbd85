import { DEPLOYED, DOCUMENTS_PER_CALL, MEASURED } from './assumptions.ts';
import { estimateBatchRecords } from './batch.ts';
import { type Consumption, estimateConsumption } from './consumption.ts';
import type { Cost } from './cost.ts';
import { computeTextBytes, type PlannedLoad } from './load.ts';
import { computeCostPerMillion, computeMonthlyCost } from './monthly.ts';
import { estimatePerRecordUsage } from './per-record.ts';
import {
  estimateCallRate,
  estimateSlotSeconds,
  fitQuota,
  type QuotaFit,
  recommendQuota,
} from './quota.ts';
import { listQuotasToRaise, type QuotaToRaise } from './quotas-to-raise.ts';

/**
 * Capacity of a shard, in records per second and in bytes per second.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const SHARD_RECORDS_PER_SECOND = 1_000;
const SHARD_BYTES_PER_SECOND = 1_000_000;
/**
 * An on-demand stream has at least four shards. The capacity of the stream is twice the peak
 * traffic.
 */
const LEAST_SHARDS = 4;
const SHARD_ROOM = 2;
/**
 * Maximum number of writes per second for one source. The index `by_source` spreads the writes of a
 * source over 8 partitions.
 */
const SOURCE_WRITES_PER_SECOND = 8_000;

export interface StreamPlan {
  mode: 'on demand';
  shards: number;
  megabytes_per_second: number;
}

export interface ConsumerPlan {
  batch_records: number;
  batch_seconds: number;
  /** Number of Lambda executions that run at the same time. */
  concurrency: number;
  /**
   * True if the consumer processes the records of a shard faster than new records arrive. The value
   * assumes that the quota is sufficient.
   */
  keeps_up: boolean;
}

export interface ComprehendPlan {
  calls_per_second: number;
  /** Mean number of documents in a call, divided by 25. A call has at most 25 documents. */
  call_fill: number;
  /** Quota to request from AWS, in BatchDetectSentiment calls per second. */
  recommended_quota: number;
}

export interface Plan {
  load: PlannedLoad;
  stream: StreamPlan;
  consumer: ConsumerPlan;
  comprehend: ComprehendPlan;
  present_quota: QuotaFit;
  quotas_to_raise: QuotaToRaise[];
  /**
   * Minimum number of sources among which the records must be spread. The index `by_source` limits
   * how many records of one source can be written per second.
   */
  least_sources: number;
  usd_per_month: Cost;
  /**
   * Mean cost of a million records in a month with this load, in USD. Comprehend's price falls with
   * the volume, and therefore the mean depends on the volume.
   */
  usd_per_million: Cost;
  /**
   * Cost of the usual design per month, in USD. The usual design makes four calls for each record.
   */
  per_record_usd_per_month: Cost;
}

/**
 * The consumer's work under a load. The fields `usual` and `full` contain the consumption of 1,000
 * records. The field `usual` assumes batches of `batch_records` records, and the field `full`
 * assumes full batches.
 */
interface Workload {
  shards: number;
  /** True if the quota is too small. Records then wait in the stream. */
  is_behind: boolean;
  batch_records: number;
  usual: Consumption;
  full: Consumption;
}

/**
 * Plans the resources for a load. The plan contains the shards, the concurrency, the quota, the
 * delay and the cost in USD.
 *
 * @example
 * ```ts
 * const plan = planLoad(
 *   loadSchema.parse({ records_per_second: 2_000, characters: 140, repeat_share: 0.6 }),
 * );
 * plan.comprehend.recommended_quota; // 40
 * plan.usd_per_month.total; // 174258.35
 * ```
 */
export function planLoad(load: PlannedLoad): Plan {
  const rate = load.records_per_second;
  const stream = planStream(load);
  const workload = estimateWorkload(load, stream.shards);
  const { consumer, lambda_gb_seconds } = planConsumer(load, workload);
  const comprehend = planComprehend(load, workload);
  const usage = { ...workload.usual.usage, lambda_gb_seconds };
  const usd_per_month = computeMonthlyCost(rate, usage);
  const per_record_usage = estimatePerRecordUsage(load, workload.batch_records);
  return {
    load,
    stream,
    consumer,
    comprehend,
    present_quota: fitQuota(load, workload.full),
    quotas_to_raise: listQuotasToRaise({
      load,
      s3_bytes_per_1000: usage.s3_bytes,
      recommended_quota: comprehend.recommended_quota,
      megabytes_per_second: stream.megabytes_per_second * SHARD_ROOM,
      concurrency: consumer.concurrency,
    }),
    least_sources: Math.ceil(rate / SOURCE_WRITES_PER_SECOND),
    usd_per_month,
    usd_per_million: computeCostPerMillion(usd_per_month, rate),
    per_record_usd_per_month: computeMonthlyCost(rate, per_record_usage),
  };
}

function planStream(load: PlannedLoad): StreamPlan {
  const rate = load.records_per_second;
  const bytes_per_second = rate * (computeTextBytes(load) + MEASURED.stream_bytes);
  const shards_needed = Math.max(
    rate / SHARD_RECORDS_PER_SECOND,
    bytes_per_second / SHARD_BYTES_PER_SECOND,
  );
  return {
    mode: 'on demand',
    shards: Math.max(LEAST_SHARDS, Math.ceil(shards_needed * SHARD_ROOM)),
    megabytes_per_second: bytes_per_second / 1_000_000,
  };
}

function estimateWorkload(load: PlannedLoad, shards: number): Workload {
  const full_batch_records = estimateBatchRecords(load, Number.POSITIVE_INFINITY);
  const full = estimateConsumption(load, full_batch_records);
  const is_behind = fitQuota(load, full).lag_seconds_per_hour > 0;
  // While the consumer is behind, records accumulate in the stream. Therefore the batches are full.
  const batch_records = is_behind
    ? full_batch_records
    : estimateBatchRecords(load, load.records_per_second / shards);
  return {
    shards,
    is_behind,
    batch_records,
    usual: estimateConsumption(load, batch_records),
    full,
  };
}

/**
 * Plans the consumer.
 * @returns the plan, and the Lambda usage of 1,000 records in GB-seconds.
 */
function planConsumer(
  load: PlannedLoad,
  { shards, is_behind, batch_records, usual }: Workload,
): { consumer: ConsumerPlan; lambda_gb_seconds: number } {
  const batches_per_second = load.records_per_second / batch_records;
  const batch_seconds =
    usual.batch_seconds + estimateSlotSeconds(load, usual, { batch_records, shards });
  // Lambda runs one execution per shard. If the quota is too low, every execution is always busy.
  const busy = is_behind ? shards : Math.min(shards, batches_per_second * batch_seconds);
  return {
    consumer: {
      batch_records,
      batch_seconds,
      concurrency: Math.min(shards, Math.ceil(busy)),
      keeps_up: batches_per_second * usual.batch_seconds <= shards,
    },
    lambda_gb_seconds: (busy / load.records_per_second) * 1_000 * DEPLOYED.memory_gb,
  };
}

function planComprehend(load: PlannedLoad, { usual, full }: Workload): ComprehendPlan {
  const calls_per_second = estimateCallRate(load, usual, full);
  const documents_per_second = (usual.documents / 1_000) * load.records_per_second;
  return {
    calls_per_second,
    call_fill:
      calls_per_second === 0 ? 1 : documents_per_second / (calls_per_second * DOCUMENTS_PER_CALL),
    recommended_quota: recommendQuota(load, full),
  };
}
