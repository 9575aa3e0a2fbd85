import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createKinesisStream } from '../../aws/kinesis/stream.ts';
import { createJobInputs } from '../../aws/s3/job-inputs.ts';
import { createTextClaims } from '../../aws/s3/text-claims.ts';
import { createCallbackQueue, createJobQueue } from '../../aws/sqs/queues.ts';
import { createOnFinal } from '../../jobs/progress.ts';
import { createSweep } from '../../jobs/sweep.ts';
import { parseEnvironment, submissionEnvironmentSchema } from '../../schemas/index.ts';
import { createMessages } from './messages.ts';
import { InputChangedError } from './ports.ts';
import { createSubmit } from './submit.ts';

/** The function that submits jobs and looks after them, with its clients. @throws {Error} as parseEnvironment. */
export function compose(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(submissionEnvironmentSchema, variables);
  const now = Date.now;
  const logger = new Logger({ serviceName: 'aurastream-submission' });
  const store = createJobStore({ table_name: environment.JOBS_TABLE, now });
  const job_queue = createJobQueue({ queue_url: environment.JOBS_QUEUE_URL });
  const callback_queue = createCallbackQueue({ queue_url: environment.CALLBACK_QUEUE_URL });
  const on_final = createOnFinal(callback_queue);
  const bucket_name = environment.INPUT_BUCKET;
  const messages = createMessages({
    submit: createSubmit({
      store,
      inputs: createJobInputs({
        bucket_name,
        changed: () => new InputChangedError('The input is another'),
      }),
      stream: createKinesisStream({ stream_name: environment.STREAM_NAME }),
      claims: createTextClaims({ bucket_name }),
      on_final,
      now,
    }),
    sweep: createSweep({ store, job_queue, callback_queue, now }),
    job_queue,
    log: (level, message, details) => logger[level](message, { ...details }),
  });
  return (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
    messages(event.Records, () => context.getRemainingTimeInMillis());
}
