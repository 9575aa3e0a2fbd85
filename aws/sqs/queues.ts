import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AuditQueue } from '../../audit/ports.ts';
import type { AlertQueue } from '../../insight/alerts/ports.ts';
import type { DigestQueue } from '../../insight/digests/ports.ts';
import type { KeeperQueue } from '../../insight/keeper/ports.ts';
import type { CallbackQueue, JobQueue } from '../../jobs/ports.ts';
import type { PrivacyQueue } from '../../operations/privacy/ports.ts';
import { createClient } from '../clients.ts';
import { callService } from '../errors.ts';

export interface QueueDeps {
  client?: Pick<SQSClient, 'send'>;
  queue_url: string;
}

/** Creates the queue that sends messages to the function that submits jobs. */
export function createJobQueue(deps: QueueDeps): JobQueue {
  const send = createSend(deps);
  return { send: (command) => send(command, 0) };
}

/** Creates the queue that sends messages to the function that keeps the table `results`. */
export function createKeeperQueue(deps: QueueDeps): KeeperQueue {
  return { send: createSend(deps) };
}

/** Creates the queue of requests for erasures and exports. */
export function createPrivacyQueue(deps: QueueDeps): PrivacyQueue {
  return { send: createSend(deps) };
}

/** Creates the queue that sends reads to the function that writes the audit trail. */
export function createAuditQueue(deps: QueueDeps): AuditQueue {
  return { send: createSend(deps) };
}

/** Creates the queue that sends messages to the function that sends callbacks. */
export function createCallbackQueue(deps: QueueDeps): CallbackQueue {
  return { send: createSend(deps) };
}

/** Creates the queue that sends messages to the function that sends alerts. */
export function createAlertQueue(deps: QueueDeps): AlertQueue {
  return { send: createSend(deps) };
}

/** Creates the queue of alerts with one client for its two kinds of messages. */
export function createAlertQueues(deps: QueueDeps): {
  queue: AlertQueue;
  digest_queue: DigestQueue;
} {
  const send = createSend(deps);
  return { queue: { send }, digest_queue: { send } };
}

/**
 * By default, the SDK sends a request to the host of the queue's URL. This client uses its endpoint,
 * so that `AWS_ENDPOINT_URL` alone decides which cloud is called, as for the other services.
 */
function createSqsClient(): SQSClient {
  return createClient(SQSClient, { useQueueUrlAsEndpoint: false });
}

function createSend({ client = createSqsClient(), queue_url }: QueueDeps) {
  return async (message: object, delay_seconds: number): Promise<void> => {
    const command = new SendMessageCommand({
      QueueUrl: queue_url,
      MessageBody: JSON.stringify(message),
      DelaySeconds: delay_seconds,
    });
    void (await callService('sqs', () => client.send(command)));
  };
}
