import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createMarks } from '../../aws/s3/failure-bucket.ts';
import { createOverBudgetSetAsides } from '../../aws/s3/set-aside-bucket.ts';
import { createSecret } from '../../aws/secrets-manager/secrets.ts';
import { createPublisher } from '../../ingest/index.ts';
import { createPace } from '../../ingest/submission/pace.ts';
import { measureBulkLoad } from '../../jobs/bulk-load.ts';
import { handleEach } from '../../lib/handle-each.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import { sleep } from '../../lib/sleep.ts';
import {
  type BudgetReplayEnvironment,
  budgetReplayEnvironmentSchema,
  parseEnvironment,
  textsPerSecond,
} from '../../schemas/index.ts';
import { type OverBudgetReplayDeps, replayOverBudget } from './replay.ts';

/** Time before the timeout of an invocation at which it begins no further lot, in milliseconds. */
const LEAST_MS = 30_000;

/**
 * Builds the Lambda function that replays the records that were over budget in past months. Each
 * message starts a run.
 *
 * @throws {Error} if an environment variable is missing or wrong.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(budgetReplayEnvironmentSchema, variables);
  const logger = new Logger({ serviceName: 'aurastream-budget-replay' });
  const createDeps = prepareDeps(environment, Date.now);
  const reportFailure = (message_id: string, error: unknown) =>
    logger.error('replay of records over budget failed', { message_id, ...describeSafely(error) });
  return ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const isTimeUp = () => context.getRemainingTimeInMillis() < LEAST_MS;
    const replay = async () => {
      const report = await replayOverBudget(createDeps(), isTimeUp);
      logger.info('records over budget replayed', { ...report });
    };
    return handleEach(Records, replay, reportFailure);
  };
}

/** Creates the clients once. A run has a pace of its own. */
function prepareDeps(
  environment: BudgetReplayEnvironment,
  now: () => number,
): () => OverBudgetReplayDeps {
  const bucket_name = environment.SET_ASIDE_BUCKET;
  const store = createJobStore({ table_name: environment.JOBS_TABLE, now });
  const readLoad = async () => {
    const [samples, starts] = await Promise.all([store.throughputSamples(), store.batchStarts()]);
    return measureBulkLoad(now(), { samples, starts });
  };
  const documents_per_second = textsPerSecond(environment.ANALYZER, {
    analyzer_calls: environment.ANALYZER_CALLS_PER_SECOND,
    searches: environment.PRIVACY_CALLS_PER_SECOND,
  });
  const clients = {
    set_asides: createOverBudgetSetAsides({ bucket_name }),
    marks: createMarks({ bucket_name }),
    restoreKey: createSecret({ secret_id: environment.RESTORE_KEY_ARN }),
    publisher: createPublisher({
      stream: createKinesisStream({ stream_name: environment.STREAM_NAME }),
    }),
  };
  return () => ({
    ...clients,
    pace: createPace({ readLoad, documents_per_second, now, sleep }),
    now,
  });
}
