import { endJob } from '../../jobs/end-job.ts';
import type { JobStore } from '../../jobs/ports.ts';
import { createProgress } from '../../jobs/progress.ts';
import { progressOf } from '../../jobs/read-progress.ts';
import { type Job, RECORD_OUTCOMES, type RecordInput } from '../../schemas/index.ts';
import { createFakeJobStore } from '../fakes/job-store.ts';
import type { RecordSpec } from '../support/generated.ts';
import { aProcessingJob } from '../support/jobs.ts';
import type { Random } from '../support/random.ts';
import type { Stored } from './services.ts';
import { Violation } from './violation.ts';
import type { Environment, World } from './world.ts';

/** A job of the simulated world. The checks compare the fields with the job store. */
interface SimulatedJob {
  job_id: string;
  total: number;
  /** Number of lines of the job's input that are not valid records. */
  set_aside: number;
  cancelled: boolean;
  record_ids: string[];
  /**
   * Largest number of done records that a check has found in the job store. The job's progress must
   * not fall below this number.
   */
  done: number;
}

export interface Jobs {
  all: Map<string, SimulatedJob>;
  store: JobStore;
  /**
   * Returns the job store for one environment. The environment calls the store over the simulated
   * network.
   */
  as(environment: Environment): JobStore;
  isCancelled(job_id: string | undefined): boolean;
  /** Creates a job and the job's records. */
  start(random: Random, name: string): { job: SimulatedJob; records: JobRecord[] };
  /** Returns true when every invalid line of the submitted jobs is marked as set aside. */
  isSubmitted(): boolean;
  /**
   * Checks all jobs at the end of the simulation.
   *
   * @throws {Violation} if the product broke a promise.
   */
  atEnd(some_given_up: boolean): Promise<void>;
}

interface JobRecord {
  record: RecordInput & { record_id: string };
  spec: RecordSpec;
}

const TENANT = 'default';

export function createJobs(world: World, stored: Stored): Jobs {
  const store = createFakeJobStore({ now: world.scheduler.now });
  const all = new Map<string, SimulatedJob>();
  let submitting = 0;

  async function checkJob(job_id: string): Promise<void> {
    const known = all.get(job_id)!;
    const job = (await store.get(job_id))!;
    const { progress, counts } = progressOf(job, await store.pages(job));
    if (progress.done > progress.total) {
      throw new Violation(`Job ${job_id}: ${progress.done} of ${progress.total} done`);
    }
    if (progress.done < known.done) {
      throw new Violation(`Job ${job_id}: done fell from ${known.done} to ${progress.done}`);
    }
    known.done = progress.done;
    const is_over = job.status.startsWith('COMPLETED');
    if (is_over && progress.done !== known.total) {
      throw new Violation(`Job ${job_id}: completed with ${progress.done} of ${known.total} done`);
    }
    if (is_over && !known.record_ids.every((id) => stored.rows.has(`${TENANT}#${id}`))) {
      throw new Violation(`Job ${job_id}: completed, but some of its results are missing`);
    }
    if (is_over && (counts.set_aside ?? 0) !== known.set_aside) {
      throw new Violation(
        `Job ${job_id}: ${counts.set_aside} set aside, expected ${known.set_aside}`,
      );
    }
    if (known.cancelled && job.status !== 'CANCELLED') {
      throw new Violation(`Job ${job_id}: ${job.status} after it was cancelled`);
    }
  }
  const watch = (job_id: string) => {
    checkJob(job_id).catch((error: unknown) => world.scheduler.fail(error));
  };

  function as(environment: Environment): JobStore {
    const call = <Value>(action: string, effect: () => Promise<Value>, job_id?: string) =>
      world.call(environment, 'jobs', action, () => {
        const answer = effect();
        if (job_id !== undefined) watch(job_id);
        return answer;
      });
    return {
      ...store,
      get: (id) => call('get', () => store.get(id)),
      getMany: (ids) => call('getMany', () => store.getMany(ids)),
      transition: (id, to, changes) =>
        call('transition', () => store.transition(id, to, changes), id),
      update: (id, states, changes) => call('update', () => store.update(id, states, changes), id),
      advance: (...of) => call('advance', () => store.advance(...of), of[0]),
      mark: (job, page, done) => call('mark', () => store.mark(job, page, done), job.job_id),
      closePage: (job, page, counts) =>
        call('closePage', () => store.closePage(job, page, counts), job.job_id),
      addClosedPage: (job, page) =>
        call('addClosedPage', () => store.addClosedPage(job, page), job.job_id),
      pages: (job) => call('pages', () => store.pages(job)),
    };
  }

  return {
    all,
    store,
    as,
    isCancelled: (job_id) => job_id !== undefined && all.get(job_id)?.cancelled === true,
    start(random, name) {
      const total = 1 + random.int(random.pick([1, 3, 20, 20, 100, 1_500]));
      const job: SimulatedJob = {
        job_id: `job_${name}`,
        total,
        set_aside: 0,
        record_ids: [],
        cancelled: false,
        done: 0,
      };
      all.set(job.job_id, job);
      void store.create(
        aProcessingJob({
          job_id: job.job_id,
          tenant: TENANT,
          total,
          created_at: new Date(world.scheduler.now()).toISOString(),
          expires_at: Math.floor(world.scheduler.now() / 1_000) + 30 * 86_400,
        }),
      );
      const records = makeJobRecords(random, job);
      job.record_ids = records.map(({ record }) => record.record_id);
      submitting += 1;
      void setAside(world, as, job, records).finally(() => {
        submitting -= 1;
      });
      if (random.chance(0.15)) cancelLater(world, store, job);
      return { job, records };
    },
    isSubmitted: () => submitting === 0,
    async atEnd(some_given_up) {
      for (const { job_id, cancelled } of all.values()) {
        await checkJob(job_id);
        const { status } = (await store.get(job_id))!;
        if (!cancelled && !some_given_up && !status.startsWith('COMPLETED')) {
          throw new Violation(`Job ${job_id}: ${status} with all of its records done`);
        }
      }
    },
  };
}

