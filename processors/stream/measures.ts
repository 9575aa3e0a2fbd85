import type { KinesisStreamRecord } from 'aws-lambda';
import type { CircuitBreakerStats } from '../analysis/circuit-breaker.ts';
import type { AnalysisCounts } from '../analysis/counts.ts';
import type { RateLimiterStats } from '../analysis/rate-limiter.ts';
import type { EngineStats } from '../engine/compose.ts';

export interface BatchTimes {
  duration_ms: number;
  /**
   * Age of the last record at the end of the batch, in milliseconds. The Lambda metric IteratorAge
   * is similar.
   */
  iterator_age_ms: number;
  /** Time from the arrival of the first record to the end of the batch, in milliseconds. */
  end_to_end_ms: number;
}

/** Returns the shard id of a batch. All records of a batch come from the same shard. */
export function shardOf(records: KinesisStreamRecord[]): string | undefined {
  return records[0]?.eventID.split(':')[0];
}

/**
 * Calculates the duration of a batch and the ages of its records.
 *
 * @param started_at start of the batch, in epoch milliseconds.
 * @param ended_at end of the batch, in epoch milliseconds.
 */
export function batchTimes(
  records: KinesisStreamRecord[],
  started_at: number,
  ended_at: number,
): BatchTimes {
  const arrivals = records.map(({ kinesis }) => kinesis.approximateArrivalTimestamp * 1_000);
  const age = (arrival = ended_at) => Math.max(0, Math.round(ended_at - arrival));
  return {
    duration_ms: ended_at - started_at,
    iterator_age_ms: age(arrivals.at(-1)),
    end_to_end_ms: age(arrivals[0]),
  };
}

export interface BatchMeasures extends BatchTimes {
  records_in: number;
  results: number;
  unchanged: number;
  not_newer: number;
  set_asides: number;
  /** Number of set-asides for each reason. */
  reasons: Record<string, number>;
  cancelled: number;
  failed: number;
  /** Number of values that did not fit their field, by field. */
  misfits: Record<string, number>;
  /** Number of positions that could not be stored. Absent if all were stored. */
  position_errors?: number;
  analysis: AnalysisCounts;
  quota: Record<string, number>;
  /** Calls that search for personal data. Empty if the engine calls no service. */
  engine: Record<string, number>;
}

/**
 * Returns the metrics of a batch by name. A metric whose name ends in `_ms` is in milliseconds.
 * Every other metric is a count.
 */
export function batchMetrics(batch: BatchMeasures): Record<string, number> {
  const { over_budget = 0 } = batch.reasons;
  return {
    records_in: batch.records_in,
    results: batch.results,
    unchanged: batch.unchanged,
    not_newer: batch.not_newer,
    // A set-aside that could not be stored has a reason and is no set-aside yet.
    set_asides: Math.max(0, batch.set_asides - over_budget),
    over_budget,
    cancelled: batch.cancelled,
    failed: batch.failed,
    misfits: Object.values(batch.misfits).reduce((sum, count) => sum + count, 0),
    iterator_age_ms: batch.iterator_age_ms,
    end_to_end_ms: batch.end_to_end_ms,
    ...analysisMetrics(batch.analysis),
    ...batch.quota,
    ...batch.engine,
    position_errors: batch.position_errors ?? 0,
    ledger_errors:
      (batch.quota.ledger_errors ?? 0) +
      (batch.engine.ledger_errors ?? 0) +
      batch.analysis.budget_errors,
  };
}

/** Counts of the rate limiter and of the circuit breaker since the process started. */
export interface QuotaStats extends RateLimiterStats {
  breaker: CircuitBreakerStats;
}

/**
 * Returns how much the counts of the rate limiter and the circuit breaker grew during a batch. Also
 * returns the current rate and the current state of the circuit.
 */
export function quotaMetrics(
  before: QuotaStats | undefined,
  after: QuotaStats | undefined,
): Record<string, number> {
  if (before === undefined || after === undefined) return {};
  return {
    quota_calls: after.granted - before.granted,
    quota_refused: after.refused - before.refused,
    quota_waited_ms: Math.round(after.waited_ms - before.waited_ms),
    quota_calls_per_second: after.calls_per_second,
    ledger_errors: after.ledger_errors - before.ledger_errors,
    breaker_open: after.breaker.open ? 1 : 0,
    breaker_spared: after.breaker.spared - before.breaker.spared,
  };
}

/** Returns how much the counts of the engine that finds personal data grew during a batch. */
export function engineMetrics(
  before: EngineStats | undefined,
  after: EngineStats | undefined,
): Record<string, number> {
  if (before === undefined || after === undefined) return {};
  return {
    pii_calls: after.granted - before.granted,
    pii_units: after.units - before.units,
    pii_throttles: after.throttles - before.throttles,
    pii_refused: after.refused - before.refused,
    pii_waited_ms: Math.round(after.waited_ms - before.waited_ms),
    pii_breaker_open: after.breaker.open ? 1 : 0,
    ledger_errors: after.ledger_errors - before.ledger_errors,
  };
}

function analysisMetrics(stats: AnalysisCounts): Record<string, number> {
  return {
    cache_hits_batch: stats.hits.batch,
    cache_hits_memory: stats.hits.memory,
    cache_hits_table: stats.hits.table,
    cache_misses: stats.misses,
    cache_errors: stats.cache_errors,
    cache_unreadable: stats.cache_unreadable,
    analyzer_calls: stats.calls,
    analyzer_documents: stats.documents,
    analyzer_units: stats.units,
    analyzer_throttles: stats.throttles,
  };
}
