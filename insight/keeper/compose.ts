import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createStatements } from '../../aws/athena/statements.ts';
import { createCountsStore } from '../../aws/dynamodb/counts/store.ts';
import { createTableLease } from '../../aws/dynamodb/keeper/lease.ts';
import { createManifest } from '../../aws/dynamodb/keeper/manifest.ts';
import { createRawObjects } from '../../aws/s3/raw-objects.ts';
import { createKeeperQueue } from '../../aws/sqs/queues.ts';
import { sleep } from '../../lib/sleep.ts';
import { keeperEnvironmentSchema, parseEnvironment } from '../../schemas/index.ts';
import { createReadBuckets } from '../counts/read.ts';
import { createMessageHandler, type KeeperMetric } from './messages.ts';
import { UnreadableObjectError } from './ports.ts';
import { createTablePreparation } from './table.ts';

const DAY_SECONDS = 86_400;
/** Days for which a merged object is remembered after it should have expired. S3 may delete it late. */
const LATE_DAYS = 3;

/**
 * Builds the Lambda function that keeps the table `results` of the lake.
 *
 * @throws {Error} if an environment variable is missing or wrong.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(keeperEnvironmentSchema, variables);
  const { LAKE_BUCKET: bucket, KEEPER_TABLE: table_name, LAKE_RAW_DAYS: raw_days } = environment;
  const now = Date.now;
  const logger = new Logger({ serviceName: 'aurastream-keeper' });
  const metrics = new Metrics({
    ...{ namespace: 'AuraStream', serviceName: 'keeper' },
    defaultDimensions: { environment: environment.ENVIRONMENT },
  });
  const statements = createStatements({
    work_group: environment.ATHENA_WORKGROUP,
    database: environment.ATHENA_DATABASE,
  });
  const handleMessages = createMessageHandler({
    manifest: createManifest({
      ...{ table_name, now },
      kept_seconds: (raw_days + LATE_DAYS) * DAY_SECONDS,
    }),
    lease: createTableLease({ table_name, now }),
    statements,
    raw: createRawObjects({
      bucket_name: bucket,
      createUnreadableError: (message) => new UnreadableObjectError(message),
    }),
    readBuckets: createReadBuckets({
      counts: createCountsStore({ table_name: environment.COUNTS_TABLE }),
      now,
    }),
    queue: createKeeperQueue({ queue_url: environment.KEEPER_QUEUE_URL }),
    preparation: createTablePreparation({
      ...{ statements, bucket },
      snapshot_days: environment.LAKE_SNAPSHOT_DAYS,
    }),
    retention: environment.RETENTION,
    interval_ms: environment.LAKE_MERGE_SECONDS * 1_000,
    newOwner: randomUUID,
    log: (message, details) => logger.info(message, { ...details }),
    logError: (message, details) => logger.error(message, { ...details }),
    measure: (name, value) => publish(metrics, name, value),
    ...{ bucket, now, sleep },
  });
  return (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
    handleMessages(event.Records, () => context.getRemainingTimeInMillis());
}

function publish(metrics: Metrics, name: KeeperMetric, value: number): void {
  const unit = name.endsWith('_seconds') ? MetricUnit.Seconds : MetricUnit.Count;
  metrics.addMetric(name, unit, value);
  metrics.publishStoredMetrics();
}
