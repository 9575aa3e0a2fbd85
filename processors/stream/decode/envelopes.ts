import { fromDynamoDbJson } from '../../../lib/dynamodb-json.ts';
import { ENVELOPE_NAMES, type EnvelopeName } from '../../../schemas/index.ts';

type Fields = Record<string, unknown>;

/**
 * The content of an envelope: one payload; a list of payloads, each with a sub-sequence number; or
 * none, because the message is about the service and holds no record.
 */
export type Content = { one: Uint8Array } | { list: Uint8Array[] } | 'nothing';

interface Envelope {
  /** Returns true if an object is a message of the service. */
  matches: (fields: Fields) => boolean;
  /** Returns undefined if the message has no payload at its usual place. */
  open: (fields: Fields) => Content | undefined;
}

/**
 * How each envelope is recognised and opened. The shapes are those of the services' documents:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html,
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html,
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html,
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html,
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html,
 * https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.Kinesis.html
 */
const SHAPES: Record<EnvelopeName, Envelope> = {
  cloudwatch_logs: {
    matches: ({ messageType, logEvents }) =>
      typeof messageType === 'string' && Array.isArray(logEvents),
    open: ({ messageType, logEvents }) =>
      messageType === 'CONTROL_MESSAGE'
        ? 'nothing'
        : listOf(logEvents, (event) => payloadOf(event.message)),
  },
  sns: {
    matches: ({ Type, TopicArn, Message, EventSource, Sns }) =>
      (isText(Type) && isText(TopicArn) && isText(Message)) ||
      (EventSource === 'aws:sns' && isFields(Sns)),
    open: ({ Type, Message, Sns }) => {
      if (isFields(Sns)) return oneOf(payloadOf(Sns.Message));
      return Type === 'Notification' ? oneOf(payloadOf(Message)) : 'nothing';
    },
  },
  sqs: {
    matches: ({ eventSource, body, ReceiptHandle, receiptHandle, Body }) =>
      (isText(body) && (eventSource === 'aws:sqs' || isText(receiptHandle))) ||
      (isText(Body) && isText(ReceiptHandle)),
    open: ({ body, Body }) => oneOf(payloadOf(body ?? Body)),
  },
  eventbridge: {
    matches: (fields) => isText(fields['detail-type']) && fields.detail !== undefined,
    open: ({ detail }) => oneOf(payloadOf(detail)),
  },
  dynamodb: {
    matches: ({ eventName, dynamodb }) => isText(eventName) && isFields(dynamodb),
    open: ({ dynamodb }) => {
      const image = (dynamodb as Fields).NewImage;
      return isFields(image) ? oneOf(payloadOf(fromDynamoDbJson(image))) : undefined;
    },
  },
  firehose: {
    matches: ({ records, requestId, deliveryStreamArn, recordId, data }) =>
      (Array.isArray(records) && (isText(requestId) || isText(deliveryStreamArn))) ||
      (isText(recordId) && isText(data)),
    open: ({ records, data }) =>
      records === undefined
        ? oneOf(fromBase64(data))
        : listOf(records, (record) => fromBase64(record.data)),
  },
  kinesis: {
    matches: ({ kinesis }) => isFields(kinesis) && isText(kinesis.data),
    open: ({ kinesis }) => oneOf(fromBase64((kinesis as Fields).data)),
  },
  dms: {
    matches: ({ data, metadata }) =>
      isFields(metadata) && isText(metadata['record-type']) && data !== null,
    open: ({ data, metadata }) =>
      (metadata as Fields)['record-type'] === 'control' ? 'nothing' : oneOf(payloadOf(data)),
  },
  debezium: {
    matches: (fields) => {
      const { op, before, after } = changeOf(fields);
      return isText(op) && op.length === 1 && (before !== undefined || after !== undefined);
    },
    open: (fields) => {
      const { after } = changeOf(fields);
      return isFields(after) ? oneOf(payloadOf(after)) : undefined;
    },
  },
  fluent_bit: {
    matches: ({ log, date, stream, time, kubernetes }) =>
      isText(log) && [date, stream, time, kubernetes].some((given) => given !== undefined),
    open: ({ log }) => oneOf(payloadOf(log)),
  },
};

/**
 * Finds the envelope of a value that is not a record. A record has a text, a withdrawal or the claim
 * of a long text, and no envelope has one of them at this place. The event of a Lambda function is a
 * list of envelopes of one kind.
 */
export function findEnvelope(
  value: unknown,
): { name: EnvelopeName; open: () => Content | undefined } | undefined {
  if (!isFields(value)) return undefined;
  const { text, text_claim, deleted, Records } = value;
  if (text !== undefined || text_claim !== undefined || deleted === true) return undefined;
  const name = ENVELOPE_NAMES.find((one) => SHAPES[one].matches(value));
  if (name !== undefined) return { name, open: () => SHAPES[name].open(value) };
  const [first] = Array.isArray(Records) ? Records : [];
  const name_of_first = findEnvelope(first)?.name;
  if (name_of_first === undefined) return undefined;
  return { name: name_of_first, open: () => listOf(Records, (record) => payloadOf(record)) };
}

function changeOf({ payload, ...flat }: Fields): Fields {
  return isFields(payload) ? payload : flat;
}

function listOf(
  list: unknown,
  payload: (fields: Fields) => Uint8Array | undefined,
): Content | undefined {
  const payloads = (list as unknown[]).map((one) => (isFields(one) ? payload(one) : undefined));
  if (payloads.length === 0) return 'nothing';
  return payloads.every((one) => one !== undefined) ? { list: payloads } : undefined;
}

function oneOf(payload: Uint8Array | undefined): Content | undefined {
  return payload && { one: payload };
}

/** Returns the bytes of a payload. A string is a JSON text, and an object is the record itself. */
function payloadOf(payload: unknown): Uint8Array | undefined {
  if (isText(payload)) return Buffer.from(payload);
  if (typeof payload !== 'object' || payload === null) return undefined;
  try {
    return Buffer.from(JSON.stringify(payload));
  } catch {
    // JSON.stringify throws a RangeError if the payload is nested very deeply.
    return undefined;
  }
}

function fromBase64(data: unknown): Uint8Array | undefined {
  return isText(data) ? Buffer.from(data, 'base64') : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
