import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CallbackQueue, JobQueue } from '../../jobs/ports.ts';
import { PATIENCE, quiet, serviceError } from '../clients.ts';

export interface QueueDeps {
  client?: Pick<SQSClient, 'send'>;
  queue_url: string;
}

/** The queue of the function that submits jobs. */
export function createJobQueue(deps: QueueDeps): JobQueue {
  const send = createSend(deps);
  return { send: (command) => send(command, 0) };
}

/** The queue of the function that calls back. */
export function createCallbackQueue(deps: QueueDeps): CallbackQueue {
  return { send: createSend(deps) };
}

function createSend({
  client = quiet(new SQSClient({ requestHandler: PATIENCE })),
  queue_url,
}: QueueDeps) {
  return async (message: object, delay_seconds: number): Promise<void> => {
    const command = new SendMessageCommand({
      QueueUrl: queue_url,
      MessageBody: JSON.stringify(message),
      DelaySeconds: delay_seconds,
    });
    await client.send(command).catch((cause: unknown) => {
      throw serviceError('sqs', cause);
    });
  };
}
