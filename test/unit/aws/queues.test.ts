import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCallbackQueue, createJobQueue } from '../../../aws/sqs/queues.ts';

const sqs = mockClient(SQSClient);
const deps = {
  client: sqs as unknown as SQSClient,
  queue_url: 'https://sqs.us-east-1.amazonaws.com/000000000000/jobs',
};
beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({});
});

const listSent = () => sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);

describe('a queue', () => {
  it('The job queue sends commands without a delay', async () => {
    await createJobQueue(deps).send({ kind: 'resume', job_id: 'job_1' });
    expect(listSent()).toEqual([
      {
        QueueUrl: deps.queue_url,
        MessageBody: '{"kind":"resume","job_id":"job_1"}',
        DelaySeconds: 0,
      },
    ]);
  });

  it('The callback queue sends an attempt with the delay until it is due', async () => {
    await createCallbackQueue(deps).send({ job_id: 'job_1', attempt: 4 }, 900);
    expect(listSent()).toEqual([
      {
        QueueUrl: deps.queue_url,
        MessageBody: '{"job_id":"job_1","attempt":4}',
        DelaySeconds: 900,
      },
    ]);
  });

  it('The client of a queue calls its endpoint, and not the host of the queue URL', async () => {
    await createJobQueue({ queue_url: deps.queue_url }).send({ kind: 'sweep' });
    const { config } = sqs.calls()[0]!.thisValue as SQSClient;
    expect(config).toMatchObject({ useQueueUrlAsEndpoint: false });
  });

  it('A queue whose call is refused throws a ServiceError that says whether to retry', async () => {
    sqs.on(SendMessageCommand).rejects(
      Object.assign(new Error('no'), {
        name: 'QueueDoesNotExist',
        $metadata: { httpStatusCode: 400 },
      }),
    );
    await expect(createJobQueue(deps).send({ kind: 'sweep' })).rejects.toMatchObject({
      service: 'sqs',
      code: 'QueueDoesNotExist',
      retryable: false,
    });
  });
});
