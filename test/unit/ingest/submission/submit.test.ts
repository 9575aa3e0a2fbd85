import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSubmit, type SubmitDeps } from '../../../../ingest/submission/submit.ts';
import {
  deriveJobRecordId,
  FORMAT_NAMES,
  type Format,
  ServiceError,
} from '../../../../schemas/index.ts';
import { createFakeInputs } from '../../../fakes/job-inputs.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { FORMAT_SAMPLES } from '../../../support/format-samples.ts';
import { aJob, JOBS_NOW } from '../../../support/jobs.ts';

const KEY = 'inputs/j.jsonl';
const AN_HOUR = () => 3_600_000;

/**
 * Creates the services of a submission. For each call that writes, `fails` decides whether the call
 * fails before its effect, fails after its effect, or succeeds.
 */
function createWorld(
  content: string,
  fails: () => 'before' | 'after' | undefined = () => undefined,
) {
  const { inputs, objects } = createFakeInputs(new Map([[KEY, Buffer.from(content)]]));
  const down = () => new ServiceError('some', 'Down', { retryable: false });
  async function failing<Value>(effect: () => Promise<Value>): Promise<Value> {
    const failure = fails();
    if (failure === 'before') throw down();
    const value = await effect();
    if (failure === 'after') throw down();
    return value;
  }
  const published: string[] = [];
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  const deps: SubmitDeps = {
    store: {
      ...store,
      advance: (...args) => failing(() => store.advance(...args)),
      transition: (...args) => failing(() => store.transition(...args)),
      update: (...args) => failing(() => store.update(...args)),
      mark: (...args) => failing(() => store.mark(...args)),
    },
    inputs,
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
    now: () => JOBS_NOW,
  };
  return { store, objects, published, submit: createSubmit(deps) };
}

async function createJob(store: ReturnType<typeof createFakeJobStore>, format: Format = 'jsonl') {
  await store.create(
    aJob({ job_id: 'j', input: { kind: 'upload', format, key: KEY }, total: undefined }),
  );
}

it('A submission publishes every record under one identity, whatever fails and however often it resumes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3_500 }),
      fc.integer({ min: 0, max: 20 }),
      fc.array(fc.constantFrom('before', 'after', undefined, undefined), { maxLength: 30 }),
      fc.array(fc.boolean(), { maxLength: 10 }),
      async (records, bad_every, failures, times_short) => {
        const lines = Array.from({ length: records }, (_, i) =>
          bad_every > 0 && i % bad_every === 0 ? 'no JSON' : JSON.stringify({ text: `Text ${i}` }),
        );
        const { store, submit, published } = createWorld(lines.join('\n'), () => failures.shift());
        await createJob(store);
        const once = () => {
          const is_short = times_short.shift() ?? false;
          return submit('j', () => (is_short ? 1_000 : 3_600_000)).catch((cause: unknown) => {
            expect(['ServiceError', 'SubmissionInterruptedError']).toContain((cause as Error).name);
            return 'failed' as const;
          });
        };
        for (let tries = 0; ; tries += 1) {
          expect(tries).toBeLessThan(100);
          // Two submissions run concurrently, because the queue can deliver a message twice.
          const [one, other] = await Promise.all([once(), once()]);
          if (one === 'done' && other === 'done') break;
          const job = (await store.get('j'))!;
          if (job.status !== 'PENDING' && job.status !== 'PROCESSING') break;
          if ([one, other].every((end) => end === 'ignored')) break;
        }
        const job = (await store.get('j'))!;
        const good = lines.flatMap((line, i) =>
          line === 'no JSON' ? [] : [deriveJobRecordId('j', i)],
        );
        expect(job.total).toBe(records);
        expect(new Set(published)).toEqual(new Set(good));
        const set_aside = (await store.pages(job)).reduce(
          (sum, page) => sum + (page.counts?.set_aside ?? page.done.set_aside?.size ?? 0),
          0,
        );
        expect(set_aside).toBe(records - good.length);
        expect(job.status).toBe(good.length === 0 ? 'COMPLETED_WITH_ERRORS' : 'PROCESSING');
      },
    ),
    { numRuns: 80 },
  );
}, 60_000);

