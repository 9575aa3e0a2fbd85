import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Invocation } from '../../../src/runtime/function/invocation.ts';
import { createAsyncInvoker } from '../../../src/runtime/function/invoke-async.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const FAILED = { kind: 'failed', request_id: 'r', payload: '{}' } as const;
const THROTTLED = {
  kind: 'refused',
  code: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
} as const;

/** Invokes a function that always has the same outcome. Returns the times of the invocations. */
function start(outcome: Invocation) {
  const started_at = Date.now();
  const times: number[] = [];
  const invoker = createAsyncInvoker(Date.now);
  const invoke = async () => {
    times.push(Date.now() - started_at);
    return outcome;
  };
  invoker.invoke({ invoke }, '{}');
  return { times, invoker };
}

// Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
test('a function that fails gets the event twice more, after one and after two minutes', async () => {
  const { times } = start(FAILED);
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(times).toEqual([0, 60_000, 180_000]);
});

test('a function that answers gets the event once', async () => {
  const { times } = start({ kind: 'answered', request_id: 'r', payload: 'null' });
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(times).toEqual([0]);
});

test('a throttled event is tried again for six hours, after 1 s and up to 5 minutes', async () => {
  const { times } = start(THROTTLED);
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(times.slice(0, 4)).toEqual([0, 1_000, 3_000, 7_000]);
  const last = times.at(-1)!;
  expect(last - times.at(-2)!).toBe(300_000);
  expect(last).toBeGreaterThan(5.9 * 3_600_000);
  expect(last).toBeLessThanOrEqual(6 * 3_600_000);
});

test('an event that is too large is not tried again', async () => {
  const { times } = start({ kind: 'refused', code: 'RequestTooLargeException', message: '' });
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(times).toEqual([0]);
});

test('a stopped invoker drops the events that wait for a retry', async () => {
  const { times, invoker } = start(FAILED);
  await vi.advanceTimersByTimeAsync(1_000);
  invoker.stop();
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(times).toEqual([0]);
});
