import { expect } from 'vitest';
import { endJob } from '../../../jobs/end-job.ts';
import type { JobStore } from '../../../jobs/ports.ts';
import { createProgress, type JobProgress } from '../../../jobs/progress.ts';
import { progressOf } from '../../../jobs/read-progress.ts';
import {
  isFinal,
  JOB_PAGE_SIZE,
  type JobStatus,
  type OutcomeCounts,
  RECORD_OUTCOMES,
  type RecordOutcome,
  ServiceError,
} from '../../../schemas/index.ts';
import { createFakeJobStore } from '../../fakes/job-store.ts';
import { aProcessingJob, JOBS_NOW } from '../../support/jobs.ts';
import { createRandom, type Random } from '../../support/random.ts';

const JOB_ID = 'job_1';
const now = () => JOBS_NOW;

/**
 * Fate of one store call. If the fate contains `lost`, the caller receives an error. If the fate
 * contains `crash`, the caller crashes. A call with `before` has no effect, and a call with `after`
 * takes effect.
 */
export type Fate = 'done' | 'lost before' | 'lost after' | 'crash before' | 'crash after';

export interface Schedule {
  seed: number;
  total: number;
  batch_size: number;
  disorder: number;
  consumers: number;
  /** Probability that a store call is lost or that the caller of the store crashes */
  trouble: number;
  /** Probability that a finished batch is delivered again */
  redelivered: number;
  /** Share of the records that the submitting function sets aside instead of publishing */
  set_aside: number;
  cancelled: boolean;
  /**
   * The fate of one call of the job store. `step` is the index of the call, and the first call has
   * index 0.
   */
  at_step?: { step: number; fate: Fate };
}

/** A store call that waits for the scheduler. */
interface Step {
  worker: object;
  /**
   * Makes the call and settles the promise of the caller. If the fate ends with `before`, the call
   * is not made. If the caller crashes, the promise never settles.
   */
  take(fate: Fate): Promise<void>;
}

/**
 * Simulates workers that process the batches of one job. The store calls of all workers run in a
 * random order.
 */
