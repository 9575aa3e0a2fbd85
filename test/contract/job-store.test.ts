import {
  clientConfig,
  createDynamoDb,
  type ServedService,
  serveService,
} from '@aurastream/embedded-cloud/testing';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { createJobStore } from '../../aws/dynamodb/jobs/store.ts';
import type { JobStore } from '../../jobs/ports.ts';
import { createFakeJobStore } from '../fakes/job-store.ts';
import { createJobsTable, JOBS_NOW } from '../support/jobs.ts';
import { describeJobStore } from './suites/job-store.ts';

const now = () => JOBS_NOW;

describe('DynamoDB', () => {
  let served: ServedService;
  let client: DynamoDBClient;
  let store: JobStore;
  beforeAll(async () => {
    served = await serveService(await createDynamoDb({ now }));
    client = new DynamoDBClient(clientConfig(served.endpoint));
    await createJobsTable(client, 'jobs');
    store = createJobStore({ client, table_name: 'jobs', now });
  });
  afterAll(async () => {
    client.destroy();
    await served.close();
  });

  describeJobStore(() => store);
});

describe('in memory', () => {
  const store = createFakeJobStore({ now });
  describeJobStore(() => store);
});
