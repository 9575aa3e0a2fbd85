import { expect, it } from 'vitest';
import { createQueue } from '../../../src/services/sqs/queue.ts';

let clock = 0;

function openQueue() {
  clock = 1_000;
  const spec = {
    ...{ name: 'work', arn: 'arn:work', visibility_timeout_ms: 100, retention_ms: 10_000 },
    delay_ms: 0,
  };
  return createQueue({
    ...{ spec, now: () => clock, onChange: () => undefined },
    sendToDeadLetters: () => undefined,
  });
}

// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
it('a message keeps the time at which it was first received, and gets a new handle each time', () => {
  const queue = openQueue();
  queue.send('a');
  const [first] = queue.receive(1);
  clock += 100;
  const [second] = queue.receive(1);
  expect([first, second]).toMatchObject([
    { first_received_at: 1_000, receive_count: 1 },
    { first_received_at: 1_000, receive_count: 2 },
  ]);
  expect(second?.receipt_handle).not.toBe(first?.receipt_handle);
  expect(queue.remove(first?.receipt_handle ?? '')).toBe(false);
  expect(queue.remove(second?.receipt_handle ?? '')).toBe(true);
});

it('a message is kept for its retention period, counted from the time at which it was sent', () => {
  const queue = openQueue();
  queue.send('a');
  clock += 10_000;
  expect(queue.countMessages().visible).toBe(1);
  clock += 1;
  expect(queue.countMessages().visible).toBe(0);
  expect(queue.receive(1)).toEqual([]);
});
