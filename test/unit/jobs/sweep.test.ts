import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCallBack } from '../../../jobs/callbacks/call-back.ts';
import type { JobStore } from '../../../jobs/ports.ts';
import { createSweep } from '../../../jobs/sweep.ts';
import {
  type CallbackMessage,
  isFinal,
  type Job,
  type JobCommand,
  ServiceError,
} from '../../../schemas/index.ts';
import { createFakeJobStore } from '../../fakes/job-store.ts';
import { aJob, JOBS_NOW } from '../../support/jobs.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const TOTAL = 1_500;
const isoIn = (minutes: number) => new Date(JOBS_NOW + minutes * MINUTE).toISOString();

const offset = (most: number) =>
  fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -most, max: most })).map(isoIn);
const attempt = { attempted_at: isoIn(-30), duration_ms: 5, status: 503 };
const callback = { url: 'https://example.com/hook', delivery_id: 'd', attempts: [] };
const waiting = fc.option(fc.constant({ ...callback, state: 'waiting' as const }), {
  nil: undefined,
});
const reported_callback = fc.record({
  ...{ url: fc.constant(callback.url), delivery_id: fc.constant('d') },
  state: fc.constantFrom('pending', 'delivered', 'failed'),
  attempts: fc.array(fc.constant(attempt), { maxLength: 3 }),
});
const input = fc
  .constantFrom(undefined, 'e')
  .map((etag) => ({ kind: 'upload' as const, format: 'jsonl' as const, key: 'inputs/j', etag }));
const times = { deadline_at: offset(1_440), due_at: offset(60) };
const submitted = fc
  .constantFrom(undefined, 0, 1_000, TOTAL)
  .map((records) => (records === undefined ? undefined : { records, bytes: records * 20 }));

/** Generates the fields of a job. The job can be in any state. */
const state: fc.Arbitrary<Partial<Job>> = fc.oneof(
  fc.record({ ...times, status: fc.constant('PENDING'), input, callback: waiting }),
  fc.record({
    ...times,
    ...{ status: fc.constant('PROCESSING'), input, callback: waiting },
    ...{ total: fc.constant(TOTAL), submitted },
  }),
  fc.record({
    ...times,
    status: fc.constantFrom('COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED'),
    callback: fc.option(reported_callback, { nil: undefined }),
  }),
  fc.record({ ...times, status: fc.constant('CANCELLED'), callback: waiting }),
);
const states = fc.array(state, { minLength: 1, maxLength: 8 });

type Failure = 'before' | 'after' | undefined;

/**
 * Creates jobs, a clock and queues. For each call that writes, `fails` decides whether the call
 * fails before its effect, fails after its effect, or succeeds.
 */
async function createWorld(of: Partial<Job>[], fails: () => Failure = () => undefined) {
  const clock = { at: JOBS_NOW };
  const now = () => clock.at;
  const store = createFakeJobStore({ now });
  const commands: JobCommand[] = [];
  const calls: CallbackMessage[] = [];
  const deleted: string[] = [];
  const jobs = of.map((fields, i) => aJob({ ...fields, job_id: `job_${i}` }));
  for (const job of jobs) await store.create(job);
  async function failing<Value>(effect: () => Promise<Value>): Promise<Value> {
    const failure = fails();
    const down = () => new ServiceError('some', 'Down', { retryable: true });
    if (failure === 'before') throw down();
    const value = await effect();
    if (failure === 'after') throw down();
    return value;
  }
  const callback_queue = {
    send: (message: CallbackMessage) => failing(async () => void calls.push(message)),
  };
  const sweepOf = (seen: Partial<JobStore> = {}) =>
    createSweep({
      store: {
        ...store,
        ...seen,
        transition: (...args) => failing(() => store.transition(...args)),
        update: (...args) => failing(() => store.update(...args)),
        postpone: (...args) => failing(() => store.postpone(...args)),
      },
      job_queue: { send: (command) => failing(async () => void commands.push(command)) },
      callback_queue,
      deleteInput: (key) => failing(async () => void deleted.push(key)),
      now,
    });
  const there = async () => Promise.all(jobs.map(async (job) => (await store.get(job.job_id))!));
  const due = async () => {
    const list: Job[] = [];
    for await (const job of store.due(now())) list.push(job);
    return list;
  };
  const sent = { commands, calls, deleted };
  return { ...{ clock, now, store, jobs, ...sent }, callback_queue, sweepOf, there, due };
}

