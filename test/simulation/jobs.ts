import { answerJobResults } from '../../api/routes/job-results.ts';
import { endJob } from '../../jobs/end-job.ts';
import type { JobStore, Page } from '../../jobs/ports.ts';
import type {
  Job,
  JobResultsResponse,
  OutcomeCounts,
  RecordIdentity,
  Result,
} from '../../schemas/index.ts';
import { createFakeJobStore } from '../fakes/job-store.ts';
import { createFakeRecordLists } from '../fakes/record-lists.ts';
import type { Random } from '../support/random.ts';
import {
  checkAttempts,
  checkCallbackEnded,
  checkPost,
  type ReceivedPost,
} from './checks/callbacks.ts';
import type { Checker } from './checks/checker.ts';
import {
  checkJob,
  checkResumed,
  checkShownResults,
  isOver,
  type JobProgress,
  type KnownJob,
} from './checks/jobs.ts';
import { createSubmitterCheck } from './checks/submitters.ts';
import { Violation } from './checks/violation.ts';
import {
  CALLBACK_SECRET,
  createCallbackFunction,
  createSubmissionFunction,
  type JobFunctionDeps,
} from './job-functions.ts';
import { makeJobInput } from './job-input.ts';
import { connectJobStore } from './job-store.ts';
import { createQueue, type Queue } from './queue.ts';
import { resultOf, type Stored } from './services.ts';
import type { RecordSpec } from './specs.ts';
import type { SimulatedStream } from './stream.ts';
import type { Environment, World } from './world.ts';

export type Jobs = ReturnType<typeof createJobs>;

const TENANT = 'default';
const SWEEP_EVERY_MS = 60_000;
/** Six times the timeouts of the functions, as in infra/constructs/work-queue.ts. */
const JOBS_VISIBILITY_MS = 720_000;
const CALLBACKS_VISIBILITY_MS = 270_000;
const HOUR_MS = 3_600_000;

interface JobsDeps {
  world: World;
  stored: Stored;
  stream: SimulatedStream;
  checker: () => Checker;
  /** Largest number of records of a job, so that small worlds stay small. */
  max_job_records: number;
}

/**
 * Creates the jobs of a simulated world with their functions, queues and receivers of callbacks.
 * The API's part is modelled: a job is created, and its input arrives on S3.
 */
