import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { describeSafely } from '../../lib/safe-error.ts';
import type { EngineStats } from '../engine/compose.ts';
import type { Consumer } from './consumer.ts';
import {
  type BatchMeasures,
  batchMetrics,
  batchTimes,
  engineMetrics,
  type QuotaStats,
  quotaMetrics,
  shardOf,
} from './measures.ts';
import type { BatchReport } from './tally.ts';

export interface ObserverDeps {
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>;
  /**
   * Returns the counts of the rate limiter and of the circuit breaker since the process started.
   */
  quotaStats?: () => QuotaStats;
  /**
   * Returns the counts of the engine that finds personal data, since the process started. Undefined if
   * the engine calls no service.
   */
  engineStats?: (() => EngineStats) | undefined;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Wraps a consumer so that each batch is reported in one log line and in metrics. The log line and
 * the metrics contain counts and codes, but never a text or the id of a record.
 */
export function observeConsumer(consumer: Consumer, deps: ObserverDeps): Consumer {
  const { logger, metrics, quotaStats, engineStats, now } = deps;
  return async (records, context) => {
    const started_at = now();
    const quota_before = quotaStats?.();
    const engine_before = engineStats?.();
    const { request_id, counts: analysis } = context;
    const batch = { request_id, shard_id: shardOf(records), records_in: records.length };
    const report = await consumer(records, context).catch((error: unknown) => {
      const described = describeSafely(error);
      logger.error('batch stopped by a bug', { ...batch, ...described });
      // Throw a new error without the original message. Lambda logs every error from the handler,
      // and the message of an unexpected error may quote a text.
      throw new Error(`A bug stopped the batch: ${described.error_name}`);
    });
    const measures = {
      ...batch,
      ...countsOf(report),
      ...batchTimes(records, started_at, now()),
      analysis,
      quota: quotaMetrics(quota_before, quotaStats?.()),
      engine: engineMetrics(engine_before, engineStats?.()),
    };
    if (hasTrouble(report, measures)) logger.warn('batch processed', measures);
    else logger.info('batch processed', measures);
    publishMetrics(metrics, measures);
    return report;
  };
}

function countsOf({ response, ...counts }: BatchReport) {
  return { ...counts, asked_for: response.batchItemFailures.length };
}

function hasTrouble(
  { failed, position_errors = 0 }: BatchReport,
  { analysis, quota, engine }: Pick<BatchMeasures, 'analysis' | 'quota' | 'engine'>,
): boolean {
  const { cache_errors, cache_unreadable, throttles, budget_errors } = analysis;
  const ledger_errors = (quota.ledger_errors ?? 0) + (engine.ledger_errors ?? 0);
  const errors = cache_errors + cache_unreadable + ledger_errors + budget_errors + position_errors;
  return failed + throttles + (engine.pii_throttles ?? 0) + errors > 0;
}

function publishMetrics(metrics: ObserverDeps['metrics'], measures: BatchMeasures): void {
  for (const [name, value] of Object.entries(batchMetrics(measures))) {
    const unit = name.endsWith('_ms') ? MetricUnit.Milliseconds : MetricUnit.Count;
    metrics.addMetric(name, unit, value);
  }
  metrics.publishStoredMetrics();
}
