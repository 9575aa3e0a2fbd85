import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clientConfig, serveService } from '../../src/gateway/serve-service.ts';
import { createSqs } from '../../src/services/sqs/sqs.ts';
import { createQueueStore } from '../../src/services/sqs/store.ts';
import { type BootedCloud, bootSmallCloud } from '../support/boot-small-cloud.ts';

const MIB = 1024 ** 2;
const ARN = 'arn:aws:sqs:us-east-1:000000000000';
const QUEUES = {
  Work: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'work',
      VisibilityTimeout: 600,
      RedrivePolicy: { deadLetterTargetArn: `${ARN}:dead`, maxReceiveCount: 2 },
    },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  Later: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'later', DelaySeconds: 900 } },
};

let cloud: BootedCloud;
let client: SQSClient;
const urls: Record<string, string> = {};

beforeAll(async () => {
  cloud = await bootSmallCloud(QUEUES);
  client = new SQSClient(cloud.config);
  for (const QueueName of ['work', 'dead', 'later']) {
    urls[QueueName] = (await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl!;
  }
});
beforeEach(async () => {
  for (const QueueUrl of Object.values(urls))
    await client.send(new PurgeQueueCommand({ QueueUrl }));
});
afterAll(async () => {
  client.destroy();
  await cloud.stop();
});

const send = (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  client.send(new SendMessageCommand({ QueueUrl: urls.work, MessageBody, ...more }));

async function receive(more: Partial<ReceiveMessageCommandInput> = {}) {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: urls.work,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      ...more,
    }),
  );
  return Messages;
}

const bodies = async (more: Partial<ReceiveMessageCommandInput> = {}) =>
  (await receive(more)).map(({ Body }) => Body);

const drop = (ReceiptHandle: string | undefined) =>
  client.send(new DeleteMessageCommand({ QueueUrl: urls.work, ReceiptHandle }));

const hide = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: urls.work, ReceiptHandle, VisibilityTimeout }),
  );

const releaseMessages = () => cloud.control('POST', 'queues/release');

async function attributes(queue: string): Promise<Record<string, string>> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: urls[queue], AttributeNames: ['All'] }),
  );
  return Attributes;
}

/**
 * Returns the number of visible messages, of messages in flight, and of delayed messages in a
 * queue.
 */
async function counts(queue = 'work') {
  const all = await attributes(queue);
  return ['', 'NotVisible', 'Delayed'].map((of) => Number(all[`ApproximateNumberOfMessages${of}`]));
}

const catchRejection = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: Error) => error,
  );

/**
 * Measures the duration of `work`, in seconds. The duration is rounded to 10 ms, because the clocks
 * of the client and of the server may differ by a millisecond.
 */
async function seconds(work: () => Promise<unknown>) {
  const started = performance.now();
  await work();
  return Math.round((performance.now() - started) / 10) / 100;
}

