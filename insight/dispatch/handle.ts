import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { describeSafely } from '../../lib/safe-error.ts';
import { type ChangeRecord, changesSchema } from '../../schemas/index.ts';
import { type AlertReport, earlierOf } from '../alerts/report.ts';
import type { KeepReport } from '../history/keep.ts';

export interface HandleDeps {
  keep: (changes: ChangeRecord[]) => Promise<KeepReport>;
  report: (changes: ChangeRecord[]) => Promise<AlertReport>;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>;
}

/** The answer of a function whose mapping reports single changes. */
export interface DispatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * Creates the function that answers Lambda: it stores the versions that a batch has replaced, reports the
 * changes that match alerts, writes one log line and the metrics, and says from which change on Lambda
 * must deliver the batch again. Both parts do nothing twice, so a failure of one repeats the other.
 */
export function createHandle(deps: HandleDeps): (event: unknown) => Promise<DispatchResponse> {
  return async (input) => {
    const { kept, reported } = await dispatchSafely(deps, input);
    const failed_from = earlierOf(kept.failed_from, reported.failed_from);
    const { versions, unreadable, failed_versions } = kept;
    const { alerts_reported, alerts_suppressed, failed_alerts } = reported;
    const counts = {
      ...{ versions, unreadable, failed_versions },
      ...{ alerts_reported, alerts_suppressed, failed_alerts },
    };
    const error_codes = [...new Set([...kept.error_codes, ...reported.error_codes])];
    const level = failed_versions + unreadable + failed_alerts > 0 ? 'warn' : 'info';
    deps.logger[level]('changes dispatched', {
      changes: kept.changes,
      ...counts,
      ...{ error_codes, failed_from },
    });
    for (const [name, value] of Object.entries(counts)) {
      deps.metrics.addMetric(name, MetricUnit.Count, value);
    }
    deps.metrics.publishStoredMetrics();
    return {
      batchItemFailures: failed_from === undefined ? [] : [{ itemIdentifier: failed_from }],
    };
  };
}

async function dispatchSafely({ keep, report, logger }: HandleDeps, input: unknown) {
  try {
    const { Records } = changesSchema.parse(input);
    const [kept, reported] = await Promise.all([keep(Records), report(Records)]);
    return { kept, reported };
  } catch (error) {
    const described = describeSafely(error);
    logger.error('dispatch stopped by a bug', { ...described });
    // The message of an unexpected error may quote a text, and Lambda logs every error.
    throw new Error(`A bug stopped the dispatch: ${described.error_name}`);
  }
}