const isDue = ({ due_at }: Job) => Date.parse(due_at!) <= JOBS_NOW;
const isLate = ({ deadline_at }: Job) => Date.parse(deadline_at) <= JOBS_NOW;
const distinct = (messages: object[]) =>
  new Set(messages.map((message) => JSON.stringify(message)));
const jobOf = (command: JobCommand) => ('job_id' in command ? command.job_id : undefined);
const idOf = ({ job_id }: { job_id: string }) => job_id;
/** Returns whether the job still needs a later sweep. */
const isOpen = ({ status, callback, input: { deleted_at } }: Job) =>
  !isFinal(status) ||
  deleted_at === undefined ||
  (callback?.state === 'pending' && status !== 'CANCELLED');

it('A sweep fails late jobs, resumes unfinished submissions, repeats pending callbacks, and changes no other job', async () => {
  await fc.assert(
    fc.asyncProperty(states, async (of) => {
      const { jobs, commands, calls, deleted, sweepOf, there } = await createWorld(of);
      const swept = await sweepOf()();
      const open = jobs.filter((job) => isDue(job) && !isFinal(job.status));
      const late = open.filter(isLate);
      const unsubmitted = open.filter(
        (job) => !isLate(job) && !(job.total === TOTAL && job.submitted?.records === TOTAL),
      );
      const pending = jobs.filter((job) => isDue(job) && job.callback?.state === 'pending');

      const called_late = late.filter(({ callback: told }) => told !== undefined);
      const over = jobs.filter((job) => isDue(job) && (isFinal(job.status) || late.includes(job)));
      expect(deleted).toHaveLength(over.length);
      expect(commands.map(jobOf)).toEqual(unsubmitted.map(idOf));
      expect(new Set(calls)).toEqual(
        new Set([
          ...pending.map((job) => ({
            job_id: job.job_id,
            attempt: job.callback!.attempts.length + 1,
          })),
          ...called_late.map(({ job_id }) => ({ job_id, attempt: 1 })),
        ]),
      );
      expect(swept).toEqual({
        failed: late.length,
        resumed: unsubmitted.length,
        inputs_deleted: over.length,
        called_back: pending.length,
      });
      for (const [i, after] of (await there()).entries()) {
        const before = jobs[i]!;
        if (late.includes(before)) {
          const never_arrived = before.status === 'PENDING' && before.input.etag === undefined;
          const code = never_arrived ? 'INPUT_NEVER_ARRIVED' : 'DEADLINE_EXCEEDED';
          expect(after).toMatchObject({ status: 'FAILED', error: { code } });
          expect(after.callback?.state).toBe(before.callback && 'pending');
        } else {
          const rest = { due_at: undefined, input: undefined };
          expect({ ...after, ...rest }).toEqual({ ...before, ...rest });
          expect(after.input.deleted_at !== undefined).toBe(over.includes(before));
          if (!isDue(before)) expect(after.due_at).toBe(before.due_at);
        }
      }
    }),
    { numRuns: 300 },
  );
});

it('A sweep leaves no job due, and keeps a due time for each job that still needs one', async () => {
  await fc.assert(
    fc.asyncProperty(states, async (of) => {
      const { sweepOf, there, due } = await createWorld(of);
      await sweepOf()();
      expect(await due()).toEqual([]);
      for (const job of (await there()).filter(isOpen)) expect(job).toHaveProperty('due_at');
    }),
  );
});

it('A sweep is idempotent, one after the other and concurrently', async () => {
  await fc.assert(
    fc.asyncProperty(states, fc.boolean(), async (of, at_once) => {
      const once = await createWorld(of);
      await once.sweepOf()();
      const twice = await createWorld(of);
      const sweep = twice.sweepOf();
      if (at_once) await Promise.all([sweep(), sweep()]);
      else {
        await sweep();
        expect(await sweep()).toEqual({ failed: 0, resumed: 0, inputs_deleted: 0, called_back: 0 });
        expect(twice.calls).toEqual(once.calls);
        expect(twice.commands).toEqual(once.commands);
      }
      expect(await twice.there()).toEqual(await once.there());
      expect(distinct(twice.calls)).toEqual(distinct(once.calls));
      expect(distinct(twice.commands)).toEqual(distinct(once.commands));
    }),
  );
});

