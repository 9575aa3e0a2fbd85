import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface QueueReader {
  /** Waits up to a second for messages. */
  receive(): Promise<Message[]>;
  remove(messages: Message[]): Promise<void>;
}

const WAIT_SECONDS = 1;

/** Makes the calls to SQS that Lambda makes, so that the function's role needs the same grants as on AWS. */
export function createQueueReader(
  client: SQSClient,
  { queue_url, batch_size }: { queue_url: string; batch_size: number },
  abortSignal: AbortSignal,
): QueueReader {
  let is_checked = false;
  /** Lambda reads the queue's attributes before its first message. */
  const checkAccess = async () => {
    const input = { QueueUrl: queue_url, AttributeNames: ['VisibilityTimeout' as const] };
    await client.send(new GetQueueAttributesCommand(input), { abortSignal });
    is_checked = true;
  };
  return {
    async receive() {
      if (!is_checked) await checkAccess();
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queue_url,
          MaxNumberOfMessages: batch_size,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ['All'],
        }),
        { abortSignal },
      );
      return Messages;
    },
    async remove(messages) {
      const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue_url, Entries }));
    },
  };
}
