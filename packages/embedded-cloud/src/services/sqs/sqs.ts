import {
  type JsonObject,
  jsonBody,
  jsonProtocol,
  targetAction,
} from '../../gateway/json-protocol.ts';
import { ACCOUNT_ID, type AwsReply, type AwsService, REGION } from '../../gateway/types.ts';
import { computeMd5, type Message, type Queue } from './queue.ts';
import type { QueueStore } from './store.ts';

/**
 * Limits of SQS for messages, delays, batches, long polling and visibility timeouts.
 * Source:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_DELAY_SECONDS = 900;
const MAX_BATCH = 10;
const MAX_WAIT_SECONDS = 20;
const MAX_VISIBILITY_SECONDS = 43_200;
const POLL_MS = 100;

const { reply, error } = jsonProtocol('1.0');

type Action = (
  input: JsonObject,
  queue: Queue,
  trace_header: string | undefined,
) => AwsReply | Promise<AwsReply>;

/** An error that SQS sends to the client. */
class SqsError extends Error {
  override name = 'SqsError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Emulates the standard queues of SQS. Only the actions that functions, event source mappings and
 * rules use are emulated.
 */
export function createSqs(store: QueueStore): AwsService & { queues: QueueStore } {
  let closing = false;
  const actions = createActions(() => closing);

  return {
    service: 'sqs',
    queues: store,
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf(call) {
      const name = readQueueName(jsonBody(call) ?? {});
      // A batch action needs the permission for the action on a single message.
      const action = call.action.replace(/Batch$/, '');
      return [{ action: `sqs:${action}`, resource: `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}` }];
    },
    async handle(call) {
      const input = jsonBody(call);
      if (input === undefined)
        return error(400, 'SerializationException', 'The request body is not a JSON object');
      const queue = store.byName(readQueueName(input));
      if (queue === undefined) return createNoSuchQueue();
      if (call.action === 'GetQueueUrl') {
        const host = call.headers.host ?? 'localhost';
        return reply({ QueueUrl: `http://${host}/${ACCOUNT_ID}/${queue.spec.name}` });
      }
      const action = Object.hasOwn(actions, call.action) ? actions[call.action] : undefined;
      if (action === undefined) {
        return error(
          400,
          'UnsupportedOperation',
          `${call.action} is not emulated by the embedded SQS`,
        );
      }
      try {
        return await action(input, queue, call.headers['x-amzn-trace-id']);
      } catch (cause) {
        if (cause instanceof SqsError) return error(400, cause.code, cause.message);
        throw cause;
      }
    },
    errorReply: error,
    close: async () => {
      closing = true;
    },
  };
}

function createActions(isClosing: () => boolean): Record<string, Action> {
  return {
    SendMessage: (input, queue, trace_header) => reply(sendMessage(queue, input, trace_header)),
    SendMessageBatch: (input, queue, trace_header) =>
      reply(runBatch(input, (entry) => sendMessage(queue, entry, trace_header))),
    ReceiveMessage: async (input, queue) => {
      const messages = await receiveMessages(queue, input, isClosing);
      return reply(messages.length === 0 ? {} : { Messages: messages.map(describeMessage) });
    },
    DeleteMessage: (input, queue) => {
      void queue.remove(readText(input, 'ReceiptHandle'));
      return reply({});
    },
    DeleteMessageBatch: (input, queue) =>
      reply(
        runBatch(input, (entry) => {
          void queue.remove(readText(entry, 'ReceiptHandle'));
          return {};
        }),
      ),
    ChangeMessageVisibility: (input, queue) => {
      changeVisibility(queue, input);
      return reply({});
    },
    ChangeMessageVisibilityBatch: (input, queue) =>
      reply(
        runBatch(input, (entry) => {
          changeVisibility(queue, entry);
          return {};
        }),
      ),
    GetQueueAttributes: (input, queue) => reply({ Attributes: describeAttributes(queue, input) }),
    PurgeQueue: (_, queue) => {
      for (const message of queue.listMessages()) {
        message.receipt_handle ??= message.message_id;
        void queue.remove(message.receipt_handle);
      }
      return reply({});
    },
  };
}

/**
 * Reads the name of the queue from a request. GetQueueUrl contains the name itself, and other
 * actions contain the URL of the queue.
 */
function readQueueName({ QueueUrl, QueueName }: JsonObject): string {
  return (
    String(QueueUrl ?? QueueName ?? '')
      .split('/')
      .at(-1) ?? ''
  );
}

function createNoSuchQueue(): AwsReply {
  const error_reply = error(
    400,
    'com.amazonaws.sqs#QueueDoesNotExist',
    'The specified queue does not exist.',
  );
  return {
    ...error_reply,
    headers: {
      ...error_reply.headers,
      'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender',
    },
  };
}

function readText(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

function readInteger(input: JsonObject, name: string, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const parsed = Number(value);
  if (Number.isInteger(parsed) && parsed >= 0 && parsed <= most) return parsed;
  throw new SqsError(
    'InvalidParameterValue',
    `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be >= 0 and <= ${most}, if provided.`,
  );
}

/**
 * Sends a message. The message keeps the trace header of the request, or the trace header that the
 * request sets as a system attribute of the message.
 * Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html
 */
function sendMessage(
  queue: Queue,
  input: JsonObject,
  http_trace_header: string | undefined,
): JsonObject {
  const body = readText(input, 'MessageBody');
  if (Buffer.byteLength(body) > MAX_MESSAGE_BYTES) {
    const message = `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_MESSAGE_BYTES} bytes.`;
    throw new SqsError('InvalidParameterValue', message);
  }
  const delay = readInteger(input, 'DelaySeconds', MAX_DELAY_SECONDS);
  const trace_header = readTraceHeader(input) ?? http_trace_header;
  const { message_id } = queue.send(body, {
    ...(delay === undefined ? {} : { delay_ms: delay * 1_000 }),
    ...(trace_header === undefined ? {} : { trace_header }),
  });
  return { MessageId: message_id, MD5OfMessageBody: computeMd5(body) };
}

function readTraceHeader(input: JsonObject): string | undefined {
  const attributes = input.MessageSystemAttributes as
    | { AWSTraceHeader?: { StringValue?: string } }
    | undefined;
  return attributes?.AWSTraceHeader?.StringValue;
}

function runBatch(input: JsonObject, runEntry: (entry: JsonObject) => JsonObject): JsonObject {
  const entries = input.Entries;
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > MAX_BATCH) {
    const message = `Maximum number of entries per request are ${MAX_BATCH}. You have sent ${entries.length}.`;
    throw new SqsError('TooManyEntriesInBatchRequest', message);
  }
  const Successful: JsonObject[] = [];
  const Failed: JsonObject[] = [];
  for (const entry of entries as JsonObject[]) {
    try {
      Successful.push({ Id: entry.Id, ...runEntry(entry) });
    } catch (cause) {
      if (!(cause instanceof SqsError)) throw cause;
      Failed.push({ Id: entry.Id, Code: cause.code, Message: cause.message, SenderFault: true });
    }
  }
  return { Successful, ...(Failed.length === 0 ? {} : { Failed }) };
}

/**
 * Receives messages with long polling. If the queue is empty, the function waits until a message is
 * available, but not longer than the requested time.
 */
async function receiveMessages(
  queue: Queue,
  input: JsonObject,
  isClosing: () => boolean,
): Promise<Message[]> {
  const most = readInteger(input, 'MaxNumberOfMessages', MAX_BATCH) ?? 1;
  const visibility = readInteger(input, 'VisibilityTimeout', MAX_VISIBILITY_SECONDS);
  const wait_ms = (readInteger(input, 'WaitTimeSeconds', MAX_WAIT_SECONDS) ?? 0) * 1_000;
  const until = performance.now() + wait_ms;
  for (;;) {
    const messages = queue.receive(most, visibility === undefined ? undefined : visibility * 1_000);
    if (messages.length > 0 || isClosing() || performance.now() >= until) return messages;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function describeMessage(message: Message): JsonObject {
  return {
    MessageId: message.message_id,
    ReceiptHandle: message.receipt_handle,
    MD5OfBody: computeMd5(message.body),
    Body: message.body,
    Attributes: {
      ApproximateReceiveCount: String(message.receive_count),
      SentTimestamp: String(message.sent_at),
      SenderId: ACCOUNT_ID,
      ApproximateFirstReceiveTimestamp: String(message.first_received_at),
      ...(message.trace_header === undefined ? {} : { AWSTraceHeader: message.trace_header }),
    },
  };
}

function changeVisibility(queue: Queue, input: JsonObject): void {
  const seconds = readInteger(input, 'VisibilityTimeout', MAX_VISIBILITY_SECONDS) ?? 0;
  if (queue.changeVisibility(readText(input, 'ReceiptHandle'), seconds * 1_000)) return;
  throw new SqsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
}

function describeAttributes(
  { spec, countMessages }: Queue,
  { AttributeNames }: JsonObject,
): JsonObject {
  const { visible, in_flight, delayed } = countMessages();
  const all: JsonObject = {
    QueueArn: spec.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(in_flight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    VisibilityTimeout: String(spec.visibility_timeout_ms / 1_000),
    MessageRetentionPeriod: String(spec.retention_ms / 1_000),
    DelaySeconds: String(spec.delay_ms / 1_000),
    ...(spec.redrive === undefined
      ? {}
      : {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: spec.redrive.dead_letter_arn,
            maxReceiveCount: spec.redrive.max_receive_count,
          }),
        }),
  };
  const names = Array.isArray(AttributeNames) ? AttributeNames.map(String) : [];
  if (names.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
