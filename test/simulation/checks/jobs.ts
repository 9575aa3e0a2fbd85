import { type Job, type OutcomeCounts, SUCCEEDED_OUTCOMES } from '../../../schemas/index.ts';
import type { JobLine } from '../job-input.ts';
import { identityOf } from './acceptances.ts';
import type { ResultChecks } from './results.ts';
import { Violation } from './violation.ts';

/** A job as the simulation knows it. The checks compare it with the job store. */
export interface KnownJob {
  job_id: string;
  tenant: string;
  lines: JobLine[];
  /** The fate of the input of the job. */
  input: 'good' | 'never_arrives' | 'wrong_key' | 'empty' | 'replaced';
  deadline_at: number;
  /** Time at which the input arrived under its key. */
  arrived_at: number | undefined;
  /** Time at which the store accepted the cancellation. */
  cancelled_at: number | undefined;
  /**
   * Largest number of done records that a check has found in the job store. The job's progress must
   * not fall below this number.
   */
  done: number;
  /** The final status that a check has found. A final status never changes. */
  final: string | undefined;
}

const FINAL = ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'];

export function isOver({ status }: Job): boolean {
  return FINAL.includes(status);
}

export interface JobProgress {
  job: Job;
  done: number;
  total: number;
  counts: OutcomeCounts;
}

/** Checks a job against the records that are done. */
export function checkJob(
  known: KnownJob,
  { job, done, total, counts }: JobProgress,
  results: ResultChecks,
  latest_now: number,
): void {
  const fail = (what: string) => {
    throw new Violation(`Job ${known.job_id}: ${what}`);
  };
  if (known.final !== undefined && job.status !== known.final)
    fail(`${job.status} after it was ${known.final}`);
  if (isOver(job)) known.final = job.status;
  if (job.total !== undefined && job.total !== known.lines.length)
    fail(`${job.total} records, expected ${known.lines.length}`);
  if (done > total) fail(`${done} of ${total} done`);
  if (done < known.done) fail(`done fell from ${known.done} to ${done}`);
  known.done = done;
  if (known.cancelled_at !== undefined && job.status !== 'CANCELLED')
    fail(`${job.status} after a cancellation`);
  if (job.status === 'FAILED') checkError(known, job, latest_now, fail);
  if (job.status.startsWith('COMPLETED'))
    checkCompleted(known, { job, done, counts }, results, fail);
}

/**
 * Time within which the sweeper finds a submission that has stopped and that submission ends, in
 * milliseconds. The sweeper looks at a job every ten minutes, and a lease lasts a few minutes.
 */
const RESUMED_WITHIN_MS = 3_600_000;

/**
 * Checks that a job does not fail at its deadline because its submission has stopped, if there was
 * time enough without faults to continue it.
 */
export function checkResumed(known: KnownJob, job: Job, fault_free_since: number): void {
  const { job_id, arrived_at, deadline_at } = known;
  if (job.status !== 'FAILED' || job.submitted?.records === known.lines.length) return;
  if (arrived_at === undefined || !LATE_CODES.includes(job.error?.code ?? '')) return;
  const since = Math.max(arrived_at, fault_free_since);
  if (deadline_at - since > RESUMED_WITHIN_MS)
    throw new Violation(`Job ${job_id}: its submission was not continued before the deadline`);
}

const LATE_CODES = ['INPUT_NEVER_ARRIVED', 'DEADLINE_EXCEEDED'];

type Fail = (what: string) => void;

/** Checks that a failed job names the reason that applies to its input. */
function checkError(known: KnownJob, { error }: Job, latest_now: number, fail: Fail): void {
  const { input, deadline_at } = known;
  const code = error?.code ?? 'no code';
  const late = latest_now >= deadline_at;
  const allowed: Record<string, boolean> = {
    INPUT_NEVER_ARRIVED: late,
    DEADLINE_EXCEEDED: late,
    INPUT_UNREADABLE: input === 'wrong_key',
    INPUT_EMPTY: input === 'empty',
    INPUT_CHANGED: input === 'replaced',
  };
  if (allowed[code] !== true) fail(`failed with ${code}, although its input is ${input}`);
}

