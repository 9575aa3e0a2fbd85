import {
  CreateTableCommand,
  type DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { JobStore } from '../../jobs/ports.ts';
import { createProgress } from '../../jobs/progress.ts';
import type { ConsumerDeps } from '../../processors/stream/consumer.ts';
import type { Job } from '../../schemas/index.ts';
import { createFakeJobStore } from '../fakes/job-store.ts';
import { createFakeClaims } from '../fakes/text-claims.ts';

/** The time 2026-11-23T10:00:00.000Z, in epoch milliseconds. */
export const JOBS_NOW = Date.UTC(2026, 10, 23, 10);

/** Builds a job with status PENDING. The job has the fields that the API sets. */
export function aJob(fields: Partial<Job> & { job_id: string }): Job {
  return {
    tenant: 'acme',
    status: 'PENDING',
    input: { kind: 'upload', format: 'jsonl', key: `inputs/${fields.job_id}.jsonl` },
    source_id: 'api',
    created_at: new Date(JOBS_NOW).toISOString(),
    deadline_at: new Date(JOBS_NOW + 86_400_000).toISOString(),
    due_at: new Date(JOBS_NOW + 600_000).toISOString(),
    expires_at: JOBS_NOW / 1_000 + 30 * 86_400,
    ...fields,
  };
}

/** Builds a job with status PROCESSING. The records of such a job are on the stream. */
export function aProcessingJob(fields: Partial<Job> & { job_id: string; total: number }): Job {
  const started_at = new Date(JOBS_NOW).toISOString();
  return aJob({ status: 'PROCESSING', started_at, ...fields });
}

/** Creates the jobs table with the same keys and indexes as in infra/constructs/jobs.ts. */
export async function createJobsTable(client: DynamoDBClient, table_name: string): Promise<void> {
  const names = ['job_id', 'part', 'tenant', 'created_sort', 'due_shard', 'due_at'];
  const index = (IndexName: string, hash: string, range: string) => ({
    IndexName,
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' as const },
      { AttributeName: range, KeyType: 'RANGE' as const },
    ],
    Projection: { ProjectionType: 'ALL' as const },
  });
  await client.send(
    new CreateTableCommand({
      TableName: table_name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: index('', 'job_id', 'part').KeySchema,
      GlobalSecondaryIndexes: [
        index('by_tenant', 'tenant', 'created_sort'),
        index('by_due', 'due_shard', 'due_at'),
      ],
    }),
  );
  await waitUntilTableExists(
    { client, maxWaitTime: 10, minDelay: 0.05 },
    { TableName: table_name },
  );
}

/**
 * Creates in-memory dependencies of the consumer for jobs and long texts.
 *
 * @param options.texts are the long texts.
 */
export function memoryJobs(
  options: { store?: JobStore; texts?: string[]; now?: () => number } = {},
): Pick<ConsumerDeps, 'progress' | 'claims'> & { finals: Job[] } {
  const { now = () => JOBS_NOW, texts = [] } = options;
  const store = options.store ?? createFakeJobStore({ now });
  const finals: Job[] = [];
  const on_final = async (job: Job) => {
    finals.push(job);
  };
  return {
    finals,
    progress: createProgress({ store, now, on_final }),
    claims: createFakeClaims(texts),
  };
}
