import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { JobStore } from '../../../jobs/ports.ts';
import { listStatusesBefore, ServiceError } from '../../../schemas/index.ts';
import { firstError } from '../../send-batches.ts';
import { getItems } from '../batches.ts';
import { callConditionally, callDynamoDb, openTable, type TableDeps } from '../table.ts';
import { createLease } from './lease.ts';
import { createDue, createList } from './listing.ts';
import { createPages } from './pages.ts';
import { isExpired, JOB_PART, type JobsTable, jobOf, rowKey, rowOf, rowUpdate } from './row.ts';
import { createThroughputSamples } from './throughput-samples.ts';
import { updateRow } from './update-row.ts';

export interface JobStoreDeps extends TableDeps {
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

/**
 * Creates the store of jobs in a DynamoDB table with the partition key `job_id` and the sort key
 * `part`. A job has a row, pages, and sets of the closed pages.
 *
 * Each change of a row is one conditional UpdateItem. The condition names the statuses in which the
 * change is allowed. If two writers have read the same row, the first change may make the second
 * change invalid. DynamoDB then refuses the second change. For example:
 *
 *     A  PROCESSING → COMPLETED  if status IN (PROCESSING)   written
 *     B  PROCESSING → CANCELLED  if status IN (PROCESSING)   refused, because COMPLETED is final
 *     C  submitted = 3,000       if status IN (PROCESSING)   refused, because the job has ended
 *
 * A change of a position, such as `submitted`, has further conditions. The stored position must be
 * undefined or must not be ahead of the new position, and the lease must have the given owner. See
 * aws/dynamodb/jobs/lease.ts.
 *
 * The SDK repeats a call if the response was lost. The second attempt may then fail its condition,
 * because the first attempt has already changed the row. In this case the caller does not know that
 * the change is stored, and the sweeper later sends the messages that must follow the change, such
 * as the first message of a callback. Most methods make one call. Some methods must return the job
 * even if the condition failed. These methods read the job in a second call.
 */
export function createJobStore(deps: JobStoreDeps): JobStore {
  const table: JobsTable = { ...openTable(deps), now: deps.now };
  const get = createGet(table);
  return {
    create: createCreate(table, get),
    get,
    getMany: createGetMany(table),
    list: createList(table),
    due: createDue(table),
    async transition(job_id, to, changes) {
      const before = listStatusesBefore(to);
      if (before.length === 0) return undefined;
      return updateRow(table, rowUpdate(job_id, before, { ...changes, status: to }));
    },
    async update(job_id, states, changes) {
      return updateRow(table, rowUpdate(job_id, states, changes));
    },
    ...createLease(table, get),
    addCallbackAttempt: createAddCallbackAttempt(table),
    ...createPages(table),
    ...createThroughputSamples(table),
  };
}

function createGet(table: JobsTable): JobStore['get'] {
  return async (job_id) => {
    const command = new GetItemCommand({
      TableName: table.table_name,
      Key: rowKey(job_id),
      ConsistentRead: true,
    });
    const { Item } = await callDynamoDb(() => table.client.send(command));
    const job = Item && jobOf(Item);
    return job === undefined || isExpired(table, job) ? undefined : job;
  };
}

/**
 * Creates the function that reads many jobs. If one job cannot be read, the whole read fails,
 * because that job may have been cancelled.
 */
function createGetMany(table: JobsTable): JobStore['getMany'] {
  return async (job_ids) => {
    const { items, unread } = await getItems(table, [...new Set(job_ids)], {
      key_name: 'job_id',
      sort_key: JOB_PART,
      ConsistentRead: true,
    });
    const error = firstError('dynamodb', unread);
    if (error !== undefined) throw error;
    const jobs = items.map(jobOf).filter((job) => !isExpired(table, job));
    return new Map(jobs.map((job) => [job.job_id, job]));
  };
}

function createCreate(table: JobsTable, get: JobStore['get']): JobStore['create'] {
  return async (job) => {
    const command = new PutItemCommand({
      TableName: table.table_name,
      Item: rowOf(job),
      // DynamoDB may keep an expired row for days. Replace such a row, so that the row does not
      // block a new job with the same id.
      ConditionExpression: 'attribute_not_exists(job_id) OR expires_at <= :now',
      ExpressionAttributeValues: marshall({ ':now': Math.floor(table.now() / 1_000) }),
    });
    if (await callConditionally(() => table.client.send(command))) return { created: true, job };
    const existing = await get(job.job_id);
    if (existing !== undefined) return { created: false, job: existing };
    // The existing job expired between the put and the read.
    throw new ServiceError('dynamodb', 'JobExpired', { retryable: true });
  };
}

function createAddCallbackAttempt(table: JobsTable): JobStore['addCallbackAttempt'] {
  return async (job_id, attempt_number, attempt, state) => {
    const values = {
      ':state': state,
      ':pending': 'pending',
      ':attempt': [attempt],
      ':attempts_before': attempt_number - 1,
    };
    return updateRow(table, {
      Key: rowKey(job_id),
      UpdateExpression:
        'SET #callback.#state = :state, #callback.#attempts = list_append(#callback.#attempts, :attempt)',
      ConditionExpression:
        '#callback.#state = :pending AND size(#callback.#attempts) = :attempts_before',
      ExpressionAttributeNames: {
        '#callback': 'callback',
        '#state': 'state',
        '#attempts': 'attempts',
      },
      ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }),
    });
  };
}
