import { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createDigests } from '../../aws/dynamodb/alerts/digests.ts';
import { createAlertEvents } from '../../aws/dynamodb/alerts/events.ts';
import { createAlertRules } from '../../aws/dynamodb/alerts/rules.ts';
import { createCountsStore } from '../../aws/dynamodb/counts/store.ts';
import { createDigestTexts } from '../../aws/dynamodb/results/digest-texts.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createRotatingSecret } from '../../aws/secrets-manager/secrets.ts';
import { createAlertQueues } from '../../aws/sqs/queues.ts';
import { createPost } from '../../jobs/callbacks/post.ts';
import { handleEach } from '../../lib/handle-each.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import {
  alertQueueMessageSchema,
  alertsEnvironmentSchema,
  parseEnvironment,
  ServiceError,
} from '../../schemas/index.ts';
import { createReadBuckets } from '../counts/read.ts';
import { createComputeDigest } from '../digests/compute.ts';
import { createDeliverDigest } from '../digests/deliver.ts';
import { createSendDue } from '../digests/send-due.ts';
import { createDeliver } from './deliver.ts';

/**
 * Creates the deployed function that sends alerts and digests.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(alertsEnvironmentSchema, variables);
  const logger = new Logger({ serviceName: 'aurastream-alerts' });
  const now = Date.now;
  const table_name = environment.ALERTS_TABLE;
  const sending = {
    events: createAlertEvents({ table_name, now }),
    post: createPost({ allow_loopback: environment.CALLBACK_ALLOW_LOOPBACK }),
    secrets: createRotatingSecret({ secret_id: environment.CALLBACK_SECRET_ARN }),
    now,
  };
  const rows = createResultsReader({ table_name: environment.RESULTS_TABLE, now });
  const digests = createDigests({ table_name });
  const { queue, digest_queue } = createAlertQueues({ queue_url: environment.ALERT_QUEUE_URL });
  const deliver = createDeliver({
    ...{ ...sending, queue, rows, rules: createAlertRules({ table_name }) },
  });
  const deliverDigest = createDeliverDigest({
    ...{ ...sending, digests, queue: digest_queue },
    computeDigest: createComputeDigest({
      readBuckets: createReadBuckets({
        counts: createCountsStore({ table_name: environment.COUNTS_TABLE }),
        now,
      }),
      listTexts: createDigestTexts(rows),
    }),
  });
  const sendDue = createSendDue({ ...sending, digests, queue: digest_queue });
  const handle = async ({ body }: SQSRecord) => {
    const message = alertQueueMessageSchema.parse(JSON.parse(body));
    if ('kind' in message && message.kind === 'digests_due') {
      logger.info('digests started', { messages: await sendDue() });
      return;
    }
    const { tenant, name, event_id, attempt } = message;
    const outcome = await ('kind' in message ? deliverDigest(message) : deliver(message));
    logger.info('alert handled', { tenant, name, event_id, attempt, outcome });
  };
  const reportFailure = (message_id: string, error: unknown) => {
    const reason = error instanceof ServiceError ? { error: error.message } : describeSafely(error);
    logger.error('message failed', { message_id, ...reason });
  };
  return ({ Records }: SQSEvent): Promise<SQSBatchResponse> =>
    handleEach(Records, handle, reportFailure);
}