/**
 * Makes the records of a job. About 3 % of the job's lines are invalid, and 5 % repeat the
 * preceding record.
 */
function makeJobRecords(random: Random, job: SimulatedJob): JobRecord[] {
  const records: JobRecord[] = [];
  for (let job_index = 0; job_index < job.total; job_index += 1) {
    if (random.chance(0.03)) {
      job.set_aside += 1;
      continue;
    }
    const twin = random.chance(0.05) ? records.at(-1) : undefined;
    const record_id = twin?.record.record_id ?? `${job.job_id}:${job_index}`;
    const text = twin?.spec.text ?? `What a day for number #j${random.int(5_000)}#.`;
    const base = { record_id, tenant: TENANT, source: 'job', record_version: 0, text };
    records.push({
      record: { ...base, language: 'en', job_id: job.job_id, job_index },
      spec: { ...base, kind: 'record', status: 'analyzed', job_id: job.job_id },
    });
  }
  return records;
}

/**
 * Marks the invalid lines of a job as set aside. Like the product's submission function, the
 * simulation retries until all invalid lines are marked.
 */
function setAside(
  world: World,
  as: (environment: Environment) => JobStore,
  { job_id, total }: SimulatedJob,
  records: JobRecord[],
): Promise<void> {
  const indexes = new Set(records.map(({ record }) => record.job_index!));
  const bad = Array.from({ length: total }, (_, i) => i).filter((i) => !indexes.has(i));
  const submit = async () => {
    for (;;) {
      const store = as(world.environment('submission'));
      const progress = createProgress({
        store,
        now: world.scheduler.now,
        on_final: () => Promise.resolve(),
      });
      const job = await store.get(job_id).catch(() => undefined);
      if (job !== undefined) {
        const entries = bad.map((job_index) => ({ job, job_index, outcome: ASIDE }));
        const failures = await progress.mark(entries).catch(() => entries);
        if (failures.length === 0) return;
      }
      await world.scheduler.sleep(1_000, 'submission again');
    }
  };
  return submit().catch((error: unknown) => world.scheduler.fail(error));
}

const ASIDE = RECORD_OUTCOMES[RECORD_OUTCOMES.indexOf('set_aside')]!;

function cancelLater(world: World, store: JobStore, known: SimulatedJob): void {
  world.scheduler.after(world.random.int(5_000), 'cancel', () => {
    const cancel = async () => {
      const job = (await store.get(known.job_id)) as Job;
      const deps = { store, now: world.scheduler.now, on_final: () => Promise.resolve() };
      known.cancelled = (await endJob(deps, job, 'cancelled_by_caller')) !== undefined;
    };
    cancel().catch((error: unknown) => world.scheduler.fail(error));
  });
}
