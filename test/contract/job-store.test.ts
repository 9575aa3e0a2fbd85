import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { createJobStore } from '../../aws/job-store.ts';
import type { JobStore } from '../../jobs/ports.ts';
import { createDynamoDb } from '../../local/services/dynamodb.ts';
import { jobStoreContract } from '../support/job-store-contract.ts';
import { createJobsTable, JOBS_NOW } from '../support/jobs.ts';
import { createMemoryJobStore } from '../support/memory-job-store.ts';
import { clientConfig, type Served, serve } from '../support/serve.ts';

const now = () => JOBS_NOW;

describe('jobs in DynamoDB', () => {
  let served: Served;
  let client: DynamoDBClient;
  let store: JobStore;
  beforeAll(async () => {
    served = await serve(await createDynamoDb({ now }));
    client = new DynamoDBClient(clientConfig(served.endpoint));
    await createJobsTable(client, 'jobs');
    store = createJobStore({ client, table_name: 'jobs', now });
  });
  afterAll(async () => {
    client.destroy();
    await served.close();
  });

  jobStoreContract(() => store);
});

describe('jobs in memory, which other tests use', () => {
  const store = createMemoryJobStore({ now });
  jobStoreContract(() => store);
});
