import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface QueueReader {
  /** Receives up to `most` messages, and waits up to a second if the queue has no visible message. */
  receive(most: number): Promise<Message[]>;
  remove(messages: Message[]): Promise<void>;
}

const WAIT_SECONDS = 1;
/** Largest number of messages that one request to SQS returns, and that one request deletes. */
const MOST_MESSAGES = 10;

/**
 * Creates a reader that makes the same calls to SQS as Lambda, so that the function's role needs
 * the same grants as on AWS.
 */
export function createQueueReader(
  client: SQSClient,
  { queue_url }: { queue_url: string },
  abortSignal: AbortSignal,
): QueueReader {
  let is_checked = false;
  /** Reads the queue's attributes before the first message is received, as Lambda does. */
  const checkAccess = async () => {
    const input = { QueueUrl: queue_url, AttributeNames: ['VisibilityTimeout' as const] };
    await client.send(new GetQueueAttributesCommand(input), { abortSignal });
    is_checked = true;
  };
  return {
    async receive(most) {
      if (!is_checked) await checkAccess();
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queue_url,
          MaxNumberOfMessages: Math.min(most, MOST_MESSAGES),
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ['All'],
        }),
        { abortSignal },
      );
      return Messages;
    },
    async remove(messages) {
      for (let start = 0; start < messages.length; start += MOST_MESSAGES) {
        const some = messages.slice(start, start + MOST_MESSAGES);
        const Entries = some.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
        await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue_url, Entries }));
      }
    },
  };
}