// The tests do not check the MD5 of message bodies, because the SDK checks the MD5 in the answers
// to SendMessage and ReceiveMessage.
test.each([
  ['of letters', 'I love my cat'],
  ['of more than ASCII', 'Ég elska köttinn minn 🐈'],
  ['of JSON', JSON.stringify({ text: '"quoted"\n\t\\', n: [1, null] })],
])(
  'a message with %s is received unchanged and no longer exists after its deletion',
  async (_case, body) => {
    const before = Date.now();
    const { MessageId } = await send(body);
    const [message] = await receive();
    expect(message).toMatchObject({ MessageId, Body: body });
    expect(message!.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(Number(message!.Attributes!.SentTimestamp)).toBeGreaterThanOrEqual(before);
    expect(await counts()).toEqual([0, 1, 0]);
    await drop(message!.ReceiptHandle);
    expect(await counts()).toEqual([0, 0, 0]);
  },
);

test('a message has at most 1 MiB, counted in bytes', async () => {
  await send('é'.repeat(MIB / 2));
  expect((await receive())[0]!.Body).toHaveLength(MIB / 2);
  for (const body of ['a'.repeat(MIB + 1), `${'é'.repeat(MIB / 2)}a`]) {
    const error = await catchRejection(send(body));
    expect(error?.name).toBe('InvalidParameterValue');
    expect(error?.message).toContain(`shorter than ${MIB} bytes`);
  }
});

test('a message without a body is refused', async () => {
  expect((await catchRejection(send('')))?.name).toBe('MissingParameter');
});

test('messages and deletions survive a crash', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sqs-'));
  const start = async () => {
    const spec = {
      name: 'kept',
      arn: `${ARN}:kept`,
      visibility_timeout_ms: 0,
      retention_ms: 60_000,
      delay_ms: 0,
    };
    const path = join(folder, 'sqs', 'queues.json');
    const store = createQueueStore({ path, specs: [spec], now: Date.now });
    const served = await serveService(createSqs(store));
    return { served, client: new SQSClient(clientConfig(served.endpoint)) };
  };
  const QueueUrl = 'http://localhost/000000000000/kept';
  const receiveAll = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
  const first = await start();
  await first.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'deleted' }));
  const { Messages = [] } = await first.client.send(receiveAll);
  const { ReceiptHandle } = Messages[0]!;
  await first.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  await first.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
  const second = await start();
  expect((await second.client.send(receiveAll)).Messages).toMatchObject([{ Body: 'kept' }]);
  for (const { served, client } of [first, second]) {
    client.destroy();
    await served.close();
  }
  await rm(folder, { recursive: true });
});

test('a delayed message is delivered after its delay and not before', async () => {
  const took = await seconds(async () => {
    await send('later', { DelaySeconds: 1 });
    expect(await bodies({ WaitTimeSeconds: 10 })).toEqual(['later']);
  });
  expect(took).toBeGreaterThanOrEqual(1);
});

test('a delayed message is counted and is delivered immediately after a release', async () => {
  await send('tomorrow', { DelaySeconds: 900 });
  await send('by the queue', { QueueUrl: urls.later });
  expect([await counts(), await counts('later')]).toEqual([
    [0, 0, 1],
    [0, 0, 1],
  ]);
  expect(await bodies()).toEqual([]);
  expect(await releaseMessages()).toEqual({ released: 2 });
  expect(await bodies()).toEqual(['tomorrow']);
  expect(await bodies({ QueueUrl: urls.later })).toEqual(['by the queue']);
});

test('a message may have a shorter delay than its queue', async () => {
  await send('now', { QueueUrl: urls.later, DelaySeconds: 0 });
  expect(await bodies({ QueueUrl: urls.later })).toEqual(['now']);
});

test.each([-1, 901, 1.5])('a message cannot have a delay of %d seconds', async (DelaySeconds) => {
  expect((await catchRejection(send('never', { DelaySeconds })))?.name).toBe(
    'InvalidParameterValue',
  );
  expect(await counts()).toEqual([0, 0, 0]);
});

test('a received message is hidden until its timeout and then has a receive count of two', async () => {
  await send('again');
  const took = await seconds(async () => {
    expect(await bodies({ VisibilityTimeout: 1 })).toEqual(['again']);
    const [second] = await receive({ WaitTimeSeconds: 10 });
    expect(second!.Attributes!.ApproximateReceiveCount).toBe('2');
  });
  expect(took).toBeGreaterThanOrEqual(1);
});

test('a received message is hidden for the visibility timeout of its queue unless it is released', async () => {
  await send('held');
  await receive();
  expect(await attributes('work')).toMatchObject({ VisibilityTimeout: '600' });
  expect(await bodies()).toEqual([]);
  await releaseMessages();
  expect(await bodies()).toEqual(['held']);
});

test('ChangeMessageVisibility releases a received message or hides it for longer', async () => {
  await send('given back');
  const [message] = await receive();
  await hide(message!.ReceiptHandle, 0);
  const [again] = await receive({ VisibilityTimeout: 0 });
  expect(again!.Body).toBe('given back');
  await hide(again!.ReceiptHandle, 43_200);
  expect(await counts()).toEqual([0, 1, 0]);
  const too_long = await catchRejection(hide(again!.ReceiptHandle, 43_201));
  expect(too_long?.name).toBe('InvalidParameterValue');
  expect((await catchRejection(hide('unknown handle', 0)))?.name).toBe('ReceiptHandleIsInvalid');
});

