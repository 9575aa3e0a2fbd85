import type { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createJobStore } from '../aws/dynamodb/jobs/store.ts';
import type { Job } from '../schemas/index.ts';
import type { BenchCloud } from './cloud.ts';

const DAY_MS = 86_400_000;

/**
 * Stores a job and the job's input file. The arrival of the file does not submit the job, because
 * the file's key contains an additional folder. AuraStream finds no job id in such a key.
 */
export async function putSubmittableJob(
  { config, stack }: BenchCloud,
  job_id: string,
  file: { body: Readable | string; bytes: number },
): Promise<void> {
  const key = `inputs/bench/${job_id}.jsonl`;
  const s3 = new S3Client(config);
  await s3.send(
    new PutObjectCommand({
      Bucket: stack.InputBucketName,
      Key: key,
      Body: file.body,
      ContentLength: file.bytes,
    }),
  );
  s3.destroy();
  await putJob({ config, stack }, buildJob(job_id, key));
}

/** Stores a completed job whose callback is due. */
export async function putFinishedJob(
  cloud: Pick<BenchCloud, 'config' | 'stack'>,
  job_id: string,
  callback_url: string,
): Promise<void> {
  await putJob(cloud, {
    ...buildJob(job_id, `inputs/bench/${job_id}.jsonl`),
    status: 'COMPLETED',
    total: 1,
    completed_at: new Date().toISOString(),
    callback: { url: callback_url, state: 'pending', delivery_id: job_id, attempts: [] },
  });
}

async function putJob(
  { config, stack }: Pick<BenchCloud, 'config' | 'stack'>,
  job: Job,
): Promise<void> {
  const client = new DynamoDBClient(config);
  await createJobStore({ client, table_name: stack.JobsTableName, now: Date.now }).create(job);
  client.destroy();
}

function buildJob(job_id: string, key: string): Job {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  return {
    job_id,
    tenant: 'bench',
    status: 'PENDING',
    input: { kind: 'upload', format: 'jsonl', key },
    source_id: 'bench',
    created_at: at(0),
    deadline_at: at(DAY_MS),
    due_at: at(DAY_MS),
    expires_at: Math.floor((Date.now() + DAY_MS) / 1_000),
  };
}
