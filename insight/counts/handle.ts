import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { describeSafely } from '../../lib/safe-error.ts';
import { type ChangeEvent, changeEventSchema } from '../../schemas/index.ts';
import type { CountReport } from './count.ts';

export interface HandleDeps {
  count: (event: ChangeEvent) => Promise<CountReport>;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * The answer that Lambda expects of a function with a tumbling window. Without `state`, Lambda regards the
 * invocation as failed. The counts need the window only because its events name the shard.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
 */
export interface CountsResponse {
  state: Record<string, never>;
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * Creates the function that answers Lambda: it counts a batch, writes one log line and the metrics,
 * and says from which change on Lambda must deliver the batch again.
 */
export function createHandle(deps: HandleDeps): (event: unknown) => Promise<CountsResponse> {
  return async (input) => {
    const report = await countSafely(deps, input);
    const { failed_from, ...measures } = report;
    const line = { ...measures, failed_from };
    if (report.failed_rows + report.unreadable > 0) deps.logger.warn('changes counted', line);
    else deps.logger.info('changes counted', line);
    const { changes, writes, unreadable, failed_rows, lag_ms } = report;
    const counts = { changes, writes, unreadable, failed_rows };
    for (const [name, value] of Object.entries(counts)) {
      deps.metrics.addMetric(name, MetricUnit.Count, value);
    }
    if (lag_ms !== undefined) deps.metrics.addMetric('lag_ms', MetricUnit.Milliseconds, lag_ms);
    deps.metrics.publishStoredMetrics();
    return {
      state: {},
      batchItemFailures: failed_from === undefined ? [] : [{ itemIdentifier: failed_from }],
    };
  };
}

async function countSafely({ count, logger, now }: HandleDeps, input: unknown) {
  try {
    const event = changeEventSchema.parse(input);
    const report = await count(event);
    const last = event.Records.at(-1)?.dynamodb.ApproximateCreationDateTime;
    return { ...report, lag_ms: last === undefined ? undefined : now() - last * 1_000 };
  } catch (error) {
    const described = describeSafely(error);
    logger.error('counting stopped by a bug', { ...described });
    // The message of an unexpected error may quote a text, and Lambda logs every error.
    throw new Error(`A bug stopped the counting: ${described.error_name}`);
  }
}
