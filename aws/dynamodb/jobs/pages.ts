import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { JobRef, JobStore, Page } from '../../../jobs/ports.ts';
import { RECORD_OUTCOMES } from '../../../schemas/index.ts';
import { requireField } from '../../errors.ts';
import { callConditionally, callDynamoDb, queryItems } from '../table.ts';
import { createAddClosedPage } from './closed-pages.ts';
import { offsetsOf, pageKey, pageOf, pagesPrefix } from './page-item.ts';
import type { JobsTable } from './row.ts';

/**
 * Creates the functions of the job store for the pages of jobs. Until a page is closed, updates
 * only add record numbers to the sets of the page. After a page is closed, the counts of the page
 * never change. In the following example, the writers A, B and C update a page of four records:
 *
 *     A  ADD positive {4}   if not closed   positive changes from {1, 2} to {1, 2, 4}
 *     B  ADD neutral {3}    if not closed   B receives a page with all four records
 *     A  ADD positive {4}   if not closed   a repeated update changes nothing; A receives the same page
 *     A  SET counts         if no counts    counts are {positive: 3, neutral: 1}; the sets are removed
 *     B  SET counts         if no counts    the counts of A stay unchanged, and B receives these counts
 *     C  ADD positive {4}   if not closed   refused, because the page is closed; C reads the counts
 *
 * A redelivered record can cause an update such as the last update of the example.
 */
export function createPages(
  table: JobsTable,
): Pick<JobStore, 'mark' | 'closePage' | 'addClosedPage' | 'pages'> {
  return {
    mark: createMark(table),
    closePage: createClosePage(table),
    addClosedPage: createAddClosedPage(table),
    async pages(job) {
      const pages: Page[] = [];
      const items = queryItems(table, {
        ConsistentRead: true,
        KeyConditionExpression: 'job_id = :job_id AND begins_with(part, :pages)',
        ExpressionAttributeValues: marshall({ ':job_id': job.job_id, ':pages': pagesPrefix(job) }),
      });
      for await (const item of items) pages.push(pageOf(item));
      return pages;
    },
  };
}

function createMark(table: JobsTable): JobStore['mark'] {
  return async (job, page, done) => {
    const marked = RECORD_OUTCOMES.flatMap((outcome) => {
      const indexes = done[outcome] ?? [];
      return indexes.length === 0 ? [] : [{ outcome, offsets: offsetsOf(page, indexes) }];
    });
    if (marked.length === 0) return readPage(table, job, page);
    const additions = marked.map(({ outcome }) => `#${outcome} :${outcome}`);
    const command = new UpdateItemCommand({
      TableName: table.table_name,
      Key: pageKey(job, page),
      UpdateExpression: `SET expires_at = :expires_at ADD ${additions.join(', ')}`,
      ConditionExpression: 'attribute_not_exists(#counts)',
      ExpressionAttributeNames: placeholders([...marked.map(({ outcome }) => outcome), 'counts']),
      ExpressionAttributeValues: marshall({
        ':expires_at': job.expires_at,
        ...Object.fromEntries(marked.map(({ outcome, offsets }) => [`:${outcome}`, offsets])),
      }),
      ReturnValues: 'ALL_NEW',
    });
    const output = await callConditionally(() => table.client.send(command));
    if (output === undefined) return readPage(table, job, page);
    return pageOf(requireField('dynamodb', 'Attributes', output.Attributes));
  };
}

function createClosePage(table: JobsTable): JobStore['closePage'] {
  const sets = RECORD_OUTCOMES.map((outcome) => `#${outcome}`).join(', ');
  return async (job, page, counts) => {
    const command = new UpdateItemCommand({
      TableName: table.table_name,
      Key: pageKey(job, page),
      UpdateExpression:
        'SET expires_at = :expires_at, #counts = if_not_exists(#counts, :counts) ' +
        `REMOVE ${sets}`,
      ExpressionAttributeNames: placeholders([...RECORD_OUTCOMES, 'counts']),
      ExpressionAttributeValues: marshall({ ':expires_at': job.expires_at, ':counts': counts }),
      ReturnValues: 'ALL_NEW',
    });
    const { Attributes } = await callDynamoDb(() => table.client.send(command));
    return pageOf(requireField('dynamodb', 'Attributes', Attributes));
  };
}

async function readPage(table: JobsTable, job: JobRef, page: number): Promise<Page> {
  const command = new GetItemCommand({
    TableName: table.table_name,
    Key: pageKey(job, page),
    ConsistentRead: true,
  });
  const { Item } = await callDynamoDb(() => table.client.send(command));
  return Item === undefined ? { page, done: {} } : pageOf(Item);
}

/**
 * Returns placeholders for attribute names, for example `{ '#pages': 'pages' }`. Placeholders are
 * necessary because DynamoDB reserves many of the names.
 */
function placeholders(names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}
