import { createHash } from 'node:crypto';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { JobChanges } from '../../../jobs/ports.ts';
import { type Job, type JobStatus, jobSchema } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';
import type { Table } from '../table.ts';

export interface JobsTable extends Table {
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/** Number of partitions of the index `by_due`. */
export const DUE_SHARDS = 4;

/**
 * Sort key of a job's row. The pages of the job have the same `job_id` as the row, but different
 * sort keys.
 */
export const JOB_PART: Item = { part: { S: 'job' } };

/** Returns the key of a job's row. */
export function rowKey(job_id: string): Item {
  return { job_id: { S: job_id }, ...JOB_PART };
}

/**
 * Converts a job to an item. The item has the fields of the job and the keys of the indexes. Only a
 * job with the field `due_at` has the key of the index `by_due`.
 */
export function rowOf(job: Job): Item {
  const item = {
    ...job,
    part: 'job',
    created_sort: createdSort(job),
    ...(job.due_at === undefined ? {} : { due_shard: dueShard(job.job_id) }),
  };
  return marshall(item, { removeUndefinedValues: true });
}

/**
 * Converts an item to a job.
 *
 * @throws {z.ZodError} if the item is not a job.
 */
export function jobOf(item: Item): Job {
  return jobSchema.parse(unmarshall(item));
}

/**
 * Returns true if a job has expired. Callers treat an expired job as missing, because DynamoDB may
 * keep the row for days after the expiry.
 */
export function isExpired({ now }: JobsTable, job: Job): boolean {
  return job.expires_at * 1_000 <= now();
}

/**
 * Returns the sort key of a job in the index `by_tenant`. The keys of a tenant sort by creation
 * time.
 */
export function createdSort({ created_at, job_id }: Job): string {
  return `${new Date(created_at).toISOString()}#${job_id}`;
}

function dueShard(job_id: string): string {
  const first_byte = createHash('sha256').update(job_id).digest().readUInt8(0);
  return String(first_byte % DUE_SHARDS);
}

/** Input of the UpdateItem call that changes a row. */
export interface RowUpdate {
  Key: Item;
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Item;
}

/**
 * Creates an update that sets fields of a row and removes the fields whose new value is undefined.
 * The update has the condition that the status of the row is one of `states`. All attribute names
 * are placeholders with `#`, because DynamoDB reserves `status`, `error`, `input` and other names.
 */
export function rowUpdate(
  job_id: string,
  states: JobStatus[],
  changes: JobChanges & Partial<Job>,
): RowUpdate {
  const fields = Object.entries(withDueShard(job_id, changes));
  const set = fields.filter(([, value]) => value !== undefined);
  const removed = fields.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
  const assignments = set.map(([name]) => `#${name} = :${name}`);
  const allowed = states.map((status) => [`:from_${status}`, status]);
  return {
    Key: rowKey(job_id),
    UpdateExpression: [
      // If there are no changes, set the status to its old value. The update then only returns the
      // row.
      `SET ${assignments.length === 0 ? '#status = #status' : assignments.join(', ')}`,
      ...(removed.length === 0 ? [] : [`REMOVE ${removed.join(', ')}`]),
    ].join(' '),
    ConditionExpression: `#status IN (${allowed.map(([name]) => name).join(', ')})`,
    ExpressionAttributeNames: Object.fromEntries(
      ['status', ...fields.map(([name]) => name)].map((name) => [`#${name}`, name]),
    ),
    ExpressionAttributeValues: marshall(
      Object.fromEntries([...set.map(([name, value]) => [`:${name}`, value]), ...allowed]),
      { removeUndefinedValues: true },
    ),
  };
}

function withDueShard(job_id: string, changes: JobChanges): Record<string, unknown> {
  if (!('due_at' in changes)) return changes;
  return {
    ...changes,
    due_shard: changes.due_at === undefined ? undefined : dueShard(job_id),
  };
}