export function createJobs({ world, stored, stream, checker, max_job_records }: JobsDeps) {
  const { scheduler, random } = world;
  const store = createFakeJobStore({ now: scheduler.now });
  const objects = new Map<string, Buffer>();
  const { record_lists, pages } = createFakeRecordLists();
  const all = new Map<string, KnownJob>();
  const posts = new Map<string, ReceivedPost[]>();
  const sampling = random.fork();
  let fault_free_since: number | undefined;
  const queues = {} as { jobs: Queue; callbacks: Queue };
  const skew_ms = world.fault_plan.skewed > 0 ? world.fault_plan.skew_ms : 0;

  const watch = (job_id: string, action: string) => {
    const known = all.get(job_id);
    if (known === undefined) return;
    const is_cheap = known.lines.length < 100 || action !== 'mark';
    if (is_cheap || sampling.chance(0.05)) run(check(known));
  };
  const run = (work: Promise<unknown>) => {
    work.catch((error: unknown) => scheduler.fail(error));
  };
  const check = async (known: KnownJob) => {
    const job = (await store.get(known.job_id))!;
    const progress = countDone(job, await store.pages(job));
    checkJob(known, progress, checker().results, scheduler.now() + skew_ms);
    const received = posts.get(known.job_id) ?? [];
    checkAttempts(known, job, received, { skew_ms, fault_free_since });
    return job;
  };

  const storeOf = (environment: Environment) => connectJobStore(world, store, environment, watch);
  const checkSubmitter = createSubmitterCheck();
  const functions: JobFunctionDeps = {
    world,
    ...{ objects, pages },
    onSubmit(job_id, environment) {
      try {
        const { name } = environment;
        return checkSubmitter(job_id, { name, isKilled: () => environment.killed });
      } catch (error) {
        scheduler.fail(error);
        return () => {};
      }
    },
    storeOf,
    streamOf: (environment) => stream.as(environment),
    queues: { jobs: () => queues.jobs, callbacks: () => queues.callbacks },
    receive(url, headers, body) {
      const job_id = url.slice(url.lastIndexOf('/') + 1);
      const known = all.get(job_id)!;
      const received = posts.get(job_id) ?? [];
      posts.set(job_id, received);
      const status = answerOf(job_id, received.length);
      const post = { at: scheduler.now(), url, headers, body, status };
      received.push(post);
      run(
        store.get(job_id).then((job) => {
          checkPost(known, job!, post, { secret: CALLBACK_SECRET, skew_ms });
        }),
      );
      return status;
    },
  };
  const submit = createSubmissionFunction(functions);
  queues.jobs = createQueue(world, {
    name: 'jobs',
    visibility_ms: JOBS_VISIBILITY_MS,
    async handle(body, listOthers) {
      const { is_done, invocation } = await submit(body);
      if (is_done) await checkContinued(body, invocation, listOthers);
      return is_done;
    },
  });
  queues.callbacks = createQueue(world, {
    name: 'callbacks',
    visibility_ms: CALLBACKS_VISIBILITY_MS,
    handle: createCallbackFunction(functions),
  });
  const sweep = () => {
    queues.jobs.send({ kind: 'sweep' });
    scheduler.after(SWEEP_EVERY_MS, 'rule of the sweeper', sweep);
  };

  /**
   * Checks that an invocation whose message is done leaves no open submission without a message.
   * Otherwise the job would wait for the sweeper. If another invocation has the lease of the job,
   * that invocation continues.
   */
  async function checkContinued(
    body: string,
    invocation: string,
    listOthers: () => string[],
  ): Promise<void> {
    const job_id = /job_[a-z0-9]+/.exec(body)?.[0];
    const job = job_id === undefined ? undefined : await store.get(job_id);
    if (job === undefined || isOver(job) || job.input.etag === undefined || isSubmitted(job))
      return;
    if (job.lease !== undefined && job.lease.owner !== invocation) return;
    const names_job = new RegExp(`${job_id}\\b`);
    // A second delivery may have deleted the message that is being handled, so it does not count.
    if (!listOthers().some((other) => names_job.test(other)))
      throw new Violation(`Job ${job_id}: no message continues the submission`);
  }

  async function showResults(known: KnownJob): Promise<void> {
    const job = (await store.get(known.job_id))!;
    if (job.total === undefined || known.input === 'replaced') return;
    const results = { getMany: async (keys: RecordIdentity[]) => readRows(stored, keys) };
    const rows: JobResultsResponse['results'] = [];
    const limit = sampling.pick([3, 50, 1_000]);
    let cursor: string | undefined;
    do {
      const query = { limit, cursor };
      const page = await answerPage({ record_lists, results }, job, query);
      rows.push(...page.results);
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    // All jobs of the simulation are uploads, which are accepted when they are counted.
    const stamp = Date.parse(job.started_at ?? job.created_at);
    checkShownResults(
      known,
      rows,
      { stamp, submitted: job.submitted?.records ?? 0 },
      checker().results,
    );
  }

  const cancelLater = (known: KnownJob) => {
    scheduler.after(random.int(5_000), 'cancel', () => {
      const cancel = async () => {
        const job = (await store.get(known.job_id))!;
        const deps = { store, now: scheduler.now, on_final: () => Promise.resolve() };
        const ended = await endJob(deps, job, 'cancelled_by_caller');
        if (ended !== undefined) known.cancelled_at = scheduler.now();
        await check(known);
      };
      run(cancel());
    });
  };

  return {
    storeOf,
    callbackQueue: () => queues.callbacks,
    startSweeper: sweep,
    isCancelled: ({ job_id, tenant }: { job_id?: string | undefined; tenant?: string }) => {
      const job = job_id === undefined ? undefined : all.get(job_id);
      return job?.tenant === tenant && job?.cancelled_at !== undefined;
    },
    cancelledAt: (job_id: string) => all.get(job_id)?.cancelled_at,
    /** Returns a job of the tenant `default`, and one of its indexes. */
    pick(draw: Random): { job_id: string; job_index: number } | undefined {
      const known = [...all.values()];
      if (known.length === 0) return undefined;
      const { job_id, lines } = draw.pick(known);
      return { job_id, job_index: draw.int(lines.length + 1) };
    },
    lineOf: (job_id: string, job_index: number): RecordSpec | undefined =>
      all.get(job_id)?.lines[job_index]?.spec,
    start(draw: Random, name: string): void {
      const made = makeJob(draw, `job_${name}`, scheduler.now(), max_job_records);
      const { known } = made;
      all.set(known.job_id, known);
      run(createJob(world, { store, objects, queues }, draw, made));
      if (draw.chance(0.15)) cancelLater(known);
      if (draw.chance(0.3)) {
        scheduler.after(draw.int(60_000), 'results shown', () => run(showResults(known)));
      }
    },
    endFaults(): void {
      fault_free_since = scheduler.now();
    },
    /** Returns true if every job whose input has arrived is submitted or over. */
    async isSubmitted(): Promise<boolean> {
      const jobs = await Promise.all([...all.keys()].map((job_id) => store.get(job_id)));
      return jobs.every(
        (job) => isOver(job!) || job!.input.etag === undefined || isSubmitted(job!),
      );
    },
    /** Returns true if every job is over, its input deleted, and every callback has ended. */
    async isOver(): Promise<boolean> {
      const jobs = await Promise.all([...all.keys()].map((job_id) => store.get(job_id)));
      return jobs.every((job) => {
        const state = job!.callback?.state;
        return isOver(job!) && job!.input.deleted_at !== undefined && state !== 'pending';
      });
    },
    /** Returns what is still open, for the report of a violation. */
    async describeOpen(): Promise<string> {
      const jobs = await Promise.all([...all.keys()].map((job_id) => store.get(job_id)));
      const open = jobs.filter((job) => !isOver(job!) || job!.callback?.state === 'pending');
      return open.map((job) => `${job!.job_id} ${job!.status} ${job!.callback?.state}`).join(', ');
    },
    /** Checks that each submitted job is over once all of its records are done. */
    async checkDrained(): Promise<void> {
      for (const known of all.values()) {
        const job = await check(known);
        if (isSubmitted(job) && !isOver(job))
          throw new Violation(`Job ${known.job_id}: ${job.status} with all of its records done`);
      }
    },
    async atEnd(): Promise<void> {
      for (const known of all.values()) {
        const job = await check(known);
        checkCallbackEnded(known, job);
        if (objects.has(job.input.key)) throw new Violation(`Job ${known.job_id} keeps its input`);
        checkResumed(known, job, fault_free_since ?? Number.POSITIVE_INFINITY);
        await showResults(known);
      }
    },
  };
}

function readRows(stored: Stored, keys: RecordIdentity[]): Map<string, Result> {
  return new Map(
    keys.flatMap(({ tenant, source, record_id }) => {
      const key = `${tenant}#${source}#${record_id}`;
      const item = stored.table.items.get(key);
      return item === undefined ? [] : [[key, resultOf(item)]];
    }),
  );
}

/** Asks the route of the API for one page of a job's results. */
async function answerPage(
  deps: object,
  job: Job,
  query: { limit: number; cursor: string | undefined },
): Promise<JobResultsResponse> {
  const context = {
    req: { header: () => undefined },
    set: () => undefined,
    json: (body: unknown) => body,
  };
  const page = await answerJobResults(deps as never, context as never, job, query as never);
  return page as unknown as JobResultsResponse;
}

/** Counts the done records of a job, each once. */
function countDone(job: Job, pages: Page[]): JobProgress {
  const counts: OutcomeCounts = {};
  if (job.total !== undefined) {
    for (const page of pages) addPage(counts, page);
  }
  const done = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { job, done, total: job.total ?? 0, counts };
}

function addPage(counts: OutcomeCounts, page: Page): void {
  if (page.counts !== undefined) {
    for (const [outcome, count] of Object.entries(page.counts)) add(counts, outcome, count);
    return;
  }
  const seen = new Set<number>();
  for (const [outcome, indexes] of Object.entries(page.done)) {
    const fresh = [...indexes].filter((index) => !seen.has(index));
    for (const index of fresh) seen.add(index);
    add(counts, outcome, fresh.length);
  }
}

function add(counts: OutcomeCounts, outcome: string, count: number): void {
  const name = outcome as keyof OutcomeCounts;
  counts[name] = (counts[name] ?? 0) + count;
}

function isSubmitted({ status, submitted, total }: Job): boolean {
  return status !== 'PENDING' && (submitted?.records ?? 0) === total;
}

/** Returns the status with which the receiver of a job's callbacks answers the nth request. */
function answerOf(job_id: string, nth: number): number {
  const kind = job_id.charCodeAt(job_id.length - 1) % 4;
  if (kind === 0) return 500;
  if (kind === 1) return nth < 2 ? 503 : 200;
  return kind === 2 ? 204 : 200;
}

/** Makes a job and its input. A job whose deadline is near cannot end in time. */
function makeJob(
  random: Random,
  job_id: string,
  now: number,
  max_records: number,
): { known: KnownJob; bytes: Buffer } {
  const input: KnownJob['input'] = random.chance(0.85)
    ? 'good'
    : random.pick(['never_arrives', 'wrong_key', 'empty', 'replaced'] as const);
  const most = Math.min(max_records, random.pick([1, 3, 20, 20, 100, 1_500, 2_500]));
  const total = input === 'empty' ? 0 : 1 + random.int(most);
  const base = { job_id, tenant: TENANT };
  const { bytes, lines } = makeJobInput({ ...base, random, source: 'job', total });
  const deadline_ms = random.pick([30_000, 600_000, 2 * HOUR_MS, 2 * HOUR_MS, 2 * HOUR_MS]);
  const deadline_at = now + deadline_ms;
  const state = { arrived_at: undefined, cancelled_at: undefined, done: 0, final: undefined };
  return { known: { ...base, lines, input, deadline_at, ...state }, bytes };
}

interface CreateDeps {
  store: JobStore;
  objects: Map<string, Buffer>;
  queues: { jobs: Queue };
}

/** Creates a job as the API does. Then the input of the job arrives, unless the caller forgets it. */
async function createJob(
  world: World,
  { store, objects, queues }: CreateDeps,
  random: Random,
  { known, bytes }: { known: KnownJob; bytes: Buffer },
): Promise<void> {
  const { job_id, tenant, deadline_at } = known;
  const now = world.scheduler.now();
  const key = `inputs/${job_id}.jsonl`;
  const has_callback = random.chance(0.6);
  const delivery_id = `delivery-${job_id}`;
  const url = `https://receiver.example/${job_id}`;
  await store.create({
    job_id,
    tenant,
    status: 'PENDING',
    input: { kind: 'upload', format: 'jsonl', key },
    source_id: 'job',
    created_at: new Date(now).toISOString(),
    deadline_at: new Date(deadline_at).toISOString(),
    due_at: new Date(Math.min(deadline_at, now + 10 * 60_000)).toISOString(),
    expires_at: Math.floor(now / 1_000) + 30 * 86_400,
    ...(has_callback ? { callback: { url, state: 'waiting', delivery_id, attempts: [] } } : {}),
  });
  if (known.input === 'never_arrives') return;
  await world.scheduler.sleep(random.pick([10, 10, 5_000, 40_000]), 'input arrives');
  const arrive = (at: string, content: Buffer) => {
    objects.set(at, content);
    const object = { key: at, size: content.length, etag: 'etag' };
    const detail = { bucket: { name: 'inputs' }, object };
    queues.jobs.send({ 'detail-type': 'Object Created', detail });
  };
  arrive(known.input === 'wrong_key' ? `inputs/${job_id}.csv` : key, bytes);
  if (known.input === 'good') known.arrived_at = world.scheduler.now();
  if (known.input !== 'replaced') return;
  await world.scheduler.sleep(random.int(3_000), 'input is replaced');
  // The new object has the same records, and another etag.
  arrive(key, Buffer.concat([bytes, Buffer.from('\n\n')]));
}
