import type { Job, JobError } from '../schemas/index.ts';
import type { BulkLoad } from './bulk-load.ts';

/** The cost of a job, and the budget that is left to the tenant. */
export interface JobBudget {
  /** Billed units of the job, as if no text were cached. */
  units: number;
  remaining_units: number;
  /** Time at which the budget resets, in epoch milliseconds. */
  resets_at: number;
}

export interface AdmissionQuery {
  /** The current time in epoch milliseconds. */
  now: number;
  job: Job;
  /** Number of records of the job. */
  records: number;
  /** The other jobs that are not final. */
  open_jobs: readonly Job[];
  load: BulkLoad;
  /** The budget of the tenant. Absent if the tenant has none. */
  budget?: JobBudget | undefined;
  /** Number of documents that the analyzer's quota allows per second. */
  documents_per_second: number;
}

/**
 * Decides whether a job may start, after its records have been counted. A job that cannot finish
 * before its deadline would fail a day later, and would delay other jobs until then.
 *
 * @returns the error of a job that must fail; undefined if the job may start.
 */
export function refuseJob(query: AdmissionQuery): JobError | undefined {
  return refuseForCap(query) ?? refuseForBudget(query) ?? refuseForDeadline(query);
}

/** Refuses a job if the open jobs of its tenant would have more records than the tenant may have. */
function refuseForCap({ job, records, open_jobs }: AdmissionQuery): JobError | undefined {
  const cap = job.max_open_records;
  if (cap === undefined) return undefined;
  const open_records = open_jobs
    .filter(({ tenant }) => tenant === job.tenant)
    .reduce((sum, { total = 0 }) => sum + total, 0);
  if (open_records + records <= cap) return undefined;
  const message =
    `The job has ${format(records)} records, and the open jobs of the tenant have ` +
    `${format(open_records)}; together they may have ${format(cap)}. ` +
    'Wait until a job has ended, split the file, or ask for another tier';
  return {
    code: 'TOO_MANY_RECORDS',
    message,
    figures: { records, open_records, max_records: cap },
  };
}

/**
 * Refuses a job that exceeds what the budget of the tenant leaves. The records of other open jobs that
 * are not on the stream yet come first, because their jobs were admitted before.
 */
function refuseForBudget({
  job,
  records,
  open_jobs,
  budget,
}: AdmissionQuery): JobError | undefined {
  if (budget === undefined) return undefined;
  const { units, remaining_units } = budget;
  const units_ahead = open_jobs
    .filter(({ tenant }) => tenant === job.tenant)
    .reduce((sum, other) => sum + unpublishedUnits(other), 0);
  if (units + units_ahead <= remaining_units) return undefined;
  const resets_at = new Date(budget.resets_at).toISOString();
  const message =
    `The job has up to ${format(units)} billed units, the open jobs of the tenant have ` +
    `${format(units_ahead)}, and the budget leaves ${format(remaining_units)} until ${resets_at}. ` +
    'Split the file, wait for the reset, or ask for a larger budget';
  return {
    code: 'BUDGET_EXCEEDED',
    message,
    figures: { records, units, units_ahead, remaining_units, resets_at },
  };
}

function unpublishedUnits({ units = 0, total = 0, submitted }: Job): number {
  if (total === 0) return 0;
  return Math.ceil(units * (1 - (submitted?.records ?? 0) / total));
}

/**
 * Refuses a job that cannot be done before its deadline.
 *
 * The submissions of open jobs share the bulk stream equally. Until the job ends, each other job
 * therefore gets as many records done as the job itself, or all that it has left if that is less.
 * The records that wait on the stream come first.
 */
function refuseForDeadline(query: AdmissionQuery): JobError | undefined {
  const { now, job, records } = query;
  const per_second = throughputOf(query);
  const records_ahead = Math.round(countAhead(query, per_second));
  const seconds = (records + records_ahead) / per_second;
  if (now + seconds * 1_000 <= Date.parse(job.deadline_at)) return undefined;
  const estimated_hours = roundUp(seconds / 3_600);
  const { deadline_at } = job;
  const message =
    `${format(records)} records, with ${format(records_ahead)} ahead of them, take about ` +
    `${estimated_hours} hours at ${format(Math.round(per_second))} records per second, and the deadline of ` +
    `the job is ${deadline_at}. Split the file, or raise the quota of the analyzer`;
  const figures = { records, records_ahead, estimated_hours, deadline_at };
  return { code: 'DEADLINE_UNREACHABLE', message, figures };
}

/**
 * Returns the throughput to expect. It is that of the quota without any repeated text. A measured
 * throughput counts instead if it is higher, because texts repeat, or if the consumers were
 * saturated, because live calls then used a part of the quota.
 */
function throughputOf({ load, documents_per_second }: AdmissionQuery): number {
  const measured = load.records_per_second;
  if (measured === undefined) return documents_per_second;
  return load.is_saturated ? measured : Math.max(documents_per_second, measured);
}

function countAhead({ records, open_jobs, load }: AdmissionQuery, per_second: number): number {
  const unpublished = open_jobs.map(
    ({ total = 0, submitted }) => total - (submitted?.records ?? 0),
  );
  const shared = unpublished.reduce((sum, left) => sum + Math.min(left, records), 0);
  return shared + (load.lag_ms / 1_000) * (load.records_per_second ?? per_second);
}

function roundUp(hours: number): number {
  return Math.ceil(hours * 10) / 10;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
