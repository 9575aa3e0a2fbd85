import type { SQSRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import { handleEach } from '../../../lib/handle-each.ts';

const message = (messageId: string) => ({ messageId, body: messageId }) as SQSRecord;

it('a message that fails is reported, and the messages after it are handled', async () => {
  const handled: string[] = [];
  const reported: [string, unknown][] = [];
  const failure = new Error('the table is throttled');
  const response = await handleEach(
    ['1', '2', '3'].map(message),
    async ({ body }) => {
      if (body === '2') throw failure;
      handled.push(body);
    },
    (message_id, error) => void reported.push([message_id, error]),
  );
  expect(handled).toEqual(['1', '3']);
  expect(reported).toEqual([['2', failure]]);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
});

it('messages are handled one after the other', async () => {
  let running = 0;
  await handleEach(
    ['1', '2'].map(message),
    async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    },
    () => undefined,
  );
  expect(running).toBe(0);
});