export function jobWorld(schedule: Schedule) {
  const random = createRandom(schedule.seed);
  const outcomes = Array.from({ length: schedule.total }, () =>
    outcomeOf(random, schedule.set_aside),
  );
  const store = createFakeJobStore({ now });
  const marked = new Set<number>();
  const final_transitions: JobStatus[] = [];
  const waiting: Step[] = [];
  const batches = batchesOf(outcomes, random, schedule);
  const working = new Map<object, number[]>();
  let is_cancelling = schedule.cancelled;
  let steps = 0;

  /** Wraps the store so that each call of this worker waits for the scheduler. */
  function storeOf(worker: object): JobStore {
    const heed = (method: keyof JobStore, args: unknown[], output: unknown) => {
      if (method === 'mark')
        for (const index of Object.values(args[2] as object).flat()) marked.add(index);
      if (method === 'closePage')
        for (const index of pageIndexes(args[1] as number, schedule.total)) marked.add(index);
      if (method === 'transition' && output !== undefined)
        final_transitions.push(args[1] as JobStatus);
    };
    const call =
      (method: keyof JobStore) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          const work = async () => {
            const output = await (store[method] as (...given: unknown[]) => Promise<unknown>)(
              ...args,
            );
            heed(method, args, output);
            return output;
          };
          waiting.push({
            worker,
            async take(fate) {
              const output = fate.endsWith('before') ? undefined : await work();
              if (fate === 'done') resolve(output);
              else if (fate.startsWith('lost'))
                reject(new ServiceError('dynamodb', 'Lost', { retryable: true }));
            },
          });
        });
    return new Proxy(store, { get: (_, method) => call(method as keyof JobStore) });
  }

  function startBatch(): void {
    const indexes = batches.splice(random.int(Math.min(batches.length, schedule.consumers)), 1)[0]!;
    const worker = {};
    working.set(worker, indexes);
    const progress = createProgress({ store: storeOf(worker), now, on_final: async () => {} });
    void consume(progress, indexes).then((again) => {
      if (!working.delete(worker)) return;
      if (again.length > 0) deliver(indexes.slice(indexes.indexOf(again[0]!)));
      else if (random.chance(schedule.redelivered)) deliver(indexes);
    });
  }

  async function consume(progress: JobProgress, indexes: number[]): Promise<number[]> {
    const jobs = await progress.begin([JOB_ID]).catch(() => undefined);
    const job = jobs?.get(JOB_ID);
    if (job === undefined) return indexes;
    if (job.status === 'CANCELLED') return [];
    const failures = await progress.mark(
      indexes.map((job_index) => ({ job, job_index, outcome: outcomes[job_index]! })),
    );
    return failures.map(({ index }) => indexes[index]!);
  }

  /** Queues a batch for delivery, either as one batch or split into two batches. */
  function deliver(indexes: number[]): void {
    if (indexes.length > 1 && random.chance(0.3)) {
      const middle = 1 + random.int(indexes.length - 1);
      batches.unshift(indexes.slice(0, middle), indexes.slice(middle));
    } else batches.unshift(indexes);
  }

  function crash(worker: object): void {
    const indexes = working.get(worker);
    working.delete(worker);
    for (let i = waiting.length - 1; i >= 0; i -= 1) {
      if (waiting[i]!.worker === worker) waiting.splice(i, 1);
    }
    if (indexes !== undefined) deliver(indexes);
  }

  function fateOf(): Fate {
    const { at_step, trouble } = schedule;
    if (at_step?.step === steps) return at_step.fate;
    if (!random.chance(trouble)) return 'done';
    return random.pick(['lost before', 'lost after', 'crash before', 'crash after'] as const);
  }

  async function cancelSoon(): Promise<void> {
    if (!is_cancelling || !random.chance(0.02)) return;
    is_cancelling = false;
    const job = (await store.get(JOB_ID))!;
    const ended = await endJob(
      { store, now, on_final: async () => {} },
      job,
      'cancelled_by_caller',
    );
    if (ended !== undefined) final_transitions.push('CANCELLED');
  }

  async function read() {
    const job = (await store.get(JOB_ID))!;
    return { status: job.status, ...progressOf(job, await store.pages(job)) };
  }

  let final: JobStatus | undefined;
  let done = 0;
  /**
   * Checks that the progress of the job is exact. The progress must count all marked records and no
   * other records.
   */
  async function check(): Promise<void> {
    const { status, progress } = await read();
    expect(progress.done).toBe(marked.size);
    expect(progress.done).toBeLessThanOrEqual(progress.total);
    expect(progress.done).toBeGreaterThanOrEqual(done);
    expect(progress.percentage === 100).toBe(progress.done === progress.total);
    expect(status).toBe(final ?? status);
    done = progress.done;
    if (isFinal(status)) final = status;
  }

  return {
    final_transitions,
    expected_counts: countsOf(outcomes),
    read,
    /** Runs the workers until every batch is finished. */
    async run(): Promise<void> {
      await store.create(aProcessingJob({ job_id: JOB_ID, total: schedule.total }));
      while (batches.length > 0 || working.size > 0) {
        while (batches.length > 0 && working.size < schedule.consumers) startBatch();
        await turn();
        if (waiting.length === 0) continue;
        const [step] = waiting.splice(random.int(waiting.length), 1);
        const fate = fateOf();
        steps += 1;
        await step!.take(fate);
        if (fate.startsWith('crash')) crash(step!.worker);
        await cancelSoon();
        await check();
      }
    },
  };
}

/** Waits until the workers have continued after their store calls. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function outcomeOf(random: Random, set_aside: number): RecordOutcome {
  if (random.chance(set_aside)) return 'set_aside';
  return random.chance(0.9) ? 'neutral' : random.pick(RECORD_OUTCOMES.slice(0, 8));
}

/**
 * Shuffles the records slightly and splits the records into batches. Set-aside records get batches
 * of their own.
 */
function batchesOf(outcomes: RecordOutcome[], random: Random, schedule: Schedule): number[][] {
  const place = new Map(outcomes.map((_, index) => [index, index + random.int(schedule.disorder)]));
  const indexes = [...place.keys()].sort((a, b) => place.get(a)! - place.get(b)!);
  const is_aside = (index: number) => outcomes[index] === 'set_aside';
  return [indexes.filter((index) => !is_aside(index)), indexes.filter(is_aside)].flatMap((part) => {
    const batches: number[][] = [];
    for (let from = 0; from < part.length; ) {
      const size = 1 + random.int(schedule.batch_size);
      batches.push(part.slice(from, from + size));
      from += size;
    }
    return batches;
  });
}

function pageIndexes(page: number, total: number): number[] {
  const from = page * JOB_PAGE_SIZE;
  return Array.from({ length: Math.min(JOB_PAGE_SIZE, total - from) }, (_, i) => from + i);
}

function countsOf(outcomes: RecordOutcome[]): OutcomeCounts {
  const counts: OutcomeCounts = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
