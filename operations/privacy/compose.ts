import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { composeAuditTrail } from '../../audit/compose.ts';
import { readTemplate } from '../../aws/cloudformation/template.ts';
import { createExportStore } from '../../aws/s3/exports.ts';
import { createPrivacyRequestLog } from '../../aws/s3/privacy-requests.ts';
import { createPrivacyQueue } from '../../aws/sqs/queues.ts';
import { handleEach } from '../../lib/handle-each.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import {
  type PrivacyEnvironment,
  type PrivacyMessage,
  parseEnvironment,
  privacyEnvironmentSchema,
  privacyMessageSchema,
} from '../../schemas/index.ts';
import { composeErase, type EraseResources } from '../erase/compose.ts';
import { composeSources } from '../export/compose.ts';
import { eraseSlice } from './erase-slice.ts';
import { exportSlice } from './export-slice.ts';
import { handleRequest, type Slice } from './handle-request.ts';

/** Time before the timeout of an invocation at which it begins nothing more, in milliseconds. */
const LEAST_MS = 90_000;
/** A wait takes at least this long, in milliseconds, because a marker on an idle shard takes half of it. */
const LEAST_WAIT_MS = 30_000;

/**
 * Builds the Lambda function that does the requests for erasures and exports. Each message is a slice of
 * one request.
 *
 * @throws {Error} if an environment variable is missing or wrong.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(privacyEnvironmentSchema, variables);
  const logger = new Logger({ serviceName: 'aurastream-privacy' });
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
  const deps = {
    queue: createPrivacyQueue({ queue_url: environment.PRIVACY_QUEUE_URL }),
    requests: createPrivacyRequestLog({ bucket_name: environment.SET_ASIDE_BUCKET }),
    ...{ trailOf, now: Date.now },
  };
  return ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const handle = async ({ body, attributes }: SQSRecord) => {
      const message = privacyMessageSchema.parse(JSON.parse(body));
      const status = await handleRequest(
        { ...deps, work: composeWork(environment, context) },
        message,
        {
          is_last: Number(attributes.ApproximateReceiveCount) >= environment.MAX_RECEIVES,
        },
      );
      const { request_id } = message.request;
      logger.info('request handled', { request_id, status, hops: message.hops });
    };
    return handleEach(Records, handle, (message_id, error) =>
      logger.error('request failed', { message_id, ...describeSafely(error) }),
    );
  };
}

/** Returns the work of one invocation, which ends before the invocation does. */
function composeWork(environment: PrivacyEnvironment, context: Context) {
  const remaining_ms = () => context.getRemainingTimeInMillis() - LEAST_MS;
  const isTimeUp = () => remaining_ms() <= 0;
  const resources = nameResources(environment);
  return async (message: PrivacyMessage): Promise<Slice> => {
    if (message.request.kind === 'export') {
      const store = createExportStore({
        files: environment.INPUT_BUCKET,
        states: environment.SET_ASIDE_BUCKET,
      });
      const { EXPORT_DAYS: export_days } = environment;
      const sources = composeSources(resources);
      return exportSlice({ ...sources, store, isTimeUp, export_days, now: Date.now }, message);
    }
    const template = await readTemplate(environment.STACK_NAME);
    const deps = composeErase(resources, template, {
      isTimeUp,
      limit_ms: () => Math.max(remaining_ms(), LEAST_WAIT_MS),
      remaining_ms: () => context.getRemainingTimeInMillis(),
    });
    return eraseSlice(deps, message);
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
