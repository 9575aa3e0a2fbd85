import {
  COMPREHEND_TIERS,
  DYNAMODB_USD_PER_GB_MONTH,
  DYNAMODB_USD_PER_READ_UNIT,
  DYNAMODB_USD_PER_WRITE_UNIT,
  FIREHOSE_USD_PER_GB,
  GB,
  KINESIS_USD_PER_GB_IN,
  KINESIS_USD_PER_GB_OUT,
  LAMBDA_USD_PER_GB_SECOND,
  LAMBDA_USD_PER_REQUEST,
  S3_USD_PER_GB_MONTH,
  S3_USD_PER_PUT,
} from './prices.ts';
import { priceByTiers } from './tiers.ts';

/** The quantities that AWS bills. */
export interface Usage {
  comprehend_units: number;
  /** Units of DetectPiiEntities. AWS has the same price for them. */
  search_units: number;
  /** Number of incoming bytes. Kinesis rounds each record up to 1 KB for billing. */
  kinesis_in_bytes: number;
  kinesis_out_bytes: number;
  /** Number of read units. An eventually consistent read of up to 4 KB takes half a unit. */
  dynamodb_read_units: number;
  dynamodb_write_units: number;
  /**
   * Stored bytes multiplied by the months of storage. For example, one byte that is stored for
   * three months counts as 3.
   */
  dynamodb_byte_months: number;
  /** Number of bytes. Firehose rounds each Firehose record up to 5 KB for billing. */
  firehose_bytes: number;
  /** Number of bytes that S3 stores for one month. */
  s3_bytes: number;
  s3_puts: number;
  lambda_requests: number;
  lambda_gb_seconds: number;
}

export const COST_STAGES = ['analysis', 'stream', 'tables', 'lake', 'compute'] as const;
export type CostStage = (typeof COST_STAGES)[number];
/** Cost of each stage and total cost, in USD. */
export type Cost = Record<CostStage | 'total', number>;

/**
 * Computes the cost that AWS bills for a usage, in USD.
 *
 * @param units_before the number of Comprehend units that the account has already used in the
 * month. The number decides which price tiers apply.
 *
 * @example
 * ```ts
 * const { usage } = estimateConsumption(load, 250); // of 1,000 records
 * computeCost(multiplyUsage(usage, 1_000)).total; // USD per million records
 * ```
 */
export function computeCost(usage: Usage, units_before = 0): Cost {
  const stages: Record<CostStage, number> = {
    analysis:
      priceByTiers(COMPREHEND_TIERS, usage.comprehend_units, units_before) +
      priceByTiers(COMPREHEND_TIERS, usage.search_units),
    stream:
      (usage.kinesis_in_bytes / GB) * KINESIS_USD_PER_GB_IN +
      (usage.kinesis_out_bytes / GB) * KINESIS_USD_PER_GB_OUT,
    tables:
      usage.dynamodb_read_units * DYNAMODB_USD_PER_READ_UNIT +
      usage.dynamodb_write_units * DYNAMODB_USD_PER_WRITE_UNIT +
      (usage.dynamodb_byte_months / GB) * DYNAMODB_USD_PER_GB_MONTH,
    lake:
      (usage.firehose_bytes / GB) * FIREHOSE_USD_PER_GB +
      (usage.s3_bytes / GB) * S3_USD_PER_GB_MONTH +
      usage.s3_puts * S3_USD_PER_PUT,
    compute:
      usage.lambda_requests * LAMBDA_USD_PER_REQUEST +
      usage.lambda_gb_seconds * LAMBDA_USD_PER_GB_SECOND,
  };
  return { ...stages, total: COST_STAGES.reduce((sum, stage) => sum + stages[stage], 0) };
}

/**
 * Multiplies every quantity of a usage by a factor.
 *
 * @example
 * ```ts
 * multiplyUsage(usage_of_1000_records, 1_000); // of a million records
 * ```
 */
export function multiplyUsage(usage: Usage, factor: number): Usage {
  return Object.fromEntries(
    Object.entries(usage).map(([name, amount]) => [name, amount * factor]),
  ) as unknown as Usage;
}
