import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withSignal, withTimeout } from '../../../lib/timeout.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const never = () => new Promise<never>(() => {});
const tooLate = () => new Error('too late');

it('work that ends in time keeps its outcome, and the timer is cleared', async () => {
  expect(await withTimeout(Promise.resolve('done'), 100, tooLate)).toBe('done');
  await expect(withTimeout(Promise.reject(new Error('broken')), 100, tooLate)).rejects.toThrow(
    'broken',
  );
  expect(vi.getTimerCount()).toBe(0);
});

it('work that takes longer than its timeout rejects with the error of the caller', async () => {
  const rejection = expect(withTimeout(never(), 100, tooLate)).rejects.toThrow('too late');
  await vi.advanceTimersByTimeAsync(100);
  await rejection;
});

it('work rejects with the reason of a signal that aborts, now or earlier', async () => {
  const controller = new AbortController();
  const rejection = expect(withSignal(never(), controller.signal)).rejects.toThrow('stopped');
  controller.abort(new Error('stopped'));
  await rejection;
  await expect(withSignal(never(), controller.signal)).rejects.toThrow('stopped');
});

it('work that ends before its signal aborts keeps its outcome and stops listening', async () => {
  const { signal } = new AbortController();
  const remove = vi.spyOn(signal, 'removeEventListener');
  expect(await withSignal(Promise.resolve('done'), signal)).toBe('done');
  expect(remove).toHaveBeenCalledWith('abort', expect.any(Function));
});
