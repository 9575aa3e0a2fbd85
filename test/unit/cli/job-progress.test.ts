import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchJob } from '../../../cli/commands/job-progress.ts';
import type { Client } from '../../../client/index.ts';
import type { StatusResponse } from '../../../schemas/index.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

type Shown = Pick<StatusResponse['progress'], 'done' | 'total' | 'percentage' | 'stage'>;

/** Watches a job whose progress is `shown` after `elapsed_ms`, and returns the lines. */
async function watch(elapsed_ms: number, shown: Shown, error?: Error): Promise<string[]> {
  const lines: string[] = [];
  const client: Pick<Client, 'waitForJob'> = {
    async waitForJob(job_id, options) {
      vi.advanceTimersByTime(elapsed_ms);
      const status = { job_id, progress: shown } as StatusResponse;
      options?.on_progress?.(status);
      if (error !== undefined) throw error;
      return status;
    },
  };
  const progress = {
    update: (message: string) => lines.push(message),
    finish: () => lines.push('finished'),
  };
  await watchJob(client as Client, 'job_1', progress as never).catch((cause: unknown) => {
    if (cause !== error) throw cause;
  });
  return lines;
}

const analyzing = (done: number, total: number): Shown => ({
  done,
  total,
  percentage: (done / total) * 100,
  stage: 'analyzing',
});

it('the progress of a job has a bar, the percentage, the counts and the stage', async () => {
  const waiting = { done: 0, total: 0, percentage: 0, stage: 'waiting_for_input' } as const;
  expect(await watch(5_000, waiting)).toEqual([
    `[${' '.repeat(24)}] 0 %  waiting for input`,
    'finished',
  ]);
  expect((await watch(1_000, analyzing(250, 1_000)))[0]).toBe(
    `[${'█'.repeat(6)}${' '.repeat(18)}] 25 %  250 of 1000  analyzing`,
  );
});

it.each([
  [10_000, 250, 1_000, ', about 30 s left'],
  [10_000, 100, 1_000, ', about 90 s left'],
  [10_000, 99, 1_000, ''],
  [1_999, 250, 1_000, ''],
  [2_000, 250, 1_000, ', about 6 s left'],
  [10_000, 1_000, 1_000, ''],
  [39_660, 250, 1_000, ', about 119 s left'],
  [40_000, 250, 1_000, ', about 2 min left'],
  [50_000, 250, 1_000, ', about 3 min left'],
])('after %d ms, a job of which %d of %d records are done says %j', async (...row) => {
  const [elapsed_ms, done, total, left] = row;
  const [line] = await watch(elapsed_ms, analyzing(done, total));
  expect(line!.split('analyzing')[1]).toBe(left);
});

it('the line of the progress is cleared also when the job cannot be read', async () => {
  const lines = await watch(0, analyzing(1, 2), new Error('down'));
  expect(lines.at(-1)).toBe('finished');
});
