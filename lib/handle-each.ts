/** The answer that Lambda expects of a function whose mapping reports single messages. */
interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * Handles the messages of a batch one after the other. A message whose handler throws is reported to
 * SQS, and SQS delivers this message again. The other messages are handled all the same.
 *
 * @param handle handles one message.
 * @param reportFailure logs why a message failed. It must not log the message, which could hold a
 *   user's text.
 * @returns the ids of the failed messages.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function handleEach<Message extends { messageId: string }>(
  messages: Message[],
  handle: (message: Message) => Promise<void>,
  reportFailure: (message_id: string, error: unknown) => void,
): Promise<BatchResponse> {
  const batchItemFailures: BatchResponse['batchItemFailures'] = [];
  for (const message of messages) {
    try {
      await handle(message);
    } catch (error) {
      reportFailure(message.messageId, error);
      batchItemFailures.push({ itemIdentifier: message.messageId });
    }
  }
  return { batchItemFailures };
}
