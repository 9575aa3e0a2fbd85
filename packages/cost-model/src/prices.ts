/*
 * This file contains every price that AuraStream uses. The prices are in USD, apply to us-east-1,
 * and were read in November 2026. An estimate with these prices can differ from AWS's bill. Some of
 * AWS's own pages show a price only if the browser runs a script. Such a price comes from another
 * page and is marked "secondary source".
 */

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
export const COMPREHEND_TIERS = [
  { up_to_units: 10_000_000, usd_per_unit: COMPREHEND_USD_PER_UNIT },
  { up_to_units: 50_000_000, usd_per_unit: 0.00005 },
  { up_to_units: Number.POSITIVE_INFINITY, usd_per_unit: 0.000025 },
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
 * Prices of DynamoDB on demand, in USD. A write unit covers 1 KB, and a read unit covers 4 KB.
 * Source: https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const DYNAMODB_USD_PER_WRITE_UNIT = 0.625e-6;
export const DYNAMODB_USD_PER_READ_UNIT = 0.125e-6;
export const DYNAMODB_USD_PER_GB_MONTH = 0.25;

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