it('A sweep does not repeat a callback whose next attempt still waits in the queue', async () => {
  const attempts = (count: number, minutes: number) =>
    Array.from({ length: count }, () => ({ ...attempt, attempted_at: isoIn(minutes) }));
  const pending = (made: typeof callback.attempts) => ({
    status: 'COMPLETED' as const,
    callback: { ...callback, state: 'pending' as const, attempts: made },
    due_at: isoIn(-1),
  });
  const { calls, sweepOf, there } = await createWorld([
    pending(attempts(1, -5) as never),
    pending(attempts(2, -5) as never),
    pending(attempts(3, -5) as never),
    pending(attempts(1, -7) as never),
  ]);
  expect(await sweepOf()()).toMatchObject({ called_back: 1 });
  expect(calls).toEqual([{ job_id: 'job_3', attempt: 2 }]);
  expect((await there()).map(({ due_at }) => due_at)).toEqual([1, 5, 15, 20].map(isoIn));
});

it('A callback that two sweeps ask for is sent once', async () => {
  const state = 'pending' as const;
  const { clock, store, now, calls, callback_queue, sweepOf } = await createWorld([
    { status: 'COMPLETED', total: 1, callback: { ...callback, state }, due_at: isoIn(-1) },
  ]);
  const sweep = sweepOf();
  await Promise.all([sweep(), sweep()]);
  let posts = 0;
  const callBack = createCallBack({
    ...{ store, now, queue: callback_queue, secrets: async () => ['secret'] },
    post: async () => {
      posts += 1;
      return { status: 200 };
    },
  });
  for (const message of [...calls]) await callBack(message);
  expect(posts).toBe(1);
  clock.at += DAY;
  await sweep();
  expect((await store.get('job_0'))!).not.toHaveProperty('due_at');
});

