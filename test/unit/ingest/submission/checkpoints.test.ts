import { expect, it } from 'vitest';
import { createSubmit } from '../../../../ingest/submission/submit.ts';
import type { Job } from '../../../../schemas/index.ts';
import { createFakeInputs } from '../../../fakes/job-inputs.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { NO_LIMITS } from '../../../fakes/pace.ts';
import { aJob, JOBS_NOW } from '../../../support/jobs.ts';
import { createInvocations } from '../../../support/submission.ts';

const KEY = 'inputs/j.jsonl';

/** Submits a file of `records` lines, and returns the state of the job at each request to the stream. */
async function submit(records: number): Promise<Job[]> {
  const lines = Array.from({ length: records }, (_, i) => JSON.stringify({ text: `Text ${i}` }));
  const { inputs } = createFakeInputs(new Map([[KEY, Buffer.from(lines.join('\n'))]]));
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  const input = { kind: 'upload', format: 'jsonl', key: KEY } as const;
  await store.create(aJob({ job_id: 'j', input, total: undefined }));
  const jobs: Job[] = [];
  const submitJob = createSubmit({
    store,
    inputs,
    record_lists: { put: async () => {} },
    stream: {
      async putRecords(entries) {
        jobs.push((await store.get('j'))!);
        return entries.map((_, i) => ({ ok: true, shard_id: 's', sequence_number: String(i) }));
      },
    },
    claims: { put: async () => 'sha256' },
    on_final: async () => {},
    ...NO_LIMITS,
    now: () => JOBS_NOW,
  });
  expect(await createInvocations(submitJob)('j', () => 3_600_000)).toBe('done');
  return jobs;
}

it('a submission knows the total and is PROCESSING before it publishes the first record', async () => {
  const [first] = await submit(3);
  expect(first).toMatchObject({ status: 'PROCESSING', total: 3 });
});

it('a submission moves its checkpoint after every 1,000 records', async () => {
  const checkpoints = (await submit(2_500)).map(({ submitted }) => submitted?.records ?? 0);
  expect([...new Set(checkpoints)]).toEqual([0, 1_000, 2_000]);
});
