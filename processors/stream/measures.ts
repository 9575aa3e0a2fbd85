import type { KinesisStreamRecord } from 'aws-lambda';
import type { AnalysisStats } from '../analysis/analysis.ts';
import type { BreakerStats } from '../analysis/breaker.ts';
import type { GovernorStats } from '../analysis/governor.ts';

export interface BatchTimes {
  duration_ms: number;
  /** Age of the last record when the batch was done, as Lambda's IteratorAge. */
  iterator_age_ms: number;
  /** From the arrival of the first record to the end of the batch: the slowest of its results. */
  end_to_end_ms: number;
}

/** The shard of a batch: all of its records are of one. */
export function shardOf(records: KinesisStreamRecord[]): string | undefined {
  return records[0]?.eventID.split(':')[0];
}

/** @param started_at, ended_at epoch milliseconds. */
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

/** A batch's metrics by name, `_ms` being the unit of those that are no counts. None has a dimension of its own. */
export function batchMetrics(
  batch: BatchTimes & {
    records_in: number;
    results: number;
    set_asides: number;
    cancelled: number;
    failed: number;
    analysis?: AnalysisStats;
    quota?: Record<string, number>;
  },
): Record<string, number> {
  return {
    records_in: batch.records_in,
    results: batch.results,
    set_asides: batch.set_asides,
    cancelled: batch.cancelled,
    failed: batch.failed,
    iterator_age_ms: batch.iterator_age_ms,
    end_to_end_ms: batch.end_to_end_ms,
    ...(batch.analysis === undefined ? {} : analysisMetrics(batch.analysis)),
    ...batch.quota,
  };
}

/** The governor's and the breaker's numbers, counted since the process started. */
export interface GovernorNumbers extends GovernorStats {
  breaker: BreakerStats;
}

/** What a batch added to them, and how things stand. */
export function governorMetrics(
  before: GovernorNumbers | undefined,
  after: GovernorNumbers | undefined,
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

function analysisMetrics(stats: AnalysisStats): Record<string, number> {
  return {
    cache_hits_batch: stats.hits.batch,
    cache_hits_memory: stats.hits.memory,
    cache_hits_table: stats.hits.table,
    cache_misses: stats.misses,
    cache_errors: stats.cache_errors,
    cache_unreadable: stats.cache_unreadable,
    comprehend_calls: stats.calls,
    comprehend_documents: stats.documents,
    comprehend_throttles: stats.throttles,
  };
}
