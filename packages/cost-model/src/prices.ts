/*
 * This file contains every price that AuraStream uses. The prices are in USD, apply to us-east-1,
 * and were read in November 2026. An estimate with these prices can differ from AWS's bill. Some of
 * AWS's own pages show a price only if the browser runs a script. Such a price comes from another
 * page and is marked "secondary source".
 */

/** A part of a month's volume, and the price of one unit in this part. */
export interface PriceTier {
  up_to: number;
  usd: number;
}

/**
 * Price of one unit of Comprehend's sentiment analysis, in USD. A unit is 100 characters, and a
 * document is billed as at least 3 units. Language detection has the same price.
 * Source: https://aws.amazon.com/comprehend/pricing/
 */
export const COMPREHEND_USD_PER_UNIT = 0.0001;
export const CHARACTERS_PER_UNIT = 100;
export const LEAST_UNITS = 3;
/**
 * Price tiers of Comprehend. The more units a month has, the lower is the price of a unit.
 * Only the first price comes from AWS. The other prices come from a secondary source.
 */
export const COMPREHEND_TIERS: PriceTier[] = [
  { up_to: 10_000_000, usd: COMPREHEND_USD_PER_UNIT },
  { up_to: 50_000_000, usd: 0.00005 },
  { up_to: Number.POSITIVE_INFINITY, usd: 0.000025 },
];

/** Number of bytes in a gigabyte on an AWS bill. */
export const GB = 2 ** 30;

/**
 * Prices of Kinesis for on-demand standard streams, in USD. Each incoming record is rounded up to 1
 * KB. The price of outgoing data comes from a secondary source.
 * Source: https://aws.amazon.com/kinesis/data-streams/pricing/
 */
export const KINESIS_USD_PER_GB_IN = 0.08;
export const KINESIS_USD_PER_GB_OUT = 0.04;
export const KINESIS_USD_PER_STREAM_HOUR = 0.04;
/**
 * Prices of Kinesis in the mode On-demand Advantage, in USD. The account pays for at least
 * 25 MiB/s in and out, and nothing for the hours of its streams. The price of outgoing data is 60 %
 * below the standard price.
 * Source:
 * https://aws.amazon.com/blogs/big-data/amazon-kinesis-data-streams-launches-on-demand-advantage-for-instant-throughput-increases-and-streaming-at-scale
 */
export const KINESIS_ADVANTAGE_USD_PER_GB_IN = 0.032;
export const KINESIS_ADVANTAGE_USD_PER_GB_OUT = 0.016;
export const KINESIS_ADVANTAGE_LEAST_BYTES_PER_SECOND = 25 * 1_048_576;

/**
 * Prices of DynamoDB on demand, in USD. A write unit covers 1 KB, and a read unit covers 4 KB.
 * Source: https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const DYNAMODB_USD_PER_WRITE_UNIT = 0.625e-6;
export const DYNAMODB_USD_PER_READ_UNIT = 0.125e-6;
export const DYNAMODB_USD_PER_GB_MONTH = 0.25;
/**
 * Price of point-in-time recovery, in USD. AWS bills the size of the table without its global
 * indexes. Source: https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const DYNAMODB_BACKUP_USD_PER_GB_MONTH = 0.2;

/**
 * Price of Firehose for direct PUT, in USD. Each record is rounded up to 5 KB.
 * Source: https://aws.amazon.com/firehose/pricing/ (secondary source)
 */
export const FIREHOSE_USD_PER_GB = 0.029;

/** Prices of S3 Standard, in USD. Source: https://aws.amazon.com/s3/pricing/ */
export const S3_USD_PER_GB_MONTH = 0.023;
export const S3_USD_PER_PUT = 0.005 / 1_000;

/** Prices of Lambda on arm64, in USD. Source: https://aws.amazon.com/lambda/pricing/ */
export const LAMBDA_USD_PER_REQUEST = 0.2e-6;
export const LAMBDA_USD_PER_GB_SECOND = 0.0000133334;
/**
 * Price of a gigabyte-second of provisioned concurrency on arm64 in USD, whether it is used or not.
 * Source: https://aws.amazon.com/lambda/pricing/
 */
export const LAMBDA_PROVISIONED_USD_PER_GB_SECOND = 0.0000033334;

/**
 * Prices of CloudWatch, in USD: a gigabyte of logs that arrives, and for a month a metric, each metric of an
 * alarm, a composite alarm and a dashboard. An account's first three dashboards of at most 50 metrics are free.
 * Source: https://aws.amazon.com/cloudwatch/pricing/
 */
export const LOGS_USD_PER_GB = 0.5;
export const METRIC_USD_PER_MONTH = 0.3;
export const ALARM_METRIC_USD_PER_MONTH = 0.1;
export const COMPOSITE_ALARM_USD_PER_MONTH = 0.5;
export const DASHBOARD_USD_PER_MONTH = 3;

/** Price of a recorded trace, in USD. Source: https://aws.amazon.com/xray/pricing/ */
export const XRAY_USD_PER_TRACE = 5e-6;

/** Price of a secret for a month, in USD. Source: https://aws.amazon.com/secrets-manager/pricing/ */
export const SECRET_USD_PER_MONTH = 0.4;

/**
 * Price of a scanned terabyte in USD, and the least that Athena bills for a query, in bytes.
 * Source: https://aws.amazon.com/athena/pricing/ (secondary source)
 */
export const ATHENA_USD_PER_TB = 5;
export const ATHENA_LEAST_BYTES = 10 * 1_048_576;

/**
 * Price of data that leaves AWS for the internet, in USD per gigabyte.
 * Source: https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer
 */
export const EGRESS_TIERS: PriceTier[] = [
  { up_to: 10 * 1_024, usd: 0.09 },
  { up_to: 50 * 1_024, usd: 0.085 },
  { up_to: 150 * 1_024, usd: 0.07 },
  { up_to: Number.POSITIVE_INFINITY, usd: 0.05 },
];

/**
 * Price of a request to a REST API, in USD. Source: https://aws.amazon.com/api-gateway/pricing/
 */
export const REST_REQUEST_TIERS: PriceTier[] = [
  { up_to: 333e6, usd: 3.5e-6 },
  { up_to: 1_000e6, usd: 2.8e-6 },
  { up_to: 20_000e6, usd: 2.38e-6 },
  { up_to: Number.POSITIVE_INFINITY, usd: 1.51e-6 },
];
