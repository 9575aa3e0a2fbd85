import type { Message } from '@aws-sdk/client-sqs';
import { REGION } from '../../gateway/types.ts';
import type { Invocation } from '../function/invocation.ts';

/**
 * Builds the event of a batch of messages. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function queueEvent(messages: Message[], queue_arn: string) {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: {},
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queue_arn,
      awsRegion: REGION,
    })),
  };
}

/**
 * Returns the messages that the function processed. The list is empty if the function failed or
 * reported a message id that the batch does not contain.
 */
export function processedMessages(
  invocation: Invocation,
  messages: Message[],
  report_item_failures: boolean,
): Message[] {
  if (invocation.kind !== 'answered') return [];
  const failed = report_item_failures ? reportedFailures(invocation.payload) : [];
  const ids = new Set(messages.map(({ MessageId }) => MessageId));
  if (failed.some((id) => id === '' || !ids.has(id))) return [];
  return messages.filter(({ MessageId = '' }) => !failed.includes(MessageId));
}

/**
 * Reads the ids of the failed messages from the function's answer. An answer without a list of
 * failures reports no failed message.
 */
function reportedFailures(payload: string): string[] {
  const body = JSON.parse(payload) as { batchItemFailures?: { itemIdentifier?: string }[] } | null;
  return (body?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier ?? '');
}