test('an outdated receipt handle neither deletes nor hides a message', async () => {
  await send('twice');
  const [first] = await receive({ VisibilityTimeout: 0 });
  const [second] = await receive();
  expect(second!.MessageId).toBe(first!.MessageId);
  expect(second!.ReceiptHandle).not.toBe(first!.ReceiptHandle);
  await drop(first!.ReceiptHandle);
  expect((await catchRejection(hide(first!.ReceiptHandle, 0)))?.name).toBe(
    'ReceiptHandleIsInvalid',
  );
  expect(await counts()).toEqual([0, 1, 0]);
  await drop(second!.ReceiptHandle);
  expect(await counts()).toEqual([0, 0, 0]);
});

test('ReceiveMessage returns at most MaxNumberOfMessages messages', async () => {
  const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `${i}`, MessageBody: `${i}` }));
  await client.send(new SendMessageBatchCommand({ QueueUrl: urls.work, Entries }));
  expect(await receive({ MaxNumberOfMessages: undefined })).toHaveLength(1);
  expect(await receive({ MaxNumberOfMessages: 4 })).toHaveLength(4);
  expect(await receive()).toHaveLength(5);
  const eleven = await catchRejection(receive({ MaxNumberOfMessages: 11 }));
  expect(eleven?.name).toBe('InvalidParameterValue');
});

test('a message that was received too often goes to the dead-letter queue and stays there', async () => {
  await send('poison');
  for (const _ of [1, 2]) expect(await bodies({ VisibilityTimeout: 0 })).toEqual(['poison']);
  expect(await bodies()).toEqual([]);
  expect(await counts()).toEqual([0, 0, 0]);
  for (const _ of [1, 2, 3]) {
    expect(await bodies({ QueueUrl: urls.dead, VisibilityTimeout: 0 })).toEqual(['poison']);
  }
  expect(JSON.parse((await attributes('work')).RedrivePolicy!)).toEqual({
    deadLetterTargetArn: `${ARN}:dead`,
    maxReceiveCount: 2,
  });
});

test('a message in flight does not go to the dead-letter queue', async () => {
  await send('almost done');
  await receive({ VisibilityTimeout: 0 });
  const [last] = await receive();
  expect(await bodies()).toEqual([]);
  expect([await counts(), await counts('dead')]).toEqual([
    [0, 1, 0],
    [0, 0, 0],
  ]);
  await drop(last!.ReceiptHandle);
  await releaseMessages();
  expect(await bodies()).toEqual([]);
  expect(await counts('dead')).toEqual([0, 0, 0]);
});

test('a message that was received too often does not delay later messages', async () => {
  await send('poison');
  for (const _ of [1, 2]) await receive({ VisibilityTimeout: 0 });
  await send('good');
  expect(await bodies({ MaxNumberOfMessages: 1 })).toEqual(['good']);
});

