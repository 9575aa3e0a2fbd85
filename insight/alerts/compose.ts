import { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createAlertEvents } from '../../aws/dynamodb/alerts/events.ts';
import { createAlertRules } from '../../aws/dynamodb/alerts/rules.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createRotatingSecret } from '../../aws/secrets-manager/secrets.ts';
import { createAlertQueue } from '../../aws/sqs/queues.ts';
import { createPost } from '../../jobs/callbacks/post.ts';
import { handleEach } from '../../lib/handle-each.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import {
  alertMessageSchema,
  alertsEnvironmentSchema,
  parseEnvironment,
  ServiceError,
} from '../../schemas/index.ts';
import { createDeliver } from './deliver.ts';

/**
 * Creates the deployed function that sends alerts.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(alertsEnvironmentSchema, variables);
  const logger = new Logger({ serviceName: 'aurastream-alerts' });
  const now = Date.now;
  const table_name = environment.ALERTS_TABLE;
  const deliver = createDeliver({
    rules: createAlertRules({ table_name }),
    events: createAlertEvents({ table_name, now }),
    queue: createAlertQueue({ queue_url: environment.ALERT_QUEUE_URL }),
    rows: createResultsReader({ table_name: environment.RESULTS_TABLE, now }),
    post: createPost({ allow_loopback: environment.CALLBACK_ALLOW_LOOPBACK }),
    secrets: createRotatingSecret({ secret_id: environment.CALLBACK_SECRET_ARN }),
    now,
  });
  const handle = async ({ body }: SQSRecord) => {
    const message = alertMessageSchema.parse(JSON.parse(body));
    const { tenant, name, event_id, attempt } = message;
    const outcome = await deliver(message);
    logger.info('alert handled', { tenant, name, event_id, attempt, outcome });
  };
  const reportFailure = (message_id: string, error: unknown) => {
    const reason = error instanceof ServiceError ? { error: error.message } : describeSafely(error);
    logger.error('message failed', { message_id, ...reason });
  };
  return ({ Records }: SQSEvent): Promise<SQSBatchResponse> =>
    handleEach(Records, handle, reportFailure);
}
