import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createBudgetLedger } from '../../aws/dynamodb/budget-ledger.ts';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createJobInputs } from '../../aws/s3/job-inputs.ts';
import { createRecordLists } from '../../aws/s3/record-lists.ts';
import { createTextClaims } from '../../aws/s3/text-claims.ts';
import { createCallbackQueue, createJobQueue } from '../../aws/sqs/queues.ts';
import { createReadBudget } from '../../budgets/read-budget.ts';
import { billedUnits } from '../../budgets/units.ts';
import { measureBulkLoad } from '../../jobs/bulk-load.ts';
import { createOnFinal } from '../../jobs/end-job.ts';
import { createSweep } from '../../jobs/sweep.ts';
import { sleep } from '../../lib/sleep.ts';
import {
  ANALYZERS,
  COMPREHEND_PERSONAL_DATA_LANGUAGES,
  MAX_SEARCHED_BYTES,
  parseEnvironment,
  type SubmissionEnvironment,
  submissionEnvironmentSchema,
  tenantLimit,
  textsPerSecond,
} from '../../schemas/index.ts';
import { createAdmit } from './admit.ts';
import type { CountDeps } from './count-records.ts';
import type { CountUnits } from './input.ts';
import { createMessageHandler } from './messages.ts';
import { createPace } from './pace.ts';
import { InputChangedError } from './ports.ts';
import { createSubmit } from './submit.ts';

/**
 * Builds the Lambda function that submits jobs and sweeps the jobs that are due.
 *
 * @throws {Error} if an environment variable is missing or wrong.
 */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(submissionEnvironmentSchema, variables);
  const now = Date.now;
  const logger = new Logger({ serviceName: 'aurastream-submission' });
  const metrics = new Metrics({
    ...{ namespace: 'AuraStream', serviceName: 'submission' },
    defaultDimensions: { environment: environment.ENVIRONMENT },
  });
  const store = createJobStore({ table_name: environment.JOBS_TABLE, now });
  const job_queue = createJobQueue({ queue_url: environment.JOBS_QUEUE_URL });
  const callback_queue = createCallbackQueue({ queue_url: environment.CALLBACK_QUEUE_URL });
  const on_final = createOnFinal(callback_queue);
  const bucket_name = environment.INPUT_BUCKET;
  const documents_per_second = textsPerSecond(environment.ANALYZER, {
    analyzer_calls: environment.ANALYZER_CALLS_PER_SECOND,
    searches: environment.PRIVACY_CALLS_PER_SECOND,
  });
  const readLoad = async () => {
    const [samples, starts] = await Promise.all([store.throughputSamples(), store.batchStarts()]);
    return measureBulkLoad(now(), { samples, starts });
  };
  const readBudget = createReadBudget({
    ledger: createBudgetLedger({ table_name: environment.QUOTA_TABLE }),
    limits: environment.BUDGETS,
    now,
  });
  const inputs = createJobInputs({
    bucket_name,
    createChangedError: () => new InputChangedError('The input has another etag'),
  });
  const handleMessages = createMessageHandler({
    submit: createSubmit({
      ...{ store, inputs, record_lists: createRecordLists({ bucket_name }) },
      stream: createKinesisStream({ stream_name: environment.STREAM_NAME }),
      claims: createTextClaims({ bucket_name }),
      on_final,
      admit: createAdmit({ store, readLoad, readBudget, documents_per_second, now }),
      unitsOf: composeUnits(environment),
      startPace: () => createPace({ readLoad, documents_per_second, now, sleep }),
      now,
    }),
    sweep: createSweep({ store, job_queue, callback_queue, deleteInput: inputs.delete, now }),
    job_queue,
    newOwner: randomUUID,
    countStopped: () => {
      metrics.addMetric('submissions_stopped', MetricUnit.Count, 1);
      metrics.publishStoredMetrics();
    },
    log: (level, message, details) => logger[level](message, { ...details }),
  });
  return (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
    handleMessages(event.Records, () => context.getRemainingTimeInMillis());
}

/** Creates the function that decides whether the units of a tenant's jobs are counted. */
function composeUnits(environment: SubmissionEnvironment): CountDeps['unitsOf'] {
  const { BUDGETS: limits, ANALYZER } = environment;
  const { max_document_bytes } = ANALYZERS[ANALYZER];
  const is_searched = environment.PRIVACY_CALLS_PER_SECOND !== undefined;
  const countUnits: CountUnits = (text, language) => {
    const units = billedUnits(text, max_document_bytes);
    // A text whose language is not known yet may be in one that Comprehend searches.
    const may_be_searched =
      is_searched && ['auto', ...COMPREHEND_PERSONAL_DATA_LANGUAGES].includes(language);
    return may_be_searched ? units + billedUnits(text, MAX_SEARCHED_BYTES) : units;
  };
  return (tenant) => {
    const limit = tenantLimit(limits, tenant) ?? limits.deployment ?? undefined;
    return limit === undefined ? undefined : countUnits;
  };
}
