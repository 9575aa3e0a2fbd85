import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { KinesisStreamRecord } from 'aws-lambda';
import type { AnalysisStats } from '../analysis/analysis.ts';
import type { BatchReport, Consumer } from './consumer.ts';
import {
  batchMetrics,
  batchTimes,
  type GovernorNumbers,
  governorMetrics,
  shardOf,
} from './measures.ts';

/** The consumer with the id of the request that its batch came with. */
export type ObservedConsumer = (
  records: KinesisStreamRecord[],
  request_id: string,
) => Promise<BatchReport>;

export interface ObserverDeps {
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>;
  /** Numbers of the quota, counted since the process started. */
  governor?: () => GovernorNumbers;
  /** Epoch milliseconds. */
  now: () => number;
}

/** What a batch has told so far. */
interface Heard {
  analysis?: AnalysisStats;
}

/** Tells of each batch in one log line and in metrics: counts and codes only, no text and no id of a record. */
export function createObserver(deps: ObserverDeps) {
  const batch = new AsyncLocalStorage<Heard>();
  return {
    /** For the analysis, to say what a batch took. */
    on_stats(stats: AnalysisStats): void {
      const heard = batch.getStore();
      if (heard !== undefined) heard.analysis = stats;
    },
    observed:
      (consumer: Consumer): ObservedConsumer =>
      (records, request_id) =>
        batch.run({}, async () => {
          const started_at = deps.now();
          const governor_before = deps.governor?.();
          const line = { request_id, shard_id: shardOf(records), records_in: records.length };
          const report = await consumer(records).catch((error: unknown) => {
            throw reported(deps.logger, error, line);
          });
          const times = batchTimes(records, started_at, deps.now());
          const quota = governorMetrics(governor_before, deps.governor?.());
          const told = { ...line, ...summary(report), ...times, ...batch.getStore(), quota };
          if (hasTrouble(told)) deps.logger.warn('batch', told);
          else deps.logger.info('batch', told);
          publish(deps.metrics, { ...told, ...times });
          return report;
        }),
  };
}

function summary({ response, ...counts }: BatchReport) {
  return { ...counts, asked_for: response.batchItemFailures.length };
}

function hasTrouble({
  failed,
  analysis,
  quota: { ledger_errors = 0 },
}: { failed: number; quota: Record<string, number> } & Heard): boolean {
  const { cache_errors = 0, cache_unreadable = 0, throttles = 0 } = analysis ?? {};
  return failed + cache_errors + cache_unreadable + throttles + ledger_errors > 0;
}

function publish(metrics: ObserverDeps['metrics'], told: Parameters<typeof batchMetrics>[0]): void {
  for (const [name, value] of Object.entries(batchMetrics(told))) {
    const unit = name.endsWith('_ms') ? MetricUnit.Milliseconds : MetricUnit.Count;
    metrics.addMetric(name, unit, value);
  }
  metrics.publishStoredMetrics();
}

/**
 * A bug fails the batch, and Lambda logs what it is thrown. The message of an error that we don't know could quote the
 * user's text, so its name and place are all that goes on.
 */
function reported(logger: ObserverDeps['logger'], error: unknown, line: object): Error {
  const name = error instanceof Error ? error.name : typeof error;
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = stack.split('\n').filter((frame) => /^\s+at /.test(frame));
  logger.error('bug', { ...line, error_name: name, frames });
  return new Error(`A bug stopped the batch: ${name}`);
}
