/*
 * Every price that AuraStream uses: us-east-1, in USD, read in November 2026. An estimate is not a bill. Where AWS' own
 * page shows a price only by script, the price comes from another page and is marked "secondary source".
 */

/**
 * Comprehend, sentiment: a unit is 100 characters, and a document has at least 3 units. Language detection costs the
 * same. https://aws.amazon.com/comprehend/pricing/
 */
export const COMPREHEND_USD_PER_UNIT = 0.0001;
export const CHARACTERS_PER_UNIT = 100;
export const LEAST_UNITS = 3;
/** The price of a unit falls with the units of the month. All prices except the first: secondary source. */
export const COMPREHEND_TIERS = [
  { up_to_units: 10_000_000, usd_per_unit: COMPREHEND_USD_PER_UNIT },
  { up_to_units: 50_000_000, usd_per_unit: 0.00005 },
  { up_to_units: Number.POSITIVE_INFINITY, usd_per_unit: 0.000025 },
];

/** The gigabyte that AWS uses for billing. */
export const GB = 2 ** 30;

/**
 * Kinesis, on-demand standard: each incoming record is rounded up to 1 KB.
 * https://aws.amazon.com/kinesis/data-streams/pricing/ (outgoing: secondary source)
 */
export const KINESIS_USD_PER_GB_IN = 0.08;
export const KINESIS_USD_PER_GB_OUT = 0.04;
export const KINESIS_USD_PER_STREAM_HOUR = 0.04;

/** DynamoDB on demand: a write unit is 1 KB, a read unit 4 KB. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
export const DYNAMODB_USD_PER_WRITE_UNIT = 0.625e-6;
export const DYNAMODB_USD_PER_READ_UNIT = 0.125e-6;
export const DYNAMODB_USD_PER_GB_MONTH = 0.25;

/**
 * Firehose, direct PUT: each record is rounded up to 5 KB.
 * https://aws.amazon.com/firehose/pricing/ (secondary source)
 */
export const FIREHOSE_USD_PER_GB = 0.029;

/** S3 standard: https://aws.amazon.com/s3/pricing/ */
export const S3_USD_PER_GB_MONTH = 0.023;
export const S3_USD_PER_PUT = 0.005 / 1_000;

/** Lambda on arm64: https://aws.amazon.com/lambda/pricing/ */
export const LAMBDA_USD_PER_REQUEST = 0.2e-6;
export const LAMBDA_USD_PER_GB_SECOND = 0.0000133334;
