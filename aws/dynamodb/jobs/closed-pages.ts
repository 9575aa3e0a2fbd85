import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { JobRef, JobStore } from '../../../jobs/ports.ts';
import { requireField } from '../../errors.ts';
import { callDynamoDb } from '../table.ts';
import type { JobsTable } from './row.ts';

/**
 * Number of pages whose closing one item remembers. A set of 250 numbers fits in one write unit, so
 * an addition costs 1 unit however large the job is. A job of 50 million records has 200 groups, and
 * the set of its full groups fits in one write unit too.
 */
const PAGES_PER_GROUP = 250;

/**
 * Creates the function that remembers the closed pages of a job in sets of at most 250 numbers:
 *
 *     1  Add the page to the set of its group. Stop if the group has open pages.
 *     2  Add the group to the set of the job's full groups. A job with one group skips this step.
 *
 * Both steps are idempotent. If a crash prevents step 2, a redelivered record of a page of the group
 * repeats step 1 and continues with step 2.
 */
export function createAddClosedPage(table: JobsTable): JobStore['addClosedPage'] {
  return async (job, page, pages) => {
    const group = Math.floor(page / PAGES_PER_GROUP);
    const groups = Math.ceil(pages / PAGES_PER_GROUP);
    const group_size = Math.min(PAGES_PER_GROUP, pages - group * PAGES_PER_GROUP);
    const part = `closed_pages#${job.expires_at}`;
    const closed = await addToSet(table, job, `${part}#${group}`, page - group * PAGES_PER_GROUP);
    if (closed < group_size) return false;
    return groups === 1 || (await addToSet(table, job, part, group)) === groups;
  };
}

/** Adds a number to the set of an item. Returns the size of the set after the call. */
async function addToSet(
  table: JobsTable,
  { job_id, expires_at }: JobRef,
  part: string,
  number: number,
): Promise<number> {
  const command = new UpdateItemCommand({
    TableName: table.table_name,
    Key: marshall({ job_id, part }),
    UpdateExpression: 'SET expires_at = :expires_at ADD #numbers :number',
    ExpressionAttributeNames: { '#numbers': 'numbers' },
    ExpressionAttributeValues: marshall({
      ':expires_at': expires_at,
      ':number': new Set([number]),
    }),
    ReturnValues: 'ALL_NEW',
  });
  const { Attributes } = await callDynamoDb(() => table.client.send(command));
  return requireField('dynamodb', 'Attributes', Attributes?.numbers?.NS).length;
}