function checkCompleted(
  { lines }: KnownJob,
  { job, done, counts }: Omit<JobProgress, 'total'>,
  results: ResultChecks,
  fail: Fail,
): void {
  if (done !== lines.length) fail(`completed with ${done} of ${lines.length} done`);
  const expected = new Map<string, number>();
  for (const { outcome, spec } of lines) {
    // A line whose record is newer in the table counts as `not_newer`, which depends on the order.
    const counted_as = outcome === 'analyzed' || outcome === 'withdrawn' ? 'succeeded' : outcome;
    expected.set(counted_as, (expected.get(counted_as) ?? 0) + 1);
    if (spec !== undefined && outcome !== 'set_aside' && !results.hasResultOf(spec))
      fail(`completed, but the result of ${spec.record_id} is missing`);
  }
  const succeeded = SUCCEEDED_OUTCOMES.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
  const found: OutcomeCounts & { succeeded: number } = { ...counts, succeeded };
  for (const outcome of EXPECTED_OUTCOMES) {
    const [is, should] = [found[outcome] ?? 0, expected.get(outcome) ?? 0];
    if (is !== should) fail(`${is} ${outcome}, expected ${should}`);
  }
  const bad = ['set_aside', 'empty', 'unsupported_language'];
  const has_errors = lines.some(({ outcome }) => bad.includes(outcome));
  const status = has_errors ? 'COMPLETED_WITH_ERRORS' : 'COMPLETED';
  if (job.status !== status) fail(`${job.status}, expected ${status}`);
}

const EXPECTED_OUTCOMES = ['set_aside', 'empty', 'unsupported_language', 'succeeded'] as const;

interface ShownRow {
  job_index: number;
  record_id?: string | undefined;
  outcome: string;
  result?: { stamp: number; record_version?: number | undefined } | undefined;
}

/**
 * Checks the results that the API shows of a job: each line once and in order, and a result only
 * if that of the line or a newer one is in the results table.
 *
 * @param stamp when the job was accepted, in epoch milliseconds.
 */
export function checkShownResults(
  { job_id, lines }: KnownJob,
  shown: ShownRow[],
  { stamp, submitted }: { stamp: number; submitted: number },
  results: ResultChecks,
): void {
  const fail = (what: string) => {
    throw new Violation(`Results of job ${job_id}: ${what}`);
  };
  if (shown.length !== lines.length) fail(`${shown.length} rows of ${lines.length} lines`);
  for (const [index, row] of shown.entries()) {
    const { outcome, spec } = lines[index]!;
    if (row.job_index !== index) fail(`row ${row.job_index} in the place of ${index}`);
    // The submission lists the page behind its checkpoint before it publishes the records of the page.
    if (index >= submitted && row.outcome === 'pending' && row.record_id === undefined) continue;
    if (spec === undefined) {
      if (row.outcome !== 'set_aside') fail(`line ${index} is ${row.outcome}, not a record`);
      continue;
    }
    if (row.record_id !== spec.record_id) fail(`line ${index} has the id ${row.record_id}`);
    const stored = results.row(identityOf(spec));
    const { record_version: version } = spec;
    const is_there =
      stored !== undefined &&
      (version === undefined || version === stored.record_version
        ? stored.stamp >= stamp
        : (stored.record_version ?? -1) > version);
    if (row.outcome !== (is_there ? 'done' : 'pending'))
      fail(`line ${index} is ${row.outcome}; a ${outcome} of version ${spec.record_version}`);
    const { result } = row;
    const shows_row =
      result?.record_version === stored?.record_version && result?.stamp === stored?.stamp;
    if (is_there && !shows_row) fail(`line ${index} shows version ${result?.record_version}`);
  }
}
