import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { composeAuditTrail } from '../../audit/compose.ts';
import { readTemplate } from '../../aws/cloudformation/template.ts';
import { createPrivacyQueue } from '../../aws/sqs/queues.ts';
import { handleEach } from '../../lib/handle-each.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import {
  type PrivacyEnvironment,
  parseEnvironment,
  privacyEnvironmentSchema,
  privacyMessageSchema,
} from '../../schemas/index.ts';
import { composeErase, type EraseResources } from '../erase/compose.ts';
import { eraseSlice } from './erase-slice.ts';
import { handleRequest } from './handle-request.ts';

/** Time before the timeout of an invocation at which it begins nothing more, in milliseconds. */
const LEAST_MS = 90_000;

/**
 * Builds the Lambda function that does the requests for erasures and exports. Each message is a slice of
 * one request.
 *
 * @throws {Error} if an environment variable is missing or wrong.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(privacyEnvironmentSchema, variables);
  const logger = new Logger({ serviceName: 'aurastream-privacy' });
  const queue = createPrivacyQueue({ queue_url: environment.PRIVACY_QUEUE_URL });
  const trailOf = composeAuditTrail(
    {
      ...{ bucket_name: environment.AUDIT_BUCKET, key_arn: environment.AUDIT_KEY_ARN },
      kind: 'privacy',
    },
    {
      onOutcomeLost: (act_id, error) =>
        logger.error('outcome of an act not recorded', { act_id, ...describeSafely(error) }),
    },
  );
  return ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const remaining_ms = () => context.getRemainingTimeInMillis() - LEAST_MS;
    const handle = async ({ body }: { body: string }) => {
      const message = privacyMessageSchema.parse(JSON.parse(body));
      const { request_id } = message.request;
      const template = await readTemplate(environment.STACK_NAME);
      const deps = composeErase(nameResources(environment), template, {
        isTimeUp: () => remaining_ms() <= 0,
        limit_ms: remaining_ms,
        remaining_ms: () => context.getRemainingTimeInMillis(),
      });
      const status = await handleRequest(
        { queue, trailOf, work: (one) => eraseSlice(deps, one) },
        message,
      );
      logger.info('request handled', { request_id, status, hops: message.hops });
    };
    return handleEach(Records, handle, (message_id, error) =>
      logger.error('request failed', { message_id, ...describeSafely(error) }),
    );
  };
}

function nameResources(environment: PrivacyEnvironment): EraseResources {
  return {
    StreamName: environment.STREAM_NAME,
    BulkStreamName: environment.BULK_STREAM_NAME,
    ResultsTableName: environment.RESULTS_TABLE,
    HistoryTableName: environment.HISTORY_TABLE,
    JobsTableName: environment.JOBS_TABLE,
    KeeperTableName: environment.KEEPER_TABLE,
    SetAsideBucketName: environment.SET_ASIDE_BUCKET,
    FailureBucketName: environment.FAILURE_BUCKET,
    InputBucketName: environment.INPUT_BUCKET,
    LakeBucketName: environment.LAKE_BUCKET,
    DeliveryStreamName: environment.DELIVERY_STREAM,
    WorkgroupName: environment.ATHENA_WORKGROUP,
    DatabaseName: environment.ATHENA_DATABASE,
    BufferSeconds: environment.LAKE_BUFFER_SECONDS,
    RestoreKeyArn: environment.RESTORE_KEY_ARN,
  };
}
