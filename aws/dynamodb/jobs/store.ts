import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import pLimit from 'p-limit';
import type { JobStore } from '../../../jobs/ports.ts';
import { createPause } from '../../../lib/backoff.ts';
import { type Job, ServiceError, statesBefore } from '../../../schemas/index.ts';
import { PATIENCE, quiet } from '../../clients.ts';
import { conditional } from '../conditional.ts';
import type { Pause } from '../resend.ts';
import { called } from '../results/insert.ts';
import { createDue, createList } from './listing.ts';
import { createPages } from './pages.ts';
import { createGetMany } from './read.ts';
import { type JobsTable, jobOf, type RowUpdate, rowKey, rowOf, rowUpdate } from './rows.ts';
import { createThroughputSamples } from './throughput-samples.ts';

const CALLS_AT_A_TIME = 16;

export interface JobStoreDeps {
  client?: Pick<DynamoDBClient, 'send'>;
  table_name: string;
  /** Epoch milliseconds. */
  now: () => number;
  pause?: Pause;
}

/**
 * Jobs in a DynamoDB table with the partition key `job_id` and the sort key `part`: a job's row, its pages and the set
 * of those that are closed.
 *
 * A row changes by one conditional UpdateItem at a time. Who may change it is a question of its status alone, and the
 * status is in the very condition, so of two writers that read the same row one is refused:
 *
 *     A  PROCESSING → COMPLETED  if status IN (PROCESSING)             written
 *     B  PROCESSING → CANCELLED  if status IN (PROCESSING)             refused: COMPLETED has no way out
 *     C  submitted = 3,000       if status IN (PROCESSING)             refused: there is nothing to submit any more
 *     D  submitted = 2,000       if none, or records ≤ 2,000 and bytes ≤ …   refused where it is at 3,000 already
 *
 * The SDK repeats a call whose answer was lost, and may then be refused by its own first attempt: what it wanted is
 * there, and what had to follow (a callback's first message) the sweeper sends. Each method is one call, but where a
 * condition failed and what is there has to be told: then a read comes after it.
 */
export function createJobStore(deps: JobStoreDeps): JobStore {
  const table: JobsTable = {
    client: deps.client ?? quiet(new DynamoDBClient({ requestHandler: PATIENCE })),
    table_name: deps.table_name,
    now: deps.now,
    limit: pLimit(CALLS_AT_A_TIME),
    pause: deps.pause ?? createPause(),
  };
  const get = createGet(table);
  return {
    create: createCreate(table, get),
    get,
    getMany: createGetMany(table),
    list: createList(table),
    due: createDue(table),
    async transition(job_id, to, changes) {
      const before = statesBefore(to);
      if (before.length === 0) return undefined;
      return updated(table, rowUpdate(job_id, before, { ...changes, status: to }));
    },
    async update(job_id, states, changes) {
      return updated(table, rowUpdate(job_id, states, changes));
    },
    advance: createAdvance(table, get),
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
    const { Item } = await called(() => table.client.send(command));
    const job = Item === undefined ? undefined : jobOf(Item);
    return job === undefined || job.expires_at * 1_000 <= table.now() ? undefined : job;
  };
}

function createCreate(table: JobsTable, get: JobStore['get']): JobStore['create'] {
  return async (job) => {
    const command = new PutItemCommand({
      TableName: table.table_name,
      Item: rowOf(job),
      // DynamoDB deletes what has expired within days.
      ConditionExpression: 'attribute_not_exists(job_id) OR expires_at <= :now',
      ExpressionAttributeValues: marshall({ ':now': Math.floor(table.now() / 1_000) }),
    });
    if (await conditional(() => table.client.send(command))) return { created: true, job };
    const there = await get(job.job_id);
    // It expired between the two calls.
    if (there === undefined) throw new ServiceError('dynamodb', 'JobExpired', { retryable: true });
    return { created: false, job: there };
  };
}

function createAdvance(table: JobsTable, get: JobStore['get']): JobStore['advance'] {
  return async (job_id, states, field, position) => {
    const update = rowUpdate(job_id, states, { [field]: position });
    const is_ahead = `attribute_not_exists(#${field}) OR (#${field}.#records <= :records AND #${field}.#bytes <= :bytes)`;
    const moved = await updated(table, {
      ...update,
      ConditionExpression: `${update.ConditionExpression} AND (${is_ahead})`,
      ExpressionAttributeNames: {
        ...update.ExpressionAttributeNames,
        '#records': 'records',
        '#bytes': 'bytes',
      },
      ExpressionAttributeValues: {
        ...update.ExpressionAttributeValues,
        ...marshall({ ':records': position.records, ':bytes': position.bytes }),
      },
    });
    if (moved !== undefined) return moved;
    const there = await get(job_id);
    return there !== undefined && states.includes(there.status) ? there : undefined;
  };
}

function createAddCallbackAttempt(table: JobsTable): JobStore['addCallbackAttempt'] {
  return async (job_id, attempt_number, attempt, state) => {
    const is_over = state !== 'pending';
    return updated(table, {
      Key: rowKey(job_id),
      UpdateExpression:
        'SET #callback.#state = :state, #callback.#attempts = list_append(#callback.#attempts, :attempt)' +
        (is_over ? ' REMOVE #due_at, #due_shard' : ''),
      ConditionExpression:
        '#callback.#state = :pending AND size(#callback.#attempts) = :attempts_before',
      ExpressionAttributeNames: {
        '#callback': 'callback',
        '#state': 'state',
        '#attempts': 'attempts',
        ...(is_over ? { '#due_at': 'due_at', '#due_shard': 'due_shard' } : {}),
      },
      ExpressionAttributeValues: marshall(
        {
          ':state': state,
          ':pending': 'pending',
          ':attempt': [attempt],
          ':attempts_before': attempt_number - 1,
        },
        { removeUndefinedValues: true },
      ),
    });
  };
}

/** The row as it is after the update; undefined where the condition failed. */
async function updated(table: JobsTable, update: RowUpdate): Promise<Job | undefined> {
  const command = new UpdateItemCommand({
    TableName: table.table_name,
    ...update,
    ReturnValues: 'ALL_NEW',
  });
  const output = await conditional(() => table.client.send(command));
  return output === undefined ? undefined : jobOf(output.Attributes!);
}
