import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Invocation } from '../../src/runtime/function/invocation.ts';
import {
  type QueueMapping,
  startQueueMapping,
} from '../../src/runtime/queue-source/queue-mapping.ts';
import { queueMappingSettings } from '../../src/runtime/queue-source/settings.ts';
import { type BootedCloud, bootSmallCloud } from '../support/boot-small-cloud.ts';
import { WAIT } from '../support/wait.ts';

const QUEUES = Object.fromEntries(
  ['reports', 'throws', 'windowed'].map((QueueName) => [
    QueueName,
    { Type: 'AWS::SQS::Queue', Properties: { QueueName, VisibilityTimeout: 600 } },
  ]),
);

let cloud: BootedCloud;
let client: SQSClient;
const mappings: QueueMapping[] = [];

beforeAll(async () => {
  cloud = await bootSmallCloud(QUEUES);
  client = new SQSClient(cloud.config);
});
afterAll(async () => {
  for (const mapping of mappings) await mapping.stop();
  client.destroy();
  await cloud.stop();
});

interface Batch {
  Records: { messageId: string; body: string }[];
}

/** Sends three messages, and starts a mapping of their queue. */
async function startMapping(
  QueueName: string,
  invoke: (batch: Batch) => Invocation,
  batch: { batch_size: number; window_ms: number } = { batch_size: 10, window_ms: 0 },
) {
  const QueueUrl = (await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl!;
  const Entries = ['a', 'b', 'c'].map((body) => ({ Id: body, MessageBody: body }));
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const mapping = startQueueMapping({
    mapping_id: QueueName,
    function_arn: 'function',
    queue_arn: `arn:aws:sqs:us-east-1:000000000000:${QueueName}`,
    queue_url: QueueUrl,
    ...batch,
    concurrency: 1,
    report_item_failures: true,
    config: cloud.config,
    invoke: async (payload) => invoke(JSON.parse(payload) as Batch),
    countMessages: () => ({ visible: 0, in_flight: 0 }),
  });
  mappings.push(mapping);
  return { QueueUrl, mapping };
}

/**
 * Waits until the mapping has deleted what the first invocation processed, and ends the visibility timeouts of
 * the other messages. They are long, so that a busy machine delivers no message of itself again.
 */
async function releaseAfterFirstBatch(mapping: QueueMapping): Promise<void> {
  await vi.waitFor(
    () => expect(mapping.status()).toMatchObject({ invocations: 1, in_flight: 0 }),
    WAIT,
  );
  await cloud.control('POST', 'queues/release');
}

const answer = (failed: string[]): Invocation => ({
  kind: 'answered',
  request_id: 'r',
  payload: JSON.stringify({
    batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })),
  }),
});

/**
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
it('a message that the function reports as failed is delivered again, and the messages beside it are not', async () => {
  const delivered: string[] = [];
  const { QueueUrl, mapping } = await startMapping('reports', ({ Records }) => {
    delivered.push(...Records.map(({ body }) => body));
    const is_first = delivered.filter((body) => body === 'b').length === 1;
    return answer(
      Records.filter(({ body }) => is_first && body === 'b').map(({ messageId }) => messageId),
    );
  });
  await releaseAfterFirstBatch(mapping);
  await vi.waitFor(() => expect(delivered.filter((body) => body === 'b')).toHaveLength(2), WAIT);
  await mapping.stop();
  expect(delivered.toSorted()).toEqual(['a', 'b', 'b', 'c']);
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages).toEqual([]);
});

it('all messages of a batch whose function fails are delivered again', async () => {
  const delivered: string[] = [];
  const { mapping } = await startMapping('throws', ({ Records }) => {
    const is_known = Records.some(({ body }) => delivered.includes(body));
    delivered.push(...Records.map(({ body }) => body));
    if (is_known) return answer([]);
    return { kind: 'failed', request_id: 'r', payload: '{"errorMessage":"crashed"}' };
  });
  const twice = ['a', 'a', 'b', 'b', 'c', 'c'];
  await releaseAfterFirstBatch(mapping);
  await vi.waitFor(() => expect(delivered.toSorted()).toEqual(twice), WAIT);
  await mapping.stop();
  expect(mapping.status()).toMatchObject({ last_processing_result: 'OK' });
});

// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
it('messages collect for the window of the mapping, so that one invocation gets more than ten', async () => {
  const batches: string[][] = [];
  const { QueueUrl } = await startMapping(
    'windowed',
    (batch) => {
      batches.push(batch.Records.map(({ body }) => body));
      return answer([]);
    },
    { batch_size: 13, window_ms: 60_000 },
  );
  const more = Array.from({ length: 10 }, (_, i) => ({ Id: String(i), MessageBody: String(i) }));
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: more }));
  await vi.waitFor(() => expect(batches.flat()).toHaveLength(13), WAIT);
  expect(batches).toHaveLength(1);
});

it.each([
  [{ BatchSize: 11 }, 'use 10 or less, or set MaximumBatchingWindowInSeconds'],
  [{ BatchSize: 10_001, MaximumBatchingWindowInSeconds: 1 }, 'use 10000 or less'],
  [{ MaximumBatchingWindowInSeconds: 301 }, 'use 0 to 300'],
])('a mapping of a queue with %j is refused', (batch, message) => {
  const values = { FunctionName: 'f', EventSourceArn: 'arn', ...batch };
  expect(() => queueMappingSettings(values)).toThrow(message);
});
