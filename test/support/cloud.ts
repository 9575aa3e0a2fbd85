import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BootOptions, bootCloud } from '@aurastream/embedded-cloud';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ComprehendClient } from '@aws-sdk/client-comprehend';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createApiKeys } from '../../aws/api-gateway/api-keys.ts';
import { createQuery } from '../../aws/athena/query.ts';
import { readStack } from '../../aws/cloudformation/stack.ts';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import { createResultsReader } from '../../aws/dynamodb/results/reader.ts';
import { createSetAsideReader } from '../../aws/s3/set-aside-bucket.ts';
import { EMBEDDED_PARAMETERS } from '../../infra/embedded-parameters.ts';
import { assemblyDir } from '../../infra/synthesize.ts';
import { RAW_PREFIX } from '../../schemas/index.ts';

/**
 * Starts an embedded cloud on a free port, with a new data folder and with clients that call the
 * cloud.
 */
export async function testCloud(options: Partial<BootOptions> = {}) {
  const data_dir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'aurastream-test-')));
  const cloud = await bootCloud({
    dataDir: data_dir,
    port: 0,
    ...readRetryPace(),
    ...options,
    assemblyDir: options.assemblyDir ?? (await assemblyDir()),
    parameters: { ...EMBEDDED_PARAMETERS, ...options.parameters },
  });
  const config = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: {
      accessKeyId: cloud.access_key_id,
      secretAccessKey: cloud.secret_access_key,
    },
  };
  const stack = await readStack('AuraStream', new CloudFormationClient(config));
  const clients = {
    kinesis: new KinesisClient(config),
    dynamodb: new DynamoDBClient(config),
    s3: new S3Client(config),
    sqs: new SQSClient(config),
    firehose: new FirehoseClient(config),
    comprehend: new ComprehendClient(config),
  };
  const jobs = createJobStore({
    client: clients.dynamodb,
    table_name: stack.JobsTableName,
    now: Date.now,
  });
  return {
    cloud,
    data_dir,
    stack,
    clients,
    jobs,
    environment: {
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_REGION: cloud.region,
      AWS_ACCESS_KEY_ID: cloud.access_key_id,
      AWS_SECRET_ACCESS_KEY: cloud.secret_access_key,
    },
    results: createResultsReader({ client: clients.dynamodb, table_name: stack.ResultsTableName }),
    set_asides: createSetAsideReader({
      client: clients.s3,
      bucket_name: stack.SetAsideBucketName,
    }),
    query: createQuery({
      client: new AthenaClient(config),
      work_group: stack.WorkgroupName,
      database: stack.DatabaseName,
    }),
    keys: createApiKeys({
      client: new APIGatewayClient(config),
      usage_plan_ids: stack.UsagePlanIds,
    }),
    /** Sets a job's `deadline_at` and `due_at` to a time in the past. */
    async expireJob(job_id: string): Promise<void> {
      const past = new Date(Date.now() - 60_000).toISOString();
      await jobs.update(job_id, ['PENDING', 'PROCESSING'], { deadline_at: past, due_at: past });
    },
    async control(method: string, route: string, body?: unknown): Promise<unknown> {
      const response = await fetch(`${cloud.endpoint}/_cloud/${route}`, {
        method,
        headers: { authorization: `Bearer ${cloud.control_token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    /** Returns whether the keeper has merged every raw object of the lake. */
    isLakeSettled: () => isLakeSettled(clients, stack),
    /** Delivers what Firehose has buffered, and waits until the keeper has merged every raw object. */
    async settleLake(): Promise<void> {
      await cloud.flush();
      const ends_at = Date.now() + MERGES_MS;
      while (!(await isLakeSettled(clients, stack))) {
        if (Date.now() > ends_at) throw new Error('The keeper has not merged every raw object');
        await sleep(POLL_MS);
      }
    },
    async stop() {
      for (const client of Object.values(clients)) client.destroy();
      await cloud.close();
      await rm(data_dir, { recursive: true, force: true });
    },
  };
}

const MERGES_MS = 60_000;
const POLL_MS = 100;

/** Returns whether the table of the keeper says of each raw object that it has been merged. */
async function isLakeSettled(
  { s3, dynamodb }: { s3: S3Client; dynamodb: DynamoDBClient },
  stack: { LakeBucketName: string; KeeperTableName: string },
): Promise<boolean> {
  const pages = paginateListObjectsV2(
    { client: s3 },
    { Bucket: stack.LakeBucketName, Prefix: RAW_PREFIX },
  );
  for await (const { Contents = [] } of pages) {
    for (const { Key = '' } of Contents) {
      const item = { part: { S: 'merged' }, item: { S: Key } };
      const command = new GetItemCommand({ TableName: stack.KeeperTableName, Key: item });
      if ((await dynamodb.send(command)).Item === undefined) return false;
    }
  }
  return true;
}

/**
 * Reads the pace at which Lambda retries failed batches from the environment variable RETRY_PACE.
 * AWS does not document the pace, so the tests must pass at each.
 */
function readRetryPace(): Pick<BootOptions, 'retryPace'> {
  const pace = process.env.RETRY_PACE as BootOptions['retryPace'];
  return pace === undefined ? {} : { retryPace: pace };
}

export type TestCloud = Awaited<ReturnType<typeof testCloud>>;
