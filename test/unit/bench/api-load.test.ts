import { beforeEach, expect, it, vi } from 'vitest';
import { findCarriedRate } from '../../../bench/suites/api-load.ts';
import { sleep } from '../../../lib/sleep.ts';

beforeEach(() => void vi.useFakeTimers());

const run = { signal: new AbortController().signal, reportStep: () => undefined };

it('a load run raises the rate until a request fails, and reports the rate before', async () => {
  const texts: string[] = [];
  const send = async (text: string) => {
    texts.push(text);
    if (text.endsWith('rate 200')) throw new Error('refused');
  };
  const found = findCarriedRate(run, { rates: [100, 200, 300], seconds: 0.2, send });
  await vi.advanceTimersByTimeAsync(1_000);
  const { rate, times_ms } = await found;
  expect(rate).toBe(100);
  expect(times_ms).toHaveLength(20);
  // Of the requests at one rate, 60 % have the same text.
  expect(texts.slice(0, 20).filter((text) => text.startsWith('Request'))).toHaveLength(8);
  expect(texts.some((text) => text.endsWith('rate 300'))).toBe(false);
});

it('a load run counts the time of a request from the moment when it was due', async () => {
  const rateAt = async (answer_ms: number) => {
    const found = findCarriedRate(run, {
      ...{ rates: [50], seconds: 0.1 },
      send: () => sleep(answer_ms),
    });
    await vi.advanceTimersByTimeAsync(1_000);
    return (await found).rate;
  };
  expect(await rateAt(240)).toBe(50);
  expect(await rateAt(260)).toBe(0);
});