describe('a batch', () => {
  const batch = (Entries: { Id: string; MessageBody: string; DelaySeconds?: number }[]) =>
    client.send(new SendMessageBatchCommand({ QueueUrl: urls.work, Entries }));

  test('a batch accepts its valid entries and reports an error for each invalid one', async () => {
    const { Successful, Failed } = await batch([
      { Id: 'a', MessageBody: 'first' },
      { Id: 'b', MessageBody: '' },
      { Id: 'c', MessageBody: 'too late', DelaySeconds: 901 },
      { Id: 'd', MessageBody: 'last' },
    ]);
    expect(Successful!.map(({ Id }) => Id)).toEqual(['a', 'd']);
    expect(Failed).toMatchObject([
      { Id: 'b', Code: 'MissingParameter', SenderFault: true },
      { Id: 'c', Code: 'InvalidParameterValue', SenderFault: true },
    ]);
    const received = await receive();
    expect(received.map(({ MessageId }) => MessageId)).toEqual(
      Successful!.map(({ MessageId }) => MessageId),
    );
  });

  test('a batch has 1 to 10 entries', async () => {
    const entries = Array.from({ length: 11 }, (_, i) => ({ Id: `${i}`, MessageBody: 'x' }));
    expect((await catchRejection(batch(entries)))?.name).toBe('TooManyEntriesInBatchRequest');
    expect((await catchRejection(batch([])))?.name).toBe('EmptyBatchRequest');
    expect(await counts()).toEqual([0, 0, 0]);
  });

  test('the batch actions delete and hide messages by their handles', async () => {
    await batch(['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id })));
    const [a, b, c] = await receive();
    const QueueUrl = urls.work;
    const of = (Id: string, ReceiptHandle: string | undefined) => ({ Id, ReceiptHandle });
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [of('a', a!.ReceiptHandle), of('b', b!.ReceiptHandle), of('none', '')],
      }),
    );
    expect(deleted).toMatchObject({
      Successful: [{ Id: 'a' }, { Id: 'b' }],
      Failed: [{ Id: 'none' }],
    });
    const hidden = await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [of('gone', a!.ReceiptHandle), of('c', c!.ReceiptHandle)].map((entry) => ({
          ...entry,
          VisibilityTimeout: 0,
        })),
      }),
    );
    expect(hidden).toMatchObject({
      Successful: [{ Id: 'c' }],
      Failed: [{ Id: 'gone', Code: 'ReceiptHandleIsInvalid' }],
    });
    expect(await bodies()).toEqual(['c']);
  });
});

test('a long poll ends when a message arrives', async () => {
  const took = await seconds(async () => {
    const polled = bodies({ WaitTimeSeconds: 20 });
    expect(await counts()).toEqual([0, 0, 0]);
    await send('at last');
    expect(await polled).toEqual(['at last']);
  });
  expect(took).toBeLessThan(10);
});

test('a long poll returns nothing after its time', async () => {
  const took = await seconds(async () => {
    expect(await bodies({ WaitTimeSeconds: 1 })).toEqual([]);
  });
  expect(took).toBeGreaterThanOrEqual(1);
});

test('concurrent long polls receive a message once', async () => {
  const polls = Promise.all([1, 2, 3].map(() => bodies({ WaitTimeSeconds: 1 })));
  await send('for one');
  expect((await polls).flat()).toEqual(['for one']);
});

test('a long poll waits at most 20 seconds', async () => {
  const error = await catchRejection(receive({ WaitTimeSeconds: 21 }));
  expect(error?.name).toBe('InvalidParameterValue');
});

test('every action on a missing queue is refused with QueueDoesNotExist', async () => {
  const QueueUrl = urls.work!.replace(/work$/, 'nowhere');
  const asked = [
    send('lost', { QueueUrl }),
    receive({ QueueUrl }),
    client.send(new PurgeQueueCommand({ QueueUrl })),
    client.send(new GetQueueUrlCommand({ QueueName: 'nowhere' })),
  ];
  for (const error of await Promise.all(asked.map(catchRejection))) {
    expect(error).toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
      $metadata: { httpStatusCode: 400 },
    });
  }
});

test('GetQueueAttributes returns the requested attributes', async () => {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: urls.later,
      AttributeNames: ['QueueArn', 'DelaySeconds'],
    }),
  );
  expect(Attributes).toEqual({ QueueArn: `${ARN}:later`, DelaySeconds: '900' });
});

test('PurgeQueue also removes hidden messages', async () => {
  await send('held');
  await receive();
  await send('waits');
  await send('later', { DelaySeconds: 900 });
  expect(await counts()).toEqual([1, 1, 1]);
  await client.send(new PurgeQueueCommand({ QueueUrl: urls.work }));
  expect(await counts()).toEqual([0, 0, 0]);
});

test('an action that is not emulated is refused by its name', async () => {
  const tag = client.send(new TagQueueCommand({ QueueUrl: urls.work, Tags: { team: 'a' } }));
  expect(await catchRejection(tag)).toMatchObject({
    name: 'UnsupportedOperation',
    message: expect.stringContaining('TagQueue'),
  });
});
