import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { JobStore } from '../../../jobs/ports.ts';
import type { Job } from '../../../schemas/index.ts';
import type { Item } from '../attribute.ts';
import { callDynamoDb, queryItems } from '../table.ts';
import { createdSort, DUE_SHARDS, isExpired, type JobsTable, jobOf } from './row.ts';

/** A key that sorts after every `created_sort`, because a `created_sort` begins with a digit. */
const LATEST = '~';
/** Number of jobs that one call reads if the listing selects jobs by status. */
const JOBS_PER_CALL = 500;
/** Maximum number of calls for one page of a listing. */
const MAX_CALLS = 5;

/**
 * Creates the function that lists the jobs of a tenant. The function reads the index `by_tenant`,
 * which is less than one second behind the table. A listing by status reads at most 2,500 jobs for
 * one page, so that the function answers before its caller times out.
 */
export function createList(table: JobsTable): JobStore['list'] {
  return async ({ tenant, status, limit, cursor }) => {
    const jobs: Job[] = [];
    let before = cursor === undefined ? LATEST : readCursor(cursor);
    // Read one job more than the page holds, because the additional job shows that there is a next
    // page.
    const Limit = status === undefined ? limit + 1 : JOBS_PER_CALL;
    for (let call = 1; call <= MAX_CALLS; call += 1) {
      const { items, is_last } = await readBefore(table, { tenant, before, Limit });
      for (const job of items.map(jobOf)) {
        const is_listed = !isExpired(table, job) && (status === undefined || job.status === status);
        if (is_listed && jobs.length === limit) return { jobs, cursor: cursorOf(before) };
        if (is_listed) jobs.push(job);
        before = createdSort(job);
      }
      if (is_last) return { jobs };
    }
    return { jobs, cursor: cursorOf(before) };
  };
}

async function readBefore(
  { client, table_name }: JobsTable,
  { tenant, before, Limit }: { tenant: string; before: string; Limit: number },
): Promise<{ items: Item[]; is_last: boolean }> {
  const command = new QueryCommand({
    TableName: table_name,
    IndexName: 'by_tenant',
    KeyConditionExpression: 'tenant = :tenant AND created_sort < :before',
    ExpressionAttributeValues: marshall({ ':tenant': tenant, ':before': before }),
    ScanIndexForward: false,
    Limit,
  });
  const { Items = [], LastEvaluatedKey } = await callDynamoDb(() => client.send(command));
  return { items: Items, is_last: LastEvaluatedKey === undefined };
}

/**
 * Creates the function that reads due jobs from the index `by_due`, one partition after the other.
 * A job in the table may already differ from the job in the index.
 */
export function createDue(table: JobsTable): JobStore['due'] {
  return async function* due(now) {
    for (let shard = 0; shard < DUE_SHARDS; shard += 1) {
      const items = queryItems(table, {
        IndexName: 'by_due',
        KeyConditionExpression: 'due_shard = :shard AND due_at <= :now',
        ExpressionAttributeValues: marshall({
          ':shard': String(shard),
          ':now': new Date(now).toISOString(),
        }),
      });
      for await (const item of items) yield jobOf(item);
    }
  };
}

function cursorOf(before: string): string {
  return Buffer.from(before).toString('base64url');
}

/**
 * Returns the sort key that a cursor contains.
 *
 * @throws {RangeError} if the cursor does not have the format of this listing.
 */
function readCursor(cursor: string): string {
  const before = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[A-Za-z0-9._:-]{1,128}$/.test(before)) {
    throw new RangeError('The cursor is not one of this listing');
  }
  return before;
}
