import { createHash } from 'node:crypto';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { LimitFunction } from 'p-limit';
import type { JobChanges } from '../../../jobs/ports.ts';
import { type Job, type JobStatus, jobSchema } from '../../../schemas/index.ts';
import type { Pause } from '../resend.ts';

export type Item = Record<string, AttributeValue>;

export interface JobsTable {
  client: Pick<DynamoDBClient, 'send'>;
  table_name: string;
  /** Epoch milliseconds. */
  now: () => number;
  limit: LimitFunction;
  pause: Pause;
}

/** Over how many partitions of the index `by_due` jobs are spread. */
export const DUE_SHARDS = ['0', '1', '2', '3'];

/** The key of a job's row. Its pages have the same `job_id` and other parts. */
export function rowKey(job_id: string): Item {
  return marshall({ job_id, part: 'job' });
}

/** A job as its item: its fields, and the keys of the indexes. Only a job that is due has those of `by_due`. */
export function rowOf(job: Job): Item {
  const item = {
    ...job,
    part: 'job',
    created_sort: createdSort(job),
    ...(job.due_at === undefined ? {} : { due_shard: dueShard(job.job_id) }),
  };
  return marshall(item, { removeUndefinedValues: true });
}

/** @throws {z.ZodError} where the item is no job. */
export function jobOf(item: Item): Job {
  return jobSchema.parse(unmarshall(item));
}

/** Sorts a tenant's jobs by time, as text. */
export function createdSort({ created_at, job_id }: Job): string {
  return `${new Date(created_at).toISOString()}#${job_id}`;
}

function dueShard(job_id: string): string {
  const [first] = createHash('sha256').update(job_id).digest();
  return DUE_SHARDS[first! % DUE_SHARDS.length]!;
}

/** Parts of an UpdateItem of a row. */
export interface RowUpdate {
  Key: Item;
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Item;
}

/**
 * Sets fields of a row, and takes away those that are undefined, where its status is one of `states`. All names stand
 * behind a `#`: `status`, `error`, `input` and more are words of DynamoDB's.
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
      // Even where nothing changes, the row is answered.
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
