import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { AnalysisStats } from '../analysis/analysis.ts';
import type { BatchSummary } from './consumer.ts';

/** Tells of each batch in one log line and in metrics. Counts only: no text, no id of a record. */
export function createObserver(deps: { logger: Logger; metrics: Metrics }) {
  let analysis: AnalysisStats | undefined;
  return {
    on_stats(stats: AnalysisStats): void {
      analysis = stats;
    },
    on_batch(summary: BatchSummary): void {
      const line = { ...summary, ...(analysis === undefined ? {} : { analysis }) };
      if (summary.failed > 0) deps.logger.warn('batch', line);
      else deps.logger.info('batch', line);
      count(deps.metrics, summary, analysis);
      analysis = undefined;
    },
  };
}

function count(metrics: Metrics, summary: BatchSummary, analysis: AnalysisStats | undefined): void {
  const counts: Record<string, number> = {
    records: summary.records,
    results: summary.results,
    set_asides: summary.set_asides,
    failed: summary.failed,
  };
  if (analysis !== undefined) {
    counts.cache_hits_batch = analysis.hits.batch;
    counts.cache_hits_memory = analysis.hits.memory;
    counts.cache_hits_table = analysis.hits.table;
    counts.cache_misses = analysis.misses;
    counts.cache_errors = analysis.cache_errors;
    counts.comprehend_calls = analysis.calls;
    counts.comprehend_documents = analysis.documents;
    counts.comprehend_throttles = analysis.throttles;
  }
  for (const [name, value] of Object.entries(counts)) {
    metrics.addMetric(name, MetricUnit.Count, value);
  }
  metrics.addMetric('iterator_age_ms', MetricUnit.Milliseconds, summary.iterator_age_ms);
  metrics.addMetric('latency_ms', MetricUnit.Milliseconds, summary.latency_ms);
  metrics.publishStoredMetrics();
}
