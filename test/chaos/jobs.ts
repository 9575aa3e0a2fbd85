import { setTimeout as sleep } from 'node:timers/promises';
import { prepareKeys } from '../../cli/start/keys.ts';
import { createClient } from '../../client/index.ts';
import type { TestCloud } from '../support/cloud.ts';
import type { Random } from '../support/random.ts';

export interface StartedJob {
  job_id: string;
  total: number;
  set_aside: number;
}

const JOBS = 3;
const MAX_WAIT_MS = 180_000;

/**
 * Submits jobs while faults occur. The function retries each submission until the API accepts the
 * submission. The idempotency key ensures that a retry does not create a second job.
 */
export async function startJobs(test: TestCloud, random: Random): Promise<StartedJob[]> {
  const client = await createJobsClient(test);
  return Promise.all(
    Array.from({ length: JOBS }, async (_, n): Promise<StartedJob> => {
      const total = 1 + random.int(random.pick([3, 1_500]));
      const lines = Array.from({ length: total }, (_line, i) =>
        i % 40 === 39 ? 'no JSON' : JSON.stringify({ text: `Job text ${i % 300}`, language: 'en' }),
      );
      const { job_id, upload } = await retryUntilAccepted(() =>
        client.submit({ upload: { format: 'jsonl' } }, { idempotency_key: `chaos-${n}` }),
      );
      await retryUntilAccepted(async () => {
        const { url, headers } = upload!;
        const response = await fetch(url, { method: 'PUT', headers, body: lines.join('\n') });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`Expected the upload to succeed, got ${response.status}`);
      });
      return { job_id, total, set_aside: Math.floor(total / 40) };
    }),
  );
}

/**
 * Waits until the jobs are completed.
 *
 * @returns a description of each job whose progress is wrong.
 */
export async function finishJobs(test: TestCloud, jobs: StartedJob[]): Promise<string[]> {
  const client = await createJobsClient(test);
  const until = performance.now() + MAX_WAIT_MS;
  const wrong: string[] = [];
  for (const { job_id, total, set_aside } of jobs) {
    for (;;) {
      const { status, progress } = await client.status(job_id);
      const { done } = progress;
      if (done > progress.total) wrong.push(`job ${job_id}: ${done} of ${progress.total} done`);
      if (status.startsWith('COMPLETED')) {
        const is_exact =
          done === total && progress.total === total && progress.set_aside === set_aside;
        if (!is_exact) wrong.push(`job ${job_id}: ${JSON.stringify(progress)}, total ${total}`);
        break;
      }
      if (performance.now() > until) {
        wrong.push(
          `job ${job_id}: still ${status} after three minutes, ${JSON.stringify(progress)}`,
        );
        break;
      }
      await test.control('POST', 'queues/release');
      await sleep(500);
    }
  }
  return wrong;
}

async function createJobsClient(test: TestCloud) {
  const { api_key } = await retryUntilAccepted(() => prepareKeys(test.cloud));
  return createClient({ base_url: test.cloud.api, api_key, max_attempts: 20 });
}

async function retryUntilAccepted<Value>(attempt: () => Promise<Value>): Promise<Value> {
  const until = performance.now() + MAX_WAIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(500);
    }
  }
}
