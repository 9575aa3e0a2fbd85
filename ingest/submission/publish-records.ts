import { measureContent } from '../../jobs/content-length.ts';
import type { JobStore, RecordLists } from '../../jobs/ports.ts';
import { createProgress, type JobProgress } from '../../jobs/progress.ts';
import {
  type InputPosition,
  JOB_PAGE_SIZE,
  type Job,
  type ListedRecord,
  type RecordInput,
  stampOf,
} from '../../schemas/index.ts';
import type { RecordStream, TextClaimStore } from '../ports.ts';
import { gatherFirstRecords } from '../publisher/gather.ts';
import { createPublisher, type Publisher } from '../publisher.ts';
import { isTimeUp, type RemainingMs } from './deadline.ts';
import { type InputEntry, readInput } from './input.ts';
import type { HeldLease } from './lease.ts';
import type { Pace } from './pace.ts';
import type { JobInputs } from './ports.ts';

export interface PublishDeps {
  store: JobStore;
  inputs: JobInputs;
  record_lists: Pick<RecordLists, 'put'>;
  stream: RecordStream;
  claims: TextClaimStore;
  on_final: (job: Job) => Promise<void>;
  /** Creates the pace of one call. */
  startPace: () => Pace;
  /** Returns the current time in epoch milliseconds. */
  now: () => number;
}

/**
 * Reports that a service failed during the submission. Resuming the submission later may succeed.
 */
export class SubmissionInterruptedError extends Error {
  override name = 'SubmissionInterruptedError';
}

/**
 * Number of records between two checkpoints. After a crash, the next invocation publishes at most
 * this number of records a second time. Each checkpoint is the end of a page of the record list, so
 * that an invocation that repeats records writes the same pages again.
 */
const RECORDS_PER_CHECKPOINT = JOB_PAGE_SIZE;

/**
 * Publishes the records of a job in PROCESSING, starting at the last checkpoint of the job, and not
 * faster than the consumers of the bulk stream can follow.
 *
 * @returns `done` after the last record; `more` if the time ran out; `ignored` if the job has left
 * PROCESSING, or if another invocation has taken the lease.
 */
export async function publishRecords(
  deps: PublishDeps,
  job: Job,
  lease: HeldLease,
  remaining_ms: RemainingMs,
): Promise<'done' | 'more' | 'ignored'> {
  const pace = deps.startPace();
  const submitChunk = createSubmitChunk(deps, job, lease, pace);
  let from = job.submitted ?? { records: 0, bytes: 0 };
  // The next chunk will take as long as the last one. If Lambda ended the invocation during a chunk,
  // its records would be published a second time.
  let chunk_ms = 0;
  const isChunkTooLate = () => isTimeUp(() => remaining_ms() - chunk_ms);
  const goesOn = async (last_ms: number) => {
    chunk_ms = last_ms;
    return !isChunkTooLate() && pace.hasRoom();
  };
  for (;;) {
    if (!(await pace.waitForRoom(isChunkTooLate))) return 'more';
    const input = readInput(deps.inputs, job, from);
    const end = await publishWhile(goesOn, input, { submitChunk, now: deps.now });
    if (end === 'ignored') return 'ignored';
    if (end === 'done') break;
    if (isChunkTooLate()) return 'more';
    from = end;
  }
  // All records are on the stream, so from now on the sweeper only has to check the deadline of the
  // job.
  const changes = { due_at: job.deadline_at, lease: undefined };
  void (await deps.store.update(job.job_id, ['PROCESSING'], changes));
  return 'done';
}

/**
 * Publishes chunks of entries as long as there is room after each chunk. Without room, the function
 * ends and thereby closes the input, because S3 would cut a download that waits.
 *
 * @returns the position after the last chunk; `done` if all entries are published; `ignored` if the
 * job has left PROCESSING.
 */
async function publishWhile(
  goesOn: (chunk_ms: number) => Promise<boolean>,
  input: AsyncIterable<InputEntry>,
  { submitChunk, now }: { submitChunk: SubmitChunk; now: () => number },
): Promise<InputPosition | 'done' | 'ignored'> {
  let entries: InputEntry[] = [];
  let started_at = now();
  for await (const entry of input) {
    entries.push(entry);
    if (entries.length < RECORDS_PER_CHECKPOINT) continue;
    if ((await submitChunk(entries, entry)) === undefined) return 'ignored';
    entries = [];
    if (!(await goesOn(now() - started_at))) return entry.end;
    started_at = now();
  }
  const last = entries.at(-1);
  if (last !== undefined && (await submitChunk(entries, last)) === undefined) return 'ignored';
  return 'done';
}

type SubmitChunk = (entries: InputEntry[], last: InputEntry) => Promise<Job | undefined>;

/**
 * Creates the function that publishes a chunk of entries and then moves the checkpoint to the end
 * of the chunk. The chunk is a page of the job's record list, and is listed before it is published, so
 * that the results of the job have each published record.
 */
function createSubmitChunk(
  deps: PublishDeps,
  job: Job,
  lease: HeldLease,
  pace: Pick<Pace, 'takeRoom'>,
): SubmitChunk {
  const { store, stream, claims, on_final, now } = deps;
  // A submission that resumes has published the first records already.
  const gathered =
    job.submitted === undefined ? { choosePartitionKey: gatherFirstRecords(job.job_id) } : {};
  const publisher = createPublisher({ stream, claims, linger_ms: 5, ...gathered });
  const progress = createProgress({ store, on_final, now });
  return async (entries, last) => {
    const page = Math.floor((last.job_index - entries.length + 1) / JOB_PAGE_SIZE);
    await deps.record_lists.put(job, page, entries.map(listRecord));
    const records = recordsOf(entries, stampOf(job));
    pace.takeRoom(records.length);
    await publish(publisher, records);
    await setInvalidAside(progress, job, entries);
    const { job_id } = job;
    return store.advance(job_id, ['PROCESSING'], 'submitted', last.end, lease.extend());
  };
}

/** Returns what the record list says of a row. */
export function listRecord(entry: InputEntry): ListedRecord {
  if (!entry.ok) return { issues: entry.issues };
  const { source, record_id, record_version } = entry.record;
  return { source, record_id, record_version, length: measureContent(entry.record) };
}

function recordsOf(entries: InputEntry[], stamp: number): RecordInput[] {
  return entries.flatMap((entry) => (entry.ok ? [{ ...entry.record, stamp }] : []));
}

async function publish(publisher: Publisher, records: RecordInput[]): Promise<void> {
  for await (const outcome of publisher.publishAll(records)) {
    if (outcome.status === 'failed') throw new SubmissionInterruptedError(outcome.code);
    // A refusal is a bug, because `readInput` has validated the records and because long texts go
    // to the claim store.
    if (outcome.status === 'refused') throw new Error(`A record was refused: ${outcome.reason}`);
  }
}

async function setInvalidAside(
  progress: JobProgress,
  job: Job,
  entries: InputEntry[],
): Promise<void> {
  const set_asides = entries
    .filter(({ ok }) => !ok)
    .map(({ job_index }) => ({ job, job_index, outcome: 'set_aside' as const }));
  const [failure] = await progress.mark(set_asides);
  if (failure !== undefined) throw new SubmissionInterruptedError(failure.code);
}
