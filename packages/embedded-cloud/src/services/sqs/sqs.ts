import {
  type JsonObject,
  jsonBody,
  jsonProtocol,
  targetAction,
} from '../../gateway/json-protocol.ts';
import { ACCOUNT_ID, type AwsReply, type AwsService, REGION } from '../../gateway/types.ts';
import { type Message, md5, type Queue } from './queue.ts';
import type { QueueStore } from './store.ts';

/** Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_DELAY_SECONDS = 900;
const MAX_BATCH = 10;
const MAX_WAIT_SECONDS = 20;
const MAX_VISIBILITY_SECONDS = 43_200;
const POLL_MS = 100;

const { reply, error } = jsonProtocol('1.0');

type Action = (input: JsonObject, queue: Queue) => AwsReply | Promise<AwsReply>;

/** Says no as SQS does. */
class SqsError extends Error {
  override name = 'SqsError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** SQS's standard queues over a store: what functions, mappings and rules ask of it. */
export function createSqs(store: QueueStore): AwsService & { queues: QueueStore } {
  let closing = false;
  const actions: Record<string, Action> = {
    SendMessage: (input, queue) => reply(sent(queue, input)),
    SendMessageBatch: (input, queue) => reply(inBatch(input, (entry) => sent(queue, entry))),
    ReceiveMessage: async (input, queue) => {
      const messages = await received(queue, input, () => closing);
      return reply(messages.length === 0 ? {} : { Messages: messages.map(shown) });
    },
    DeleteMessage: (input, queue) => {
      queue.remove(text(input, 'ReceiptHandle'));
      return reply({});
    },
    DeleteMessageBatch: (input, queue) =>
      reply(
        inBatch(input, (entry) => {
          queue.remove(text(entry, 'ReceiptHandle'));
          return {};
        }),
      ),
    ChangeMessageVisibility: (input, queue) => {
      changeVisibility(queue, input);
      return reply({});
    },
    ChangeMessageVisibilityBatch: (input, queue) =>
      reply(
        inBatch(input, (entry) => {
          changeVisibility(queue, entry);
          return {};
        }),
      ),
    GetQueueAttributes: (input, queue) => reply({ Attributes: attributesOf(queue, input) }),
    PurgeQueue: (_, queue) => {
      for (const message of queue.messages()) {
        message.receipt_handle ??= message.message_id;
        queue.remove(message.receipt_handle);
      }
      return reply({});
    },
  };
  const queueOf = (input: JsonObject): Queue | undefined =>
    store.byName(
      String(input.QueueUrl ?? input.QueueName ?? '')
        .split('/')
        .at(-1)!,
    );

  return {
    service: 'sqs',
    queues: store,
    actionOf: ({ headers }) => targetAction(headers),
    permissionsOf(call) {
      const input = jsonBody(call) ?? {};
      const name = String(input.QueueUrl ?? input.QueueName ?? '')
        .split('/')
        .at(-1);
      // A batch asks for the permission of the single action.
      const action = call.action.replace(/Batch$/, '');
      return [{ action: `sqs:${action}`, resource: `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}` }];
    },
    async handle(call) {
      const input = jsonBody(call);
      if (input === undefined) return error(400, 'SerializationException', 'No JSON object');
      const queue = queueOf(input);
      if (queue === undefined) return noSuchQueue();
      if (call.action === 'GetQueueUrl') {
        const host = call.headers.host ?? 'localhost';
        return reply({ QueueUrl: `http://${host}/${ACCOUNT_ID}/${queue.spec.name}` });
      }
      const action = Object.hasOwn(actions, call.action) ? actions[call.action] : undefined;
      if (action === undefined) {
        return error(400, 'UnsupportedOperation', `${call.action} is not played here`);
      }
      try {
        return await action(input, queue);
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

function noSuchQueue(): AwsReply {
  const refusal = error(
    400,
    'com.amazonaws.sqs#QueueDoesNotExist',
    'The specified queue does not exist.',
  );
  return {
    ...refusal,
    headers: {
      ...refusal.headers,
      'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender',
    },
  };
}

function text(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

function whole(input: JsonObject, name: string, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw new SqsError(
    'InvalidParameterValue',
    `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be >= 0 and <= ${most}, if provided.`,
  );
}

function sent(queue: Queue, input: JsonObject): JsonObject {
  const body = text(input, 'MessageBody');
  if (Buffer.byteLength(body) > MAX_MESSAGE_BYTES) {
    const message = `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_MESSAGE_BYTES} bytes.`;
    throw new SqsError('InvalidParameterValue', message);
  }
  const delay = whole(input, 'DelaySeconds', MAX_DELAY_SECONDS);
  const { message_id } = queue.send(body, delay === undefined ? undefined : delay * 1_000);
  return { MessageId: message_id, MD5OfMessageBody: md5(body) };
}

function inBatch(input: JsonObject, one: (entry: JsonObject) => JsonObject): JsonObject {
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
      Successful.push({ Id: entry.Id, ...one(entry) });
    } catch (cause) {
      if (!(cause instanceof SqsError)) throw cause;
      Failed.push({ Id: entry.Id, Code: cause.code, Message: cause.message, SenderFault: true });
    }
  }
  return { Successful, ...(Failed.length === 0 ? {} : { Failed }) };
}

/** Waits for messages as long as it was asked to: long polling. */
async function received(
  queue: Queue,
  input: JsonObject,
  isClosing: () => boolean,
): Promise<Message[]> {
  const most = whole(input, 'MaxNumberOfMessages', MAX_BATCH) ?? 1;
  const visibility = whole(input, 'VisibilityTimeout', MAX_VISIBILITY_SECONDS);
  const wait_ms = (whole(input, 'WaitTimeSeconds', MAX_WAIT_SECONDS) ?? 0) * 1_000;
  const until = performance.now() + wait_ms;
  for (;;) {
    const messages = queue.receive(most, visibility === undefined ? undefined : visibility * 1_000);
    if (messages.length > 0 || isClosing() || performance.now() >= until) return messages;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function shown(message: Message): JsonObject {
  return {
    MessageId: message.message_id,
    ReceiptHandle: message.receipt_handle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    Attributes: {
      ApproximateReceiveCount: String(message.receive_count),
      SentTimestamp: String(message.sent_at),
      SenderId: ACCOUNT_ID,
      ApproximateFirstReceiveTimestamp: String(message.first_received_at),
    },
  };
}

function changeVisibility(queue: Queue, input: JsonObject): void {
  const seconds = whole(input, 'VisibilityTimeout', MAX_VISIBILITY_SECONDS) ?? 0;
  if (queue.changeVisibility(text(input, 'ReceiptHandle'), seconds * 1_000)) return;
  throw new SqsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
}

function attributesOf({ spec, counts }: Queue, { AttributeNames }: JsonObject): JsonObject {
  const { visible, in_flight, delayed } = counts();
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
