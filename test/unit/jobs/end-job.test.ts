import { expect, it } from 'vitest';
import { createOnFinal, endJob } from '../../../jobs/end-job.ts';
import type { CallbackMessage, Job } from '../../../schemas/index.ts';
import { createFakeJobStore } from '../../fakes/job-store.ts';
import { createOutage } from '../../fakes/network.ts';
import { aProcessingJob, JOBS_NOW } from '../../support/jobs.ts';

const now = () => JOBS_NOW;
const callback = {
  url: 'https://example.com/hook',
  state: 'waiting' as const,
  delivery_id: 'delivery-1',
  attempts: [],
};

async function createJob(fields: Pick<Partial<Job>, 'status' | 'callback'> = {}) {
  const sent: [CallbackMessage, number][] = [];
  const store = createFakeJobStore({ now });
  const { job } = await store.create(aProcessingJob({ job_id: 'job_1', total: 1, ...fields }));
  const on_final = createOnFinal({
    send: async (message, delay_seconds) => void sent.push([message, delay_seconds]),
  });
  return { job, store, sent, deps: { store, now, on_final } };
}

it('The end of a job makes its callback pending and due in the same write, and asks for the first attempt', async () => {
  const { job, store, sent, deps } = await createJob({ callback });
  const ended = await endJob(deps, job, 'all_records_succeeded');
  expect(ended).toEqual({
    ...job,
    status: 'COMPLETED',
    completed_at: '2026-11-23T10:00:00.000Z',
    callback: { ...callback, state: 'pending' },
    due_at: '2026-11-23T10:00:00.000Z',
  });
  expect(await store.get('job_1')).toEqual(ended);
  expect(sent).toEqual([[{ job_id: 'job_1', attempt: 1 }, 0]]);
});

it('The end of a job asks for its callback once, also when a second event follows', async () => {
  const { job, sent, deps } = await createJob({ callback });
  await endJob(deps, job, 'all_records_succeeded');
  expect(await endJob(deps, job, 'all_records_succeeded')).toBeUndefined();
  expect(await endJob(deps, job, 'cancelled_by_caller')).toBeUndefined();
  expect(sent).toHaveLength(1);
});

it('A job without a callback is due as well, for the deletion of its input', async () => {
  const { job, sent, deps } = await createJob();
  const ended = await endJob(deps, job, 'some_records_failed');
  expect(ended?.due_at).toBe('2026-11-23T10:00:00.000Z');
  expect(sent).toEqual([]);
});

it('A cancelled job gets no callback', async () => {
  const { job, sent, deps } = await createJob({ callback });
  const ended = await endJob(deps, job, 'cancelled_by_caller');
  expect(ended?.callback?.state).toBe('waiting');
  expect(ended?.due_at).toBe('2026-11-23T10:00:00.000Z');
  expect(sent).toEqual([]);
});

it('A job that fails keeps the reason, and gets its callback', async () => {
  const { job, sent, deps } = await createJob({ status: 'PENDING', callback });
  const error = { code: 'INPUT_EMPTY', message: 'The input has no records.' } as const;
  expect(await endJob(deps, job, 'input_unusable', error)).toMatchObject({
    status: 'FAILED',
    error,
  });
  expect(sent).toHaveLength(1);
});

it('A job ends also while the callback queue is down, and the sweeper finds its callback due', async () => {
  const { job, store, deps } = await createJob({ callback });
  const on_final = () => Promise.reject(createOutage('sqs'));
  expect(await endJob({ ...deps, on_final }, job, 'all_records_succeeded')).toBeDefined();
  const due: string[] = [];
  for await (const { job_id } of store.due(JOBS_NOW + 300_000)) due.push(job_id);
  expect(due).toEqual(['job_1']);
});
