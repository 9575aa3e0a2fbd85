import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import type { JobStore } from '../../../jobs/ports.ts';
import { type Job, ServiceError } from '../../../schemas/index.ts';
import { packed, type Rejection, sendAll } from '../resend.ts';
import { called } from '../results/insert.ts';
import { type JobsTable, jobOf, rowKey } from './rows.ts';

/** Limit of BatchGetItem, DynamoDB API reference. */
const KEYS_PER_READ = 100;

/** Reads rows 100 to a call, consistently, and those again that DynamoDB did not get to. */
export function createGetMany(table: JobsTable): JobStore['getMany'] {
  const { client, table_name } = table;
  return async (job_ids) => {
    const jobs = new Map<string, Job>();
    const unread = await sendAll([...new Set(job_ids)], {
      ...table,
      pack: packed(KEYS_PER_READ),
      async send(call) {
        const request = { Keys: call.map(rowKey), ConsistentRead: true };
        const { Responses, UnprocessedKeys } = await called(() =>
          client.send(new BatchGetItemCommand({ RequestItems: { [table_name]: request } })),
        );
        for (const item of Responses?.[table_name] ?? []) {
          const job = jobOf(item);
          if (job.expires_at * 1_000 > table.now()) jobs.set(job.job_id, job);
        }
        const left = new Set(UnprocessedKeys?.[table_name]?.Keys?.map(({ job_id }) => job_id?.S));
        return call.map((job_id) => (left.has(job_id) ? UNPROCESSED : undefined));
      },
    });
    const [why] = unread.values();
    if (why !== undefined) throw new ServiceError('dynamodb', why.code, why);
    return jobs;
  };
}

const UNPROCESSED: Rejection = { code: 'UnprocessedKeys', retryable: true, throttled: true };
