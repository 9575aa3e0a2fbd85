import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { JobStore } from '../../../jobs/ports.ts';
import type { Job } from '../../../schemas/index.ts';
import { queried } from '../conditional.ts';
import { called } from '../results/insert.ts';
import { createdSort, DUE_SHARDS, type Item, type JobsTable, jobOf } from './rows.ts';

/** Beyond every time: `created_sort` begins with a digit. */
const LATEST = '~';
/** Where a status is asked for: how many jobs a call reads, and how many calls a page may take. */
const JOBS_PER_CALL = 500;
const MAX_CALLS = 5;

/**
 * Lists a tenant's jobs from the index `by_tenant`, which is behind the table by less than a second. A page ends after
 * 2,500 jobs of other statuses, so that no listing takes longer than its caller waits.
 */
export function createList(table: JobsTable): JobStore['list'] {
  return async ({ tenant, status, limit, cursor }) => {
    const jobs: Job[] = [];
    let before = cursor === undefined ? LATEST : openCursor(cursor);
    // One more than the page has tells whether there is a next.
    const Limit = status === undefined ? limit + 1 : JOBS_PER_CALL;
    for (let call = 1; call <= MAX_CALLS; call += 1) {
      const { items, is_last } = await readBefore(table, { tenant, before, Limit });
      for (const job of items.map(jobOf)) {
        const is_listed = isThere(table, job) && (status === undefined || job.status === status);
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
  const { Items = [], LastEvaluatedKey } = await called(() => client.send(command));
  return { items: Items, is_last: LastEvaluatedKey === undefined };
}

/** Due jobs from the index `by_due`, one partition after the other. They may have changed since. */
export function createDue(table: JobsTable): JobStore['due'] {
  return async function* due(now) {
    for (const shard of DUE_SHARDS) {
      const items = queried(table, {
        IndexName: 'by_due',
        KeyConditionExpression: 'due_shard = :shard AND due_at <= :now',
        ExpressionAttributeValues: marshall({
          ':shard': shard,
          ':now': new Date(now).toISOString(),
        }),
      });
      for await (const item of items) yield jobOf(item);
    }
  };
}

function isThere({ now }: JobsTable, job: Job): boolean {
  return job.expires_at * 1_000 > now();
}

function cursorOf(before: string): string {
  return Buffer.from(before).toString('base64url');
}

/** @throws {RangeError} */
function openCursor(cursor: string): string {
  const before = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[A-Za-z0-9._:-]{1,128}$/.test(before)) {
    throw new RangeError('The cursor is not one of this listing');
  }
  return before;
}