it('A submission that runs out of time keeps its checkpoint, and the next invocation continues from it', async () => {
  const lines = Array.from({ length: 2_500 }, (_, i) => JSON.stringify({ text: `Text ${i}` }));
  const { store, submit, published } = createWorld(lines.join('\n'));
  await createJob(store);
  const left = [3_600_000, 3_600_000];
  const slow = () => (left.length > 0 ? left.shift()! : 1_000);
  let ended = await submit('j', slow);
  let invocations = 1;
  while (ended === 'more') {
    expect(invocations).toBeLessThan(3_000);
    ended = await submit('j', () => 1_000);
    invocations += 1;
  }
  expect(ended).toBe('done');
  expect(invocations).toBeGreaterThan(2);
  expect(published).toHaveLength(2_500);
  expect((await store.get('j'))!.submitted!.records).toBe(2_500);
});

it.each([
  ['', 'INPUT_EMPTY'],
  ['\n\n  \n', 'INPUT_EMPTY'],
])('A job whose input is %j becomes FAILED with %s', async (content, code) => {
  const { store, submit } = createWorld(content);
  await createJob(store);
  await submit('j', AN_HOUR);
  expect(await store.get('j')).toMatchObject({ status: 'FAILED', error: { code } });
});

it.each(['text,a\n"never closed, private', 'text,a\nsay "private",5\n'])(
  'A job whose input is not CSV becomes FAILED, and its error does not quote the file: %j',
  async (content) => {
    const { store, submit } = createWorld(content);
    await createJob(store, 'csv');
    await submit('j', AN_HOUR);
    const job = (await store.get('j'))!;
    expect(job).toMatchObject({ status: 'FAILED', error: { code: 'INPUT_UNREADABLE' } });
    expect(JSON.stringify(job.error)).not.toContain('private');
  },
);

it('A job whose file is replaced while it is read becomes FAILED with INPUT_CHANGED', async () => {
  const { store, submit, objects } = createWorld('{"text":"a"}');
  await createJob(store);
  await store.update('j', ['PENDING'], {
    input: { kind: 'upload', format: 'jsonl', key: KEY, etag: 'of the first', bytes: 1 },
  });
  expect(objects.size).toBe(1);
  await submit('j', AN_HOUR);
  expect(await store.get('j')).toMatchObject({
    status: 'FAILED',
    error: { code: 'INPUT_CHANGED' },
  });
});

it('A submission publishes nothing for a job that is cancelled or does not exist', async () => {
  const { store, submit, published } = createWorld('{"text":"a"}');
  await createJob(store);
  await store.transition('j', 'CANCELLED', {});
  expect(await submit('j', AN_HOUR)).toBe('ignored');
  expect(await submit('unknown', AN_HOUR)).toBe('ignored');
  expect(published).toEqual([]);
});

it.each(FORMAT_NAMES)(
  'A job in the format %s publishes the records of its file',
  async (format) => {
    const { store, submit, published } = createWorld(FORMAT_SAMPLES[format].two_records);
    await createJob(store, format);
    expect(await submit('j', AN_HOUR, KEY)).toBe('done');
    expect(published).toEqual(['r1', 'r2']);
    expect(await store.get('j')).toMatchObject({ status: 'PROCESSING', total: 2 });
  },
);

it('A job stays PENDING while its input has not arrived', async () => {
  const { store, submit, objects } = createWorld('');
  objects.delete(KEY);
  await createJob(store);
  expect(await submit('j', AN_HOUR)).toBe('ignored');
  expect(await store.get('j')).toMatchObject({ status: 'PENDING' });
});

it('A job whose input arrives under the key of another format becomes FAILED, and its error names both keys', async () => {
  const { store, submit, objects } = createWorld('');
  objects.delete(KEY);
  await createJob(store);
  expect(await submit('j', AN_HOUR, 'inputs/j.parquet')).toBe('failed');
  const job = await store.get('j');
  expect(job).toMatchObject({ status: 'FAILED', error: { code: 'INPUT_UNREADABLE' } });
  expect(job?.error?.message).toContain(KEY);
  expect(job?.error?.message).toContain('inputs/j.parquet');
});

it('A stray object beside the input of a job does not harm the job', async () => {
  const { store, submit, published } = createWorld('{"text":"one"}');
  await createJob(store);
  expect(await submit('j', AN_HOUR, 'inputs/j.parquet')).toBe('done');
  expect(published).toHaveLength(1);
});
