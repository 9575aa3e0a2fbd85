import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { describeSafely } from '../../lib/safe-error.ts';
import { type ChangeRecord, changesSchema } from '../../schemas/index.ts';
import type { KeepReport } from './keep.ts';

export interface HandleDeps {
  keep: (changes: ChangeRecord[]) => Promise<KeepReport>;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>;
}

/** The answer of a function whose mapping reports single changes. */
export interface KeepResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * Creates the function that answers Lambda: it stores the versions that a batch has replaced, writes
 * one log line and the metrics, and says from which change on Lambda must deliver the batch again.
 */
export function createHandle(deps: HandleDeps): (event: unknown) => Promise<KeepResponse> {
  return async (input) => {
    const report = await keepSafely(deps, input);
    const { versions, unreadable, failed_versions, failed_from } = report;
    const level = failed_versions + unreadable > 0 ? 'warn' : 'info';
    deps.logger[level]('versions stored', { ...report });
    for (const [name, value] of Object.entries({ versions, unreadable, failed_versions })) {
      deps.metrics.addMetric(name, MetricUnit.Count, value);
    }
    deps.metrics.publishStoredMetrics();
    return {
      batchItemFailures: failed_from === undefined ? [] : [{ itemIdentifier: failed_from }],
    };
  };
}

async function keepSafely({ keep, logger }: HandleDeps, input: unknown): Promise<KeepReport> {
  try {
    return await keep(changesSchema.parse(input).Records);
  } catch (error) {
    const described = describeSafely(error);
    logger.error('history stopped by a bug', { ...described });
    // The message of an unexpected error may quote a text, and Lambda logs every error.
    throw new Error(`A bug stopped the history: ${described.error_name}`);
  }
}
