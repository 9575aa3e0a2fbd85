/** Percentiles of a service's response time, in milliseconds. */
export interface Latency {
  p50_ms: number;
  p99_ms: number;
}

/**
 * Response times of each service. With response times of zero, a run measures only the caller's own
 * time.
 */
export type Latencies = Record<'comprehend' | 'dynamodb' | 'firehose' | 's3', Latency>;

const NONE = { p50_ms: 0, p99_ms: 0 };

/**
 * Response times that a run can choose. `realistic` contains assumed response times within an AWS
 * region. Every program is measured with the same response times. `batches_twice` doubles the
 * response times of all services except S3.
 */
export const LATENCIES: Record<'zero' | 'realistic' | 'batches_twice', Latencies> = {
  zero: { comprehend: NONE, dynamodb: NONE, firehose: NONE, s3: NONE },
  realistic: {
    comprehend: { p50_ms: 80, p99_ms: 400 },
    dynamodb: { p50_ms: 4, p99_ms: 15 },
    firehose: { p50_ms: 15, p99_ms: 60 },
    s3: { p50_ms: 20, p99_ms: 100 },
  },
  batches_twice: {
    comprehend: { p50_ms: 160, p99_ms: 800 },
    dynamodb: { p50_ms: 8, p99_ms: 30 },
    firehose: { p50_ms: 30, p99_ms: 120 },
    s3: { p50_ms: 20, p99_ms: 100 },
  },
};

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.326;

/**
 * Draws a response time, in milliseconds, from a log-normal distribution with the given
 * percentiles.
 *
 * @param random returns uniformly distributed numbers in [0, 1).
 */
export function sampleLatency({ p50_ms, p99_ms }: Latency, random: () => number): number {
  if (p50_ms === 0) return 0;
  const sigma = Math.log(p99_ms / p50_ms) / Z99;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return p50_ms * Math.exp(sigma * normal);
}
