import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { JobRef, JobStore, Page } from '../../../jobs/ports.ts';
import { JOB_PAGE_SIZE, outcomeCountsSchema, RECORD_OUTCOMES } from '../../../schemas/index.ts';
import { conditional, queried } from '../conditional.ts';
import { called } from '../results/insert.ts';
import type { Item, JobsTable } from './rows.ts';

/** MAX_JOB_RECORDS makes 50,000 pages. */
const PAGE_DIGITS = 7;

/**
 * Pages of jobs. What a page's item holds only ever grows until it is closed, and then stays:
 *
 *     A  ADD positive {4}   if not closed       {1, 2} → {1, 2, 4}; once more, and nothing changes
 *     B  ADD neutral {3}    if not closed       whoever of A and B comes second sees all four, and closes the page
 *     A  SET counts         if there are none   {positive: 3, neutral: 1}; the sets go
 *     B  SET counts         if there are none   stays as A set it, and B is answered that
 *     C  ADD positive {4}   if not closed       refused: a redelivery. C reads A's counts
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
      const items = queried(table, {
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
    const outcomes = RECORD_OUTCOMES.filter((outcome) => (done[outcome]?.length ?? 0) > 0);
    if (outcomes.length === 0) return readPage(table, job, page);
    const sets = outcomes.map((outcome) => [`:${outcome}`, offsetsOf(page, done[outcome]!)]);
    const command = new UpdateItemCommand({
      TableName: table.table_name,
      Key: pageKey(job, page),
      UpdateExpression: `SET expires_at = :expires_at ADD ${outcomes.map((name) => `#${name} :${name}`).join(', ')}`,
      ConditionExpression: 'attribute_not_exists(#counts)',
      ExpressionAttributeNames: namesOf([...outcomes, 'counts']),
      ExpressionAttributeValues: marshall({
        ':expires_at': job.expires_at,
        ...Object.fromEntries(sets),
      }),
      ReturnValues: 'ALL_NEW',
    });
    const output = await conditional(() => table.client.send(command));
    return output === undefined ? readPage(table, job, page) : pageOf(output.Attributes!);
  };
}

function createClosePage(table: JobsTable): JobStore['closePage'] {
  const sets = RECORD_OUTCOMES.map((outcome) => `#${outcome}`).join(', ');
  return async (job, page, counts) => {
    const command = new UpdateItemCommand({
      TableName: table.table_name,
      Key: pageKey(job, page),
      UpdateExpression: `SET expires_at = :expires_at, #counts = if_not_exists(#counts, :counts) REMOVE ${sets}`,
      ExpressionAttributeNames: namesOf([...RECORD_OUTCOMES, 'counts']),
      ExpressionAttributeValues: marshall({ ':expires_at': job.expires_at, ':counts': counts }),
      ReturnValues: 'ALL_NEW',
    });
    const { Attributes } = await called(() => table.client.send(command));
    return pageOf(Attributes!);
  };
}

function createAddClosedPage(table: JobsTable): JobStore['addClosedPage'] {
  return async (job, page) => {
    const command = new UpdateItemCommand({
      TableName: table.table_name,
      Key: marshall({ job_id: job.job_id, part: `closed_pages#${job.expires_at}` }),
      UpdateExpression: 'SET expires_at = :expires_at ADD #pages :page',
      ExpressionAttributeNames: namesOf(['pages']),
      ExpressionAttributeValues: marshall({
        ':expires_at': job.expires_at,
        ':page': new Set([page]),
      }),
      ReturnValues: 'ALL_NEW',
    });
    const { Attributes } = await called(() => table.client.send(command));
    return Attributes!.pages!.NS!.length;
  };
}

async function readPage(table: JobsTable, job: JobRef, page: number): Promise<Page> {
  const command = new GetItemCommand({
    TableName: table.table_name,
    Key: pageKey(job, page),
    ConsistentRead: true,
  });
  const { Item } = await called(() => table.client.send(command));
  return Item === undefined ? { page, done: {} } : pageOf(Item);
}

/** `page#1798761600#0000017`: pages of one job sort by their number, apart from those of an earlier job of its id. */
function pagesPrefix({ expires_at }: JobRef): string {
  return `page#${expires_at}#`;
}

function pageKey(job: JobRef, page: number): Item {
  const part = pagesPrefix(job) + String(page).padStart(PAGE_DIGITS, '0');
  return marshall({ job_id: job.job_id, part });
}

/** Three digits are 3 bytes: less the first index of the page, 1,000 of them fit in 4 KB. */
function offsetsOf(page: number, indexes: number[]): Set<number> {
  return new Set(indexes.map((index) => index - page * JOB_PAGE_SIZE));
}

const offsets = z.set(
  z
    .int()
    .min(0)
    .max(JOB_PAGE_SIZE - 1),
);

/** @throws {z.ZodError} where the item is no page. */
function pageOf(item: Item): Page {
  const { part, counts, ...fields } = unmarshall(item);
  const page = Number(String(part).split('#').at(-1));
  const done: Page['done'] = {};
  for (const outcome of RECORD_OUTCOMES) {
    if (fields[outcome] === undefined) continue;
    const indexes = [...offsets.parse(fields[outcome])].map(
      (offset) => page * JOB_PAGE_SIZE + offset,
    );
    done[outcome] = new Set(indexes);
  }
  return {
    page,
    done,
    ...(counts === undefined ? {} : { counts: outcomeCountsSchema.parse(counts) }),
  };
}

function namesOf(names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}