it('A sweep respects changes of a job since the index of due jobs was read', async () => {
  const endings = fc.array(fc.constantFrom('COMPLETED', 'CANCELLED', undefined), {
    minLength: 8,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(states, endings, async (of, ends) => {
      const { clock, store, jobs, sweepOf, there, due } = await createWorld(of);
      const stale = await due();
      const ended = new Map<string, Job>();
      for (const [i, { job_id }] of jobs.entries()) {
        const end = ends[i];
        const changed = end && (await store.transition(job_id, end, { due_at: undefined }));
        if (changed !== undefined) ended.set(job_id, changed);
      }
      const readStale = async function* () {
        yield* stale;
      };
      await sweepOf({ due: readStale })();
      for (const job of await there()) {
        if (ended.has(job.job_id)) expect(job).toEqual(ended.get(job.job_id));
      }
      clock.at += DAY;
      await sweepOf()();
      for (const job of await there()) {
        if (!isOpen(job)) expect(job).not.toHaveProperty('due_at');
      }
    }),
  );
});

it('Sweeps complete all work in the end, whatever fails on the way', async () => {
  const failures = fc.array(fc.constantFrom<Failure[]>('before', 'after', undefined), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(states, failures, async (of, failing) => {
      const world = await createWorld(of, () => failing.shift());
      const { clock, jobs, calls, commands, sweepOf, there } = world;
      const sweep = sweepOf();
      // No consumer handles the messages, so every job that is not final passes its deadline.
      for (; clock.at <= JOBS_NOW + 2 * DAY; clock.at += 10 * MINUTE) {
        await sweep().catch((cause: unknown) => expect(cause).toBeInstanceOf(ServiceError));
      }
      for (const [i, after] of (await there()).entries()) {
        const { job_id, status, deadline_at, callback: told } = jobs[i]!;
        expect(isFinal(after.status)).toBe(true);
        if (isFinal(status)) expect(after.status).toBe(status);
        else expect(after).toMatchObject({ status: 'FAILED', error: { code: /./ } });
        if (after.callback?.state === 'pending') {
          const next = { job_id, attempt: told!.attempts.length + 1 };
          expect(calls).toContainEqual(next);
        } else expect(after).not.toHaveProperty('due_at');
        const had_days_left = Date.parse(deadline_at) > JOBS_NOW + DAY / 2;
        if (status === 'PENDING' && had_days_left) expect(commands.map(jobOf)).toContain(job_id);
      }
    }),
  );
}, 60_000);

it('A sweep checks a resumed submission again after 10 minutes, a repeated callback after 20, and a submitted job at its deadline', async () => {
  const due_at = isoIn(0);
  const { sweepOf, there } = await createWorld([
    { status: 'PENDING', due_at },
    { status: 'COMPLETED', due_at, callback: { ...callback, state: 'pending' } },
    { status: 'PROCESSING', due_at, total: 2, submitted: { records: 2, bytes: 9 } },
    { status: 'PROCESSING', due_at, total: 2, submitted: { records: 1, bytes: 4 } },
  ]);
  await sweepOf()();
  const [resumed, called, submitted, unfinished] = await there();
  expect(resumed?.due_at).toBe(isoIn(10));
  expect(called?.due_at).toBe(isoIn(20));
  expect(submitted?.due_at).toBe(submitted?.deadline_at);
  expect(unfinished?.due_at).toBe(isoIn(10));
});

it('A sweep leaves a submission alone whose checkpoint has moved since the index of due jobs was read', async () => {
  const lease = { owner: 'alive', until: isoIn(-1) };
  const { store, commands, sweepOf, due, there } = await createWorld([
    { status: 'PROCESSING', due_at: isoIn(-1), total: 2, lease },
  ]);
  const stale = await due();
  const extended = { owner: 'alive', until: isoIn(4) };
  const position = { records: 1, bytes: 4 };
  await store.advance('job_0', ['PROCESSING'], 'submitted', position, extended);
  const readStale = async function* () {
    yield* stale;
  };
  expect(await sweepOf({ due: readStale })()).toEqual({
    failed: 0,
    resumed: 0,
    inputs_deleted: 0,
    called_back: 0,
  });
  expect(commands).toEqual([]);
  expect(await there()).toMatchObject([{ due_at: isoIn(4), lease: extended }]);
});

it('A job fails at its deadline, and with DEADLINE_EXCEEDED once its input has arrived', async () => {
  const late = { due_at: isoIn(0), deadline_at: isoIn(0) };
  const of = { kind: 'upload' as const, format: 'jsonl' as const, key: 'inputs/j' };
  const { sweepOf, there } = await createWorld([
    { ...late, status: 'PENDING', input: of },
    { ...late, status: 'PENDING', input: { ...of, etag: 'e' } },
    { ...late, status: 'PROCESSING', input: of },
    { ...late, status: 'PENDING', input: of, deadline_at: isoIn(1 / 60_000) },
  ]);
  expect(await sweepOf()()).toEqual({ failed: 3, resumed: 1, inputs_deleted: 3, called_back: 0 });
  expect((await there()).map(({ error }) => error?.code)).toEqual([
    'INPUT_NEVER_ARRIVED',
    'DEADLINE_EXCEEDED',
    'DEADLINE_EXCEEDED',
    undefined,
  ]);
});

it('A sweep deletes the input of each job that is over, however it ended, and says when', async () => {
  const inputOf = (key: string) => ({ kind: 'upload' as const, format: 'jsonl' as const, key });
  const statuses = ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'] as const;
  const { deleted, sweepOf, there } = await createWorld([
    ...statuses.map((status) => ({ status, due_at: isoIn(0), input: inputOf(status) })),
    {
      status: 'PROCESSING',
      total: 1,
      due_at: isoIn(0),
      deadline_at: isoIn(0),
      input: inputOf('late'),
    },
    { status: 'PROCESSING', total: 1, due_at: isoIn(0), input: inputOf('open') },
  ]);
  expect(await sweepOf()()).toMatchObject({ inputs_deleted: 5 });
  expect(deleted.toSorted()).toEqual([...statuses, 'late'].toSorted());
  const after = await there();
  expect(after.slice(0, 5).map(({ input: { deleted_at } }) => deleted_at)).toEqual(
    Array(5).fill(isoIn(0)),
  );
  expect(after[5]?.input).not.toHaveProperty('deleted_at');
});

it('A sweep that crashes after it has deleted an input is repeated, and then says that the input is deleted', async () => {
  let calls_left = 1;
  const crashing = () => (calls_left-- > 0 ? undefined : 'before');
  const { sweepOf, there, due } = await createWorld(
    [{ status: 'CANCELLED', due_at: isoIn(0) }],
    () => crashing(),
  );
  await expect(sweepOf()()).rejects.toThrow('Down');
  expect((await there())[0]?.input).not.toHaveProperty('deleted_at');
  expect(await due()).toHaveLength(1);
  calls_left = 100;
  expect(await sweepOf()()).toMatchObject({ inputs_deleted: 1 });
  expect(await due()).toEqual([]);
});

it('A sweep does not repeat the first message of a callback within five minutes of the end of its job', async () => {
  const { calls, clock, sweepOf, there } = await createWorld([
    {
      ...{ status: 'COMPLETED', due_at: isoIn(0), completed_at: isoIn(0) },
      callback: { ...callback, state: 'pending' },
    },
  ]);
  expect(await sweepOf()()).toMatchObject({ inputs_deleted: 1, called_back: 0 });
  expect((await there())[0]?.due_at).toBe(isoIn(5));
  clock.at += 5 * MINUTE;
  expect(await sweepOf()()).toMatchObject({ inputs_deleted: 0, called_back: 1 });
  expect(calls).toEqual([{ job_id: 'job_0', attempt: 1 }]);
});
