import { sampleLatency } from '../../bench/services/latency.ts';
import type { Analyzer } from '../../processors/analysis/ports.ts';
import { describeAnalyzer, ServiceError } from '../../schemas/index.ts';
import type { Random } from '../support/random.ts';
import type { VirtualClock } from './clock.ts';
import type { Counters } from './counters.ts';
import { TokenBucket } from './token-bucket.ts';

const LATENCY = { p50_ms: 80, p99_ms: 400 };
const REFUSAL_MS = 10;
/** The embedded cloud has the same burst: a full bucket holds the calls of one second. */
const BURST_SECONDS = 1;

const ANSWER: Awaited<ReturnType<Analyzer['detectSentiment']>> = [
  { ok: true, sentiment: 'NEUTRAL', scores: { positive: 0, negative: 0, neutral: 1, mixed: 0 } },
];

/**
 * Creates an analyzer that answers as Comprehend does: after some time, and within its quota. One
 * call stands for a call with 25 documents.
 *
 * @param quotaAt returns the real quota at a time, in calls per second.
 */
export function createComprehend(
  clock: VirtualClock,
  random: Random,
  { counters, quotaAt }: { counters: Counters; quotaAt: (now: number) => number },
): Analyzer {
  // Nothing has called before, so the bucket is full.
  const bucket = new TokenBucket(quotaAt, BURST_SECONDS, clock.now() - BURST_SECONDS * 1_000);
  return {
    ...describeAnalyzer('comprehend'),
    async detectSentiment() {
      if (!bucket.take(clock.now())) {
        counters.count('throttled');
        await clock.sleep(REFUSAL_MS);
        throw new ServiceError('comprehend', 'ThrottlingException', {
          retryable: true,
          throttled: true,
        });
      }
      await clock.sleep(sampleLatency(LATENCY, random.next));
      counters.count('answered');
      return ANSWER;
    },
  };
}
