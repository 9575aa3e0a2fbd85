import {
  batchRecords,
  type Consumption,
  consumptionOf,
  perRecordUsage,
  resultWriteUnits,
  textBytes,
} from './consumption.ts';
import { type Cost, costOf, times, type Usage } from './cost.ts';
import { DEPLOYED, MEASURED, type PlannedLoad } from './load.ts';
import { KINESIS_USD_PER_STREAM_HOUR } from './prices.ts';

/** What a shard takes: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_RECORDS_PER_SECOND = 1_000;
const SHARD_BYTES_PER_SECOND = 1_000_000;
/** A stream on demand starts with so many, and keeps room for twice its peak. */
const LEAST_SHARDS = 4;
const ROOM = 2;
const DOCUMENTS_PER_CALL = 25;
/** Of the quota that is asked for: a peak is not the mean. */
const HEADROOM = 1.2;
const HOURS_PER_MONTH = 730;
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3_600;
/** A partition of the index takes so many writes a second, and a source has 8 (aws/results-row.ts). */
const SOURCE_WRITES_PER_SECOND = 8_000;

/** A default of AWS' that the load goes beyond. */
export interface Raise {
  limit: string;
  default: number;
  ask_for: number;
}

export interface Plan {
  load: PlannedLoad;
  stream: { mode: 'on demand'; shards: number; megabytes_per_second: number };
  consumer: {
    batch_records: number;
    batch_seconds: number;
    /** Execution environments at work at a time. */
    concurrency: number;
    /** Whether a shard's consumer is faster than its records come, the quota being large enough. */
    keeps_up: boolean;
  };
  comprehend: {
    calls_per_second: number;
    call_fill: number;
    /** Of BatchDetectSentiment, calls a second, with a fifth to spare. */
    quota_to_ask_for: number;
  };
  under_the_quota: {
    calls_per_second: number;
    /** The highest rate that does not fall behind; null: any, since nothing is asked. */
    records_per_second: number | null;
    /** How much later records get with each hour; 0 where the quota carries the load. */
    lag_seconds_per_hour: number;
    /** When records get too old and leave for the failure bucket (`aurastream redrive`); null: never. */
    hours_until_records_leave: number | null;
  };
  raise: Raise[];
  /** Over how many sources at least the records must be spread: the index by source takes so many writes for each. */
  sources: number;
  usd_per_month: Cost;
  /** Of the month's records, a million: Comprehend's price falls with volume, the stream's hours are shared by more. */
  usd_per_million: Cost;
  /** The usual design, with four calls for each record. */
  per_record_usd_per_month: Cost;
}

/** What a load takes, by the model of consumption.ts and the prices of schemas/prices.ts. */
export function planOf(load: PlannedLoad): Plan {
  const rate = load.records_per_second;
  const bytes_per_second = rate * (textBytes(load) + MEASURED.stream_bytes);
  const needed = Math.max(
    rate / SHARD_RECORDS_PER_SECOND,
    bytes_per_second / SHARD_BYTES_PER_SECOND,
  );
  const shards = Math.max(LEAST_SHARDS, Math.ceil(needed * ROOM));
  const full_batch = batchRecords(load, Number.POSITIVE_INFINITY);
  const full = consumptionOf(load, full_batch);
  const under_the_quota = underQuota(load, full);
  const is_behind = under_the_quota.lag_seconds_per_hour > 0;
  // Who is behind finds full batches.
  const batch_records = is_behind ? full_batch : batchRecords(load, rate / shards);
  const taken = consumptionOf(load, batch_records);
  const calls_per_second = callsPerSecond(load, taken, full);
  const batch_seconds = taken.batch_seconds + slotSeconds(load, taken, { batch_records, shards });
  // With the quota that is asked for nobody waits for slots; what is bought now is what the quota allows.
  const busy = is_behind ? shards : (rate / batch_records) * batch_seconds;
  const lambda_gb_seconds = (busy / rate) * 1_000 * DEPLOYED.memory_gb;
  const usage = { ...taken.usage, lambda_gb_seconds };
  const plan = {
    stream: {
      mode: 'on demand' as const,
      shards,
      megabytes_per_second: bytes_per_second / 1_000_000,
    },
    consumer: {
      batch_records,
      batch_seconds,
      concurrency: Math.min(shards, Math.ceil(busy)),
      keeps_up: (rate / batch_records) * taken.batch_seconds <= shards,
    },
    comprehend: {
      calls_per_second,
      call_fill:
        calls_per_second === 0
          ? 1
          : ((taken.documents / 1_000) * rate) / (calls_per_second * DOCUMENTS_PER_CALL),
      quota_to_ask_for: Math.ceil((perSecond(full, rate) / DEPLOYED.quota_share) * HEADROOM),
    },
  };
  const usd_per_month = monthly(load, usage);
  return {
    load,
    ...plan,
    under_the_quota,
    raise: raises(load, taken, plan),
    sources: Math.ceil(rate / SOURCE_WRITES_PER_SECOND),
    usd_per_month,
    usd_per_million: perMillion(usd_per_month, rate),
    per_record_usd_per_month: monthly(load, perRecordUsage(load, batch_records)),
  };
}

