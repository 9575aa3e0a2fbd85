import { createQuotaLedger } from '../../../aws/dynamodb/quota/ledger.ts';
import type { Analyzer, QuotaLedger } from '../../../processors/analysis/ports.ts';
import { ServiceError, type Traffic } from '../../../schemas/index.ts';
import { createFakeQuotaTable } from '../../fakes/quota-table.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { createScheduler, type Scheduler } from '../scheduler.ts';

/** The parts that the consumers of both streams share. */
export interface BulkWorld {
  scheduler: Scheduler;
  random: Random;
  /** Quota of the consumers, in calls per second. */
  quota: number;
  /** Numbers of calls to the analyzer and to the ledger. */
  counts: { calls: number; throttled: number; ledger: { writes: number; refused: number } };
  createAnalyzer(): Analyzer;
  openLedger(traffic: Traffic): QuotaLedger;
}

export const START = Date.UTC(2026, 10, 26);

/**
 * Creates the world of a run. The analyzer throttles like Comprehend, with a token bucket that holds
 * the calls of one second. The ledger is the product's, on a table that answers after 4 to 16 ms.
 */
export function createBulkWorld(quota: number, seed: number): BulkWorld {
  const random = createRandom(seed);
  const scheduler = createScheduler(random, START);
  const table = createFakeQuotaTable(() => scheduler.sleep(random.between(2, 8), 'way'));
  const counts = { calls: 0, throttled: 0, ledger: table.counts };
  const bucket = { tokens: quota, filled_at: START };
  const detectSentiment = async (documents: string[]) => {
    const now = scheduler.now();
    const filled = bucket.tokens + ((now - bucket.filled_at) / 1_000) * quota;
    Object.assign(bucket, { tokens: Math.min(quota, filled), filled_at: now });
    counts.calls += 1;
    await scheduler.sleep(random.between(60, 140), 'call');
    if (bucket.tokens < 1) {
      counts.throttled += 1;
      const more = { retryable: true, throttled: true };
      throw new ServiceError('comprehend', 'ThrottlingException', more);
    }
    bucket.tokens -= 1;
    const scores = { positive: 1, negative: 0, neutral: 0, mixed: 0 };
    return documents.map(() => ({ ok: true as const, sentiment: 'POSITIVE' as const, scores }));
  };
  return {
    scheduler,
    random,
    quota,
    counts,
    createAnalyzer: () => ({
      name: 'comprehend',
      version: '1',
      max_documents: 25,
      max_document_bytes: 5_000,
      supports: () => true,
      detectSentiment,
    }),
    openLedger: (traffic) =>
      createQuotaLedger({
        client: table.client,
        table_name: 'quotas',
        quota: 'comprehend',
        calls_per_second: quota,
        traffic,
        now: scheduler.now,
        wait: (ms) => scheduler.sleep(ms, 'pause'),
      }),
  };
}
