import type { JobStore } from '../../jobs/ports.ts';
import { becomeFinal, createProgress, type FinalDeps } from '../../jobs/progress.ts';
import {
  type InputPosition,
  isFinal,
  type Job,
  type JobError,
  MAX_JOB_RECORDS,
} from '../../schemas/index.ts';
import type { RecordStream, TextClaimStore } from '../ports.ts';
import { createPublisher } from '../publisher.ts';
import { countInput, type InputEntry, readInput } from './input.ts';
import { InputChangedError, type JobInputs } from './ports.ts';

export interface SubmitDeps {
  store: JobStore;
  inputs: JobInputs;
  stream: RecordStream;
  claims: TextClaimStore;
  on_final: FinalDeps['on_final'];
  /** Epoch milliseconds. */
  now: () => number;
}

/** `more`: the time was over; what was done is kept, and the rest is for another invocation. */
export type Submitted = 'done' | 'more' | 'ignored';

/** A checkpoint of publishing: the most that is published once more after a crash. */
const RECORDS_PER_CHECKPOINT = 1_000;
const COUNT_CHECKPOINT_MS = 5_000;
/** Enough to write a checkpoint and to ask for another invocation. */
const LEAST_MS = 20_000;
/** When the sweeper looks whether a submission has died. */
const DUE_MS = 10 * 60_000;

/**
 * Takes a job's input to the stream: counted first, so that the job's total is known before its first record is
 * published; then published, with a checkpoint every 1,000 records. Whoever comes next goes on from the last
 * checkpoint; records published twice have the same identity, and lines set aside twice count once.
 *
 * @throws {ServiceError} where a service did not do its part: the same again goes on from there.
 */
export function createSubmit(
  deps: SubmitDeps,
): (job_id: string, remaining_ms: () => number) => Promise<Submitted> {
  return async (job_id, remaining_ms) => {
    const found = await deps.store.get(job_id);
    if (found === undefined || isFinal(found.status)) return 'ignored';
    const job = await arrived(deps, found);
    if (job === undefined) return 'ignored';
    try {
      const counted = await counting(deps, job, remaining_ms);
      if (counted === 'more' || counted === 'ignored') return counted;
      return await publishing(deps, counted, remaining_ms);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      await becomeFinal(deps, job, 'FAILED', failure);
      return 'done';
    }
  };
}

/** The job with its input's etag, by which all reads go; undefined where nothing has arrived. */
async function arrived({ store, inputs }: SubmitDeps, job: Job): Promise<Job | undefined> {
  if (job.input.etag !== undefined) return job;
  const head = await inputs.head(job.input.key);
  if (head === undefined) return undefined;
  return store.update(job.job_id, ['PENDING'], { input: { ...job.input, ...head } });
}

/** The job in PROCESSING, its total known. */
async function counting(
  deps: SubmitDeps,
  job: Job,
  remaining_ms: () => number,
): Promise<Job | 'more' | 'ignored'> {
  if (job.status === 'PROCESSING') return job;
  const { store, now } = deps;
  let position: InputPosition = job.counted ?? { records: 0, bytes: 0 };
  let saved_at = now();
  for await (position of countInput(deps.inputs, job, position)) {
    if (position.records > MAX_JOB_RECORDS) {
      await fail(deps, job, {
        code: 'TOO_MANY_RECORDS',
        message: `A job has at most ${MAX_JOB_RECORDS} records; split the file`,
      });
      return 'ignored';
    }
    if (now() - saved_at < COUNT_CHECKPOINT_MS && remaining_ms() > LEAST_MS) continue;
    saved_at = now();
    const there = await store.advance(job.job_id, ['PENDING'], 'counted', position);
    if (there === undefined) return 'ignored';
    if (remaining_ms() <= LEAST_MS) return 'more';
  }
  if (position.records === 0) {
    await fail(deps, job, { code: 'INPUT_EMPTY', message: 'The input has no records' });
    return 'ignored';
  }
  const changed = await store.transition(job.job_id, 'PROCESSING', {
    total: position.records,
    started_at: new Date(now()).toISOString(),
    due_at: new Date(now() + DUE_MS).toISOString(),
  });
  // Another invocation may have taken it: both may go on.
  const there = changed ?? (await store.get(job.job_id));
  return there?.status === 'PROCESSING' ? there : 'ignored';
}

async function publishing(
  deps: SubmitDeps,
  job: Job,
  remaining_ms: () => number,
): Promise<Submitted> {
  const { store } = deps;
  const publishAndMark = createPublishAndMark(deps, job);
  let entries: InputEntry[] = [];
  const checkpoint = async () => {
    await publishAndMark(entries);
    const { end } = entries.at(-1)!;
    entries = [];
    return store.advance(job.job_id, ['PROCESSING'], 'submitted', end);
  };
  const from = job.submitted ?? { records: 0, bytes: 0 };
  for await (const entry of readInput(deps.inputs, job, from)) {
    entries.push(entry);
    if (entries.length < RECORDS_PER_CHECKPOINT) continue;
    if ((await checkpoint()) === undefined) return 'ignored';
    if (remaining_ms() <= LEAST_MS) return 'more';
  }
  if (entries.length > 0) await checkpoint();
  // All is on its way: from now on only the deadline counts.
  await store.update(job.job_id, ['PROCESSING'], { due_at: job.deadline_at });
  return 'done';
}

function createPublishAndMark({ store, stream, claims, on_final, now }: SubmitDeps, job: Job) {
  const publisher = createPublisher({ stream, claims, linger_ms: 5 });
  const progress = createProgress({ store, on_final, now });
  return async (entries: InputEntry[]): Promise<void> => {
    const records = entries.flatMap((entry) => (entry.ok ? [entry.record] : []));
    for await (const outcome of publisher.publishAll(records)) {
      if (outcome.status === 'failed') throw new StreamDownError(outcome.code);
      // The record is checked before, and fits wherever its text went.
      if (outcome.status === 'refused') throw new Error(`A record was refused: ${outcome.reason}`);
    }
    const set_asides = entries.flatMap(({ ok, job_index }) =>
      ok ? [] : [{ job, job_index, outcome: 'set_aside' as const }],
    );
    const [failure] = await progress.mark(set_asides);
    if (failure !== undefined) throw new StreamDownError(failure.code);
  };
}

/** What could not be done now, and may be later. */
export class StreamDownError extends Error {
  override name = 'StreamDownError';
}

async function fail(deps: SubmitDeps, job: Job, error: JobError): Promise<void> {
  await becomeFinal(deps, job, 'FAILED', error);
}

/** What no other try mends. */
function failureOf(error: unknown): JobError | undefined {
  if (error instanceof InputChangedError) {
    return { code: 'INPUT_CHANGED', message: 'The file was replaced while it was read' };
  }
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && /^(CSV_|INVALID_OPENING_QUOTE$)/.test(code)) {
    return { code: 'INPUT_UNREADABLE', message: `The file is no CSV: ${code}` };
  }
  return undefined;
}
