/**
 * Regions in which Comprehend analyses sentiment.
 * Source: https://docs.aws.amazon.com/comprehend/latest/dg/guidelines-and-limits.html
 */
export const COMPREHEND_REGIONS: readonly string[] = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'us-east-1',
  'us-east-2',
  'us-gov-west-1',
  'us-west-2',
];

/** Default quotas of a region that matter for the stream and the lake. */
export interface RegionQuotas {
  /** Direct PUT of one delivery stream of Firehose, in MiB per second. */
  firehose_mib_per_second: number;
  /** Ingest of one on-demand stream of Kinesis, in MB per second. */
  kinesis_mb_per_second: number;
}

const LARGE: ReadonlySet<string> = new Set(['us-east-1', 'us-west-2', 'eu-west-1']);

/**
 * Returns the default quotas of a region. AWS gives three regions more than the others.
 * Sources: https://docs.aws.amazon.com/firehose/latest/dev/limits.html and
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
export function getRegionQuotas(region: string): RegionQuotas {
  return LARGE.has(region)
    ? { firehose_mib_per_second: 5, kinesis_mb_per_second: 10_000 }
    : { firehose_mib_per_second: 1, kinesis_mb_per_second: 200 };
}

/**
 * Largest quota that a plan takes for granted after a request, in calls per second. AWS publishes
 * no upper limit. The value is 50 times the default quota of 10.
 */
export const LARGEST_QUOTA = 500;

/**
 * Largest throughput that AWS's form accepts for one delivery stream, in MiB per second.
 * Source: https://docs.aws.amazon.com/firehose/latest/APIReference/API_DirectPutSourceConfiguration.html
 */
export const LARGEST_FIREHOSE_MIB = 100;
