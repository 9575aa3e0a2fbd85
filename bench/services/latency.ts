/** The percentiles of a service's response time. */
export interface Latency {
  p50_ms: number;
  p99_ms: number;
}

/** Response times by service; zero isolates the caller's own time. */
export type Latencies = Record<'comprehend' | 'dynamodb' | 'firehose' | 's3', Latency>;

const NONE = { p50_ms: 0, p99_ms: 0 };

/** `realistic` has assumed times within a region, the same for every program. */
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

/** Draws a log-normal time with those percentiles. @param random uniform in [0, 1). */
export function sampleLatency({ p50_ms, p99_ms }: Latency, random: () => number): number {
  if (p50_ms === 0) return 0;
  const sigma = Math.log(p99_ms / p50_ms) / Z99;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return p50_ms * Math.exp(sigma * normal);
}
