import { afterEach, expect, it, vi } from 'vitest';
import { backoffDelay, createPause } from '../../../lib/backoff.ts';

afterEach(() => vi.useRealTimers());

const delays = (random: () => number) =>
  [1, 2, 3, 4].map((attempt) => backoffDelay(attempt, { first_ms: 100, longest_ms: 500, random }));

it('the ceiling of a backoff doubles with every attempt up to its cap', () => {
  expect(delays(() => 1)).toEqual([200, 400, 500, 500]);
});

it('jitter spreads a backoff over the whole range down to no wait at all', () => {
  expect(delays(() => 0)).toEqual([0, 0, 0, 0]);
  expect(delays(() => 0.5)).toEqual([100, 200, 250, 250]);
});

it('a pause resolves after its delay and not before', async () => {
  vi.useFakeTimers();
  const onResolve = vi.fn();
  const paused = createPause({ first_ms: 10, random: () => 1 })(1).then(onResolve);
  await vi.advanceTimersByTimeAsync(19);
  expect(onResolve).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await paused;
  expect(onResolve).toHaveBeenCalledOnce();
});

it('without options a backoff is at most 100 ms after the first attempt, doubles, and stays below 5 s', () => {
  const ceilings = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) =>
    backoffDelay(attempt, { random: () => 1 }),
  );
  expect(ceilings).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});
