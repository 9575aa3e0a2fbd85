import type {
  BatchStart,
  JobChanges,
  JobRef,
  JobStore,
  Page,
  ThroughputSample,
} from '../../jobs/ports.ts';
import {
  type Job,
  type JobStatus,
  listStatusesBefore,
  RECORD_OUTCOMES,
} from '../../schemas/index.ts';

/**
 * Creates an in-memory job store. Like the product's job store, the fake makes each change
 * atomically.
 */
export function createFakeJobStore({ now }: { now: () => number }): JobStore {
  const jobs = new Map<string, Job>();
  const samples = new Map<string, ThroughputSample>();
  const starts = new Map<string, BatchStart>();
  const find = (job_id: string) => {
    const job = jobs.get(job_id);
    return job === undefined || job.expires_at * 1_000 <= now() ? undefined : job;
  };
  const replace = (job: Job, changes: Partial<Job>): Job => {
    const changed = Object.entries({ ...job, ...changes }).filter(
      ([, value]) => value !== undefined,
    );
    const next = structuredClone(Object.fromEntries(changed)) as Job;
    jobs.set(next.job_id, next);
    return structuredClone(next);
  };
  const change = (job_id: string, states: JobStatus[], changes: Partial<Job>) => {
    const job = jobs.get(job_id);
    return job !== undefined && states.includes(job.status) ? replace(job, changes) : undefined;
  };
  return {
    async create(job) {
      const there = find(job.job_id);
      if (there !== undefined) return { created: false, job: structuredClone(there) };
      return { created: true, job: replace(job, {}) };
    },
    async get(job_id) {
      return structuredClone(find(job_id));
    },
    async getMany(job_ids) {
      return new Map(
        job_ids.flatMap((job_id) => {
          const job = find(job_id);
          return job === undefined ? [] : [[job_id, structuredClone(job)]];
        }),
      );
    },
    async list({ tenant, status, limit, cursor }) {
      const before = cursor === undefined ? '~' : openCursor(cursor);
      const listed = [...jobs.values()]
        .filter((job) => job.tenant === tenant && (status === undefined || job.status === status))
        .filter((job) => find(job.job_id) !== undefined && sortOf(job) < before)
        .sort((a, b) => (sortOf(a) < sortOf(b) ? 1 : -1));
      const page = structuredClone(listed.slice(0, limit));
      if (listed.length <= limit) return { jobs: page };
      return { jobs: page, cursor: Buffer.from(sortOf(page.at(-1)!)).toString('base64url') };
    },
    async transition(job_id, to, changes: JobChanges) {
      return change(job_id, listStatusesBefore(to), { ...changes, status: to });
    },
    async update(job_id, states, changes) {
      return change(job_id, states, changes);
    },
    async takeLease(job_id, states, lease, { from, now: at }) {
      const held = jobs.get(job_id)?.lease;
      const is_free =
        held === undefined ||
        Date.parse(held.until) <= at ||
        [from, lease.owner].includes(held.owner);
      return is_free ? change(job_id, states, { lease, due_at: lease.until }) : undefined;
    },
    async advance(job_id, states, field, position, lease) {
      const job = jobs.get(job_id);
      if (job?.lease?.owner !== lease.owner) return undefined;
      const there = job[field];
      const is_ahead =
        there === undefined || (there.records <= position.records && there.bytes <= position.bytes);
      const changes = { [field]: position, lease, due_at: lease.until };
      return change(job_id, states, is_ahead ? changes : {});
    },
    async postpone({ job_id, status, due_at: seen }, due_at) {
      const is_unchanged = [seen, due_at].includes(jobs.get(job_id)?.due_at);
      return is_unchanged ? change(job_id, [status], { due_at }) : undefined;
    },
    async *due(at) {
      const due = [...jobs.values()].filter(
        ({ due_at }) => due_at !== undefined && Date.parse(due_at) <= at,
      );
      yield* structuredClone(due);
    },
    async addCallbackAttempt(job_id, attempt_number, attempt, state) {
      const job = jobs.get(job_id);
      const callback = job?.callback;
      if (job === undefined || callback?.state !== 'pending') return undefined;
      if (callback.attempts.length !== attempt_number - 1) return undefined;
      const changed = { ...callback, state, attempts: [...callback.attempts, attempt] };
      return replace(job, { callback: changed });
    },
    async putThroughputSample(sample) {
      samples.set(sample.shard_id, structuredClone(sample));
    },
    async throughputSamples() {
      return structuredClone([...samples.values()]);
    },
    async putBatchStart(start) {
      starts.set(start.shard_id, structuredClone(start));
    },
    async batchStarts() {
      return structuredClone([...starts.values()]);
    },
    ...createFakePages(),
  };
}

function createFakePages(): Pick<JobStore, 'mark' | 'closePage' | 'addClosedPage' | 'pages'> {
  const pages = new Map<string, Map<number, Page>>();
  const closed = new Map<string, Set<number>>();
  const keyOf = ({ job_id, expires_at }: JobRef) => `${job_id}#${expires_at}`;
  const pagesOf = (job: JobRef) => existing(pages, keyOf(job), () => new Map<number, Page>());
  const pageOf = (job: JobRef, page: number) =>
    existing(pagesOf(job), page, (): Page => ({ page, done: {} }));
  return {
    async mark(job, number, done) {
      const page = pageOf(job, number);
      if (page.counts === undefined) {
        for (const outcome of RECORD_OUTCOMES) {
          const marked = new Set([...(page.done[outcome] ?? []), ...(done[outcome] ?? [])]);
          if (marked.size > 0) page.done[outcome] = marked;
        }
      }
      return structuredClone(page);
    },
    async closePage(job, number, counts) {
      const page = pageOf(job, number);
      page.counts ??= structuredClone(counts);
      page.done = {};
      return structuredClone(page);
    },
    async addClosedPage(job, page, pages) {
      return existing(closed, keyOf(job), () => new Set<number>()).add(page).size >= pages;
    },
    async pages(job) {
      const started = [...pagesOf(job).values()].filter(
        ({ counts, done }) => counts !== undefined || Object.keys(done).length > 0,
      );
      return structuredClone(started.sort((a, b) => a.page - b.page));
    },
  };
}

function existing<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function sortOf({ created_at, job_id }: Job): string {
  return `${new Date(created_at).toISOString()}#${job_id}`;
}

function openCursor(cursor: string): string {
  const before = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[A-Za-z0-9._:-]+$/.test(before)) {
    throw new RangeError('The cursor is not one of this listing');
  }
  return before;
}
