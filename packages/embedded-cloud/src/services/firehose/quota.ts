import { createTokenBucket } from '../token-bucket.ts';

/** The most that a delivery stream with Direct PUT takes in one second. */
interface Quota {
  requests: number;
  records: number;
  bytes: number;
}

const MIB = 1024 ** 2;
/**
 * Default quotas of a delivery stream. Three regions have a larger quota than all others.
 * Source: https://docs.aws.amazon.com/firehose/latest/dev/limits.html
 */
const LARGE: Quota = { requests: 2_000, records: 500_000, bytes: 5 * MIB };
const SMALL: Quota = { requests: 1_000, records: 100_000, bytes: MIB };
const LARGE_REGIONS = new Set(['us-east-1', 'us-west-2', 'eu-west-1']);

/** Limits the requests, records and bytes of one delivery stream. */
export interface StreamLimit {
  /**
   * Counts a request with its records.
   * @returns for each record whether the quota has room, or undefined if the whole request is refused
   */
  admit(records: Buffer[]): boolean[] | undefined;
}

/** Creates the limit of a delivery stream. A stream may use one second of its quota at once. */
export function createStreamLimit({
  region,
  now,
}: {
  region: string;
  now: () => number;
}): StreamLimit {
  const quota = LARGE_REGIONS.has(region) ? LARGE : SMALL;
  const bucketOf = (rate: number) => createTokenBucket({ rate, burst: rate, now });
  const requests = bucketOf(quota.requests);
  const records_left = bucketOf(quota.records);
  const bytes = bucketOf(quota.bytes);
  const admitRecord = (record: Buffer): boolean => {
    if (records_left.tokens() < 1 || !bytes.take(record.length)) return false;
    return records_left.take(1);
  };
  return {
    admit(records) {
      if (!requests.take(1)) return undefined;
      const admitted = records.map(admitRecord);
      return admitted.includes(true) ? admitted : undefined;
    },
  };
}
