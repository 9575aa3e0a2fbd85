import { afterEach, expect, it, vi } from 'vitest';
import { sleep } from '../../../lib/sleep.ts';

afterEach(() => vi.useRealTimers());

it('a sleep ends with the reason of the signal that aborts it, and its timer is cleared', async () => {
  vi.useFakeTimers();
  const controller = new AbortController();
  const sleeping = sleep(1_000, controller.signal);
  controller.abort(new Error('stopped'));
  await expect(sleeping).rejects.toThrow('stopped');
  expect(vi.getTimerCount()).toBe(0);
});

it('a sleep under a signal that has aborted already rejects without a timer', async () => {
  vi.useFakeTimers();
  await expect(sleep(1_000, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  expect(vi.getTimerCount()).toBe(0);
});

it('a sleep that ran its time no longer listens to its signal', async () => {
  vi.useFakeTimers();
  const { signal } = new AbortController();
  const remove = vi.spyOn(signal, 'removeEventListener');
  const sleeping = sleep(1_000, signal);
  await vi.advanceTimersByTimeAsync(1_000);
  await sleeping;
  expect(remove).toHaveBeenCalledWith('abort', expect.any(Function));
});
