import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createApiKeys } from '../../aws/api-gateway/api-keys.ts';
import { createQuery } from '../../aws/athena/query.ts';
import { clientConfig } from '../../aws/clients.ts';
import { readStack, type StackOutputs } from '../../aws/cloudformation/stack.ts';
import { assemblyDir } from '../../infra/synthesize.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';

let test: TestCloud;
let dev: StackOutputs;
let staging: StackOutputs;
let config: ReturnType<typeof clientConfig>;

beforeAll(async () => {
  const folders = [await assemblyDir(), await assemblyDir({ environment: 'staging' })];
  test = await testCloud({ assemblyDir: folders });
  config = clientConfig(test.cloud);
  dev = test.stack;
  staging = await readStack('AuraStream-staging', new CloudFormationClient(config));
});
afterAll(() => test.stop());

const publish = ({ StreamName }: StackOutputs, record_id: string) =>
  test.clients.kinesis.send(
    new PutRecordCommand({
      StreamName,
      PartitionKey: record_id,
      Data: Buffer.from(JSON.stringify({ record_id, source: 'both', text: 'I love it' })),
    }),
  );

const listRows = async ({ ResultsTableName }: StackOutputs) => {
  const { Items = [] } = await test.clients.dynamodb.send(
    new ScanCommand({ TableName: ResultsTableName }),
  );
  return Items.map(({ record_id }) => record_id?.S);
};

const listLake = async ({ WorkgroupName, DatabaseName }: StackOutputs) => {
  const client = new AthenaClient(config);
  const query = createQuery({ client, work_group: WorkgroupName, database: DatabaseName });
  return (await query('SELECT record_id FROM results')).rows;
};

it('two environments in one account share no name, and neither sees a record of the other', async () => {
  const {
    AnalyzerName: _,
    AnalyzerVersion: __,
    ApiStage: ___,
    BufferSeconds: ____,
    ParallelizationFactor: _____,
    AuditRetentionDays: ______,
    ...names
  } = dev;
  const taken = Object.values(staging);
  for (const name of Object.values(names)) expect(taken).not.toContainEqual(name);

  await publish(dev, 'of-dev');
  await publish(staging, 'of-staging');
  await vi.waitFor(
    async () => {
      expect(await listRows(dev)).toEqual(['of-dev']);
      expect(await listRows(staging)).toEqual(['of-staging']);
    },
    { timeout: 60_000, interval: 200 },
  );
  await test.cloud.flush();
  await vi.waitFor(
    async () => {
      expect(await listLake(dev)).toEqual([{ record_id: 'of-dev' }]);
      expect(await listLake(staging)).toEqual([{ record_id: 'of-staging' }]);
    },
    { timeout: 60_000, interval: 200 },
  );
});

it('a key of one environment opens no API of another, and is in no list of another', async () => {
  const keysOf = ({ UsagePlanIds }: StackOutputs) =>
    createApiKeys({ client: new APIGatewayClient(config), usage_plan_ids: UsagePlanIds });
  const { api_key } = await keysOf(staging).create({ tenant: 'acme', tier: 'starter' });
  const statusOf = async ({ ApiUrl }: StackOutputs) =>
    (await fetch(`${ApiUrl}/jobs`, { headers: { 'x-api-key': api_key } })).status;
  expect(await statusOf(staging)).toBe(200);
  expect(await statusOf(dev)).toBe(403);
  const listKeys = async (stack: StackOutputs) => {
    const found: string[] = [];
    for await (const key of keysOf(stack).list()) found.push(key.api_key);
    return found;
  };
  expect(await listKeys(staging)).toEqual([api_key]);
  expect(await listKeys(dev)).toEqual([]);
});
