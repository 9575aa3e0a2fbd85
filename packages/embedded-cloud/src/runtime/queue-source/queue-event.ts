import type { Message } from '@aws-sdk/client-sqs';
import { REGION } from '../../gateway/types.ts';
import type { Invocation } from '../function/invocation.ts';
import { readItemFailures } from '../function/item-failures.ts';

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
 * reported a message that the batch does not contain. Without `report_item_failures`, an answer of
 * any kind means that all messages were processed.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function listProcessed(
  invocation: Invocation,
  messages: Message[],
  report_item_failures: boolean,
): Message[] {
  if (invocation.kind !== 'answered') return [];
  if (!report_item_failures) return messages;
  const ids = messages.map(({ MessageId = '' }) => MessageId);
  const failed = readItemFailures(invocation.payload, ids);
  if (failed === 'invalid') return [];
  return messages.filter(({ MessageId = '' }) => !failed.includes(MessageId));
}
