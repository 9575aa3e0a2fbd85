/** How long a service takes, in milliseconds. */
export interface Latency {
  p50_ms: number;
  p99_ms: number;
}

/** A service's own time; zero where only the caller's is to be seen. */
export type Latencies = Record<'comprehend' | 'dynamodb' | 'firehose' | 's3', Latency>;

const NONE = { p50_ms: 0, p99_ms: 0 };

/** What is usual within a region: assumptions, the same for everybody. */
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

/** The normal distribution's 99th percentile. */
const Z99 = 2.326;

/** A log-normal time with those percentiles. @param random uniform in [0, 1). */
export function sample({ p50_ms, p99_ms }: Latency, random: () => number): number {
  if (p50_ms === 0) return 0;
  const sigma = Math.log(p99_ms / p50_ms) / Z99;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return p50_ms * Math.exp(sigma * normal);
}
