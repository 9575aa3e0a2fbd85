import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { createQueueRead } from '../../audit/queue-read.ts';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createRecordLists } from '../../aws/s3/record-lists.ts';
import { createAuditQueue } from '../../aws/sqs/queues.ts';
import { describeSafely } from '../../lib/safe-error.ts';
import { downloadEnvironmentSchema, parseEnvironment } from '../../schemas/index.ts';
import { createApp } from '../app.ts';
import { type DownloadDeps, downloadRoute } from '../routes/download.ts';
import { DOWNLOAD_LIMITS } from './limits.ts';

/**
 * Creates the app that streams the results of jobs, with its AWS clients.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function composeDownload(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(downloadEnvironmentSchema, variables);
  const now = Date.now;
  const logger = new Logger({ serviceName: 'aurastream-download' });
  const deps: DownloadDeps = {
    jobs: createJobStore({ table_name: environment.JOBS_TABLE, now }),
    results: createResultsReader({ table_name: environment.RESULTS_TABLE, now }),
    record_lists: createRecordLists({ bucket_name: environment.INPUT_BUCKET }),
    settings: { cors_origins: environment.CORS_ORIGINS },
    record_read: createQueueRead({
      queue: createAuditQueue({ queue_url: environment.AUDIT_QUEUE_URL }),
      now,
    }),
    download_limits: DOWNLOAD_LIMITS,
    now,
    request_id: ({ requestContext }) => requestContext?.requestId ?? randomUUID(),
    on_answer: (report) => logger.info('request answered', { ...report }),
    on_download: (report) => logger.info('download ended', { ...report }),
    on_error: (error, request_id) =>
      logger.error('bug in the API', { request_id, ...describeSafely(error) }),
  };
  return createApp(deps, [downloadRoute]);
}