function perSecond({ comprehend_calls }: Consumption, rate: number): number {
  return (comprehend_calls / 1_000) * rate;
}

/** While calls wait for the quota, records gather, and batches and calls get fuller: up to full batches. */
function callsPerSecond(load: PlannedLoad, taken: Consumption, full: Consumption): number {
  const rate = load.records_per_second;
  const allowed = load.quota_calls_per_second * DEPLOYED.quota_share;
  return Math.max(perSecond(full, rate), Math.min(perSecond(taken, rate), allowed));
}

/**
 * How long a batch waits for its slots of the quota: alone it has the whole of it, and with the others busy its share.
 * Source: processor sharing, L. Kleinrock, "Queueing Systems", volume 2: 1 / (1 - use) times as long.
 */
function slotSeconds(
  load: PlannedLoad,
  { comprehend_calls }: Consumption,
  { batch_records, shards }: { batch_records: number; shards: number },
): number {
  const allowed = load.quota_calls_per_second * DEPLOYED.quota_share;
  const calls = (comprehend_calls / 1_000) * batch_records;
  const use = ((comprehend_calls / 1_000) * load.records_per_second) / allowed;
  const sharers = use < 1 ? Math.min(shards, 1 / (1 - use)) : shards;
  // The first call of a batch waits for nobody.
  return (Math.max(0, calls - 1) / allowed) * sharers;
}

/** @param full what is taken in full batches: those of a consumer that is behind. */
function underQuota(load: PlannedLoad, { comprehend_calls }: Consumption): Plan['under_the_quota'] {
  const calls_per_second = load.quota_calls_per_second * DEPLOYED.quota_share;
  const rate = load.records_per_second;
  const carried = comprehend_calls === 0 ? Infinity : (calls_per_second / comprehend_calls) * 1_000;
  const behind = Math.max(0, 1 - carried / rate);
  return {
    calls_per_second: load.quota_calls_per_second,
    records_per_second: comprehend_calls === 0 ? null : carried,
    lag_seconds_per_hour: behind * 3_600,
    hours_until_records_leave:
      behind === 0 ? null : DEPLOYED.max_record_age_seconds / 3_600 / behind,
  };
}

/** Quotas of an account in us-east-1, all adjustable: the quota pages of each service. */
function raises(
  load: PlannedLoad,
  { usage }: Consumption,
  plan: Pick<Plan, 'stream' | 'consumer' | 'comprehend'>,
): Raise[] {
  const rate = load.records_per_second;
  const per_second = (per_1000: number) => Math.ceil((per_1000 / 1_000) * rate);
  const wanted: Raise[] = [
    {
      limit: 'Comprehend, BatchDetectSentiment: calls a second',
      default: load.quota_calls_per_second,
      ask_for: plan.comprehend.quota_to_ask_for,
    },
    {
      limit: 'Kinesis, a stream on demand: MB a second',
      default: 10_000,
      ask_for: Math.ceil(plan.stream.megabytes_per_second * ROOM),
    },
    {
      limit: 'Lambda: concurrent executions',
      default: 1_000,
      ask_for: plan.consumer.concurrency,
    },
    {
      limit: 'DynamoDB, the table of results with its index: write units a second',
      default: 40_000,
      ask_for: per_second(resultWriteUnits(load)),
    },
    {
      limit: 'Firehose, a delivery stream: MiB a second',
      default: 5,
      ask_for: Math.ceil(per_second(usage.s3_bytes) / 1_048_576),
    },
  ];
  return wanted.filter(({ default: given, ask_for }) => ask_for > given);
}

/** With the price tiers of a month, and the stream's own hours. */
function monthly({ records_per_second }: PlannedLoad, usage: Usage): Cost {
  const month = times(usage, (records_per_second * SECONDS_PER_MONTH) / 1_000);
  const s3_puts = lakeObjects(records_per_second, month.s3_bytes);
  const cost = costOf({ ...month, s3_puts });
  const hours = KINESIS_USD_PER_STREAM_HOUR * HOURS_PER_MONTH;
  return { ...cost, stream: cost.stream + hours, total: cost.total + hours };
}

/** Firehose writes one whenever its buffer is full, or old; of nothing none. */
function lakeObjects(records_per_second: number, s3_bytes: number): number {
  const { lake_buffer_seconds, lake_buffer_mb } = DEPLOYED;
  const full = s3_bytes / (lake_buffer_mb * 1_048_576);
  const old = SECONDS_PER_MONTH / lake_buffer_seconds;
  return Math.min(records_per_second * SECONDS_PER_MONTH, Math.max(full, old));
}

function perMillion(usd_per_month: Cost, rate: number): Cost {
  const millions = (rate * SECONDS_PER_MONTH) / 1_000_000;
  return Object.fromEntries(
    Object.entries(usd_per_month).map(([stage, usd]) => [stage, usd / millions]),
  ) as Cost;
}
