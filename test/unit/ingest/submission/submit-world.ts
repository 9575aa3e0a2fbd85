import { createSubmit, type SubmitDeps } from '../../../../ingest/submission/submit.ts';
import { type Format, ServiceError, type UploadOptions } from '../../../../schemas/index.ts';
import { createFakeInputs } from '../../../fakes/job-inputs.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { NO_LIMITS } from '../../../fakes/pace.ts';
import { createFakeRecordLists } from '../../../fakes/record-lists.ts';
import { aJob, JOBS_NOW } from '../../../support/jobs.ts';
import { createInvocations } from '../../../support/submission.ts';

export const KEY = 'inputs/j.jsonl';

/**
 * Creates the services of a submission. For each call that writes, `fails` decides whether the call
 * fails before its effect, fails after its effect, or succeeds. `overrides` replaces services.
 */
export function createWorld(
  content: string | Buffer,
  fails: () => 'before' | 'after' | undefined = () => undefined,
  overrides: Partial<SubmitDeps> = {},
) {
  const { inputs, objects } = createFakeInputs(new Map([[KEY, Buffer.from(content)]]));
  const { record_lists, pages } = createFakeRecordLists();
  const down = () => new ServiceError('some', 'Down', { retryable: false });
  async function failing<Value>(effect: () => Promise<Value>): Promise<Value> {
    const failure = fails();
    if (failure === 'before') throw down();
    const value = await effect();
    if (failure === 'after') throw down();
    return value;
  }
  const published: string[] = [];
  const clock = { at: JOBS_NOW };
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  const deps: SubmitDeps = {
    store: {
      ...store,
      takeLease: (...args) => failing(() => store.takeLease(...args)),
      advance: (...args) => failing(() => store.advance(...args)),
      transition: (...args) => failing(() => store.transition(...args)),
      update: (...args) => failing(() => store.update(...args)),
      mark: (...args) => failing(() => store.mark(...args)),
    },
    inputs,
    record_lists: { put: (...args) => failing(() => record_lists.put(...args)) },
    stream: {
      putRecords: (entries) =>
        failing(async () =>
          entries.map(({ data }, i) => {
            published.push(JSON.parse(Buffer.from(data).toString()).record_id);
            return { ok: true, shard_id: 'shard-0', sequence_number: String(i) };
          }),
        ),
    },
    claims: { put: async () => 'sha256' },
    on_final: async () => {},
    ...NO_LIMITS,
    now: () => clock.at,
    ...overrides,
  };
  const submit = createSubmit(deps);
  const invoke = createInvocations(submit);
  return { clock, store, objects, pages, published, inputs, deps, submit, invoke };
}

export async function createJob(
  store: ReturnType<typeof createFakeJobStore>,
  format: Format = 'jsonl',
  options?: UploadOptions,
) {
  await store.create(
    aJob({ job_id: 'j', input: { kind: 'upload', format, options, key: KEY }, total: undefined }),
  );
}
