import { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createRotatingSecret } from '../../aws/secrets-manager/secrets.ts';
import { createCallbackQueue } from '../../aws/sqs/queues.ts';
import { handleEach } from '../../lib/handle-each.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import {
  callbackEnvironmentSchema,
  callbackMessageSchema,
  parseEnvironment,
  ServiceError,
} from '../../schemas/index.ts';
import { createCallBack } from './call-back.ts';
import { createPost } from './post.ts';

/**
 * Builds the Lambda function that sends callbacks.
 *
 * @throws {Error} if an environment variable is missing or wrong.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(callbackEnvironmentSchema, variables);
  const logger = new Logger({ serviceName: 'aurastream-callbacks' });
  const callBack = createCallBack({
    store: createJobStore({ table_name: environment.JOBS_TABLE, now: Date.now }),
    queue: createCallbackQueue({ queue_url: environment.CALLBACK_QUEUE_URL }),
    post: createPost({ allow_loopback: environment.CALLBACK_ALLOW_LOOPBACK }),
    secrets: createRotatingSecret({ secret_id: environment.CALLBACK_SECRET_ARN }),
    now: Date.now,
  });
  const handle = async ({ body }: SQSRecord) => {
    const message = callbackMessageSchema.parse(JSON.parse(body));
    logger.info('callback handled', { ...message, outcome: await callBack(message) });
  };
  const reportFailure = (message_id: string, error: unknown) => {
    const reason = error instanceof ServiceError ? { error: error.message } : describeSafely(error);
    logger.error('message failed', { message_id, ...reason });
  };
  return ({ Records }: SQSEvent): Promise<SQSBatchResponse> =>
    handleEach(Records, handle, reportFailure);
}
