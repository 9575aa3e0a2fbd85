import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type BootOptions, bootCloud, type Cloud } from '../../src/boot.ts';
import type { CloudStatus } from '../../src/runtime/control.ts';
import { takeDataFolder } from '../../src/runtime/data-folder.ts';
import { loadDeployment } from '../../src/runtime/deployment.ts';
import type { MappingStatus } from '../../src/runtime/event-source/mapping.ts';
import { writeCloud } from '../support/small-cloud.ts';

let assembly: string;
let data_dir: string;
beforeAll(async () => {
  assembly = await writeCloud();
});
beforeEach(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'embedded-cloud-boot-'));
});
const running: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function boot(options: Partial<BootOptions> = {}): Promise<Cloud> {
  const cloud = await bootCloud({ dataDir: data_dir, assemblyDir: assembly, ...options });
  running.push(cloud);
  return cloud;
}

const config = (cloud: Cloud) => ({
  endpoint: cloud.endpoint,
  region: cloud.region,
  credentials: { accessKeyId: cloud.access_key_id, secretAccessKey: cloud.secret_access_key },
});

const tokenOf = ({ control_token }: Cloud) => ({ authorization: `Bearer ${control_token}` });

async function put(cloud: Cloud, text: string): Promise<void> {
  const kinesis = new KinesisClient(config(cloud));
  const input = {
    StreamName: cloud.outputs.StreamName,
    PartitionKey: 'k',
    Data: Buffer.from(text),
  };
  await kinesis.send(new PutRecordCommand(input));
  kinesis.destroy();
}

const readConsumed = async () =>
  (await readFile(join(data_dir, 'logs', 'Fixture-Consumer.log'), 'utf8')).match(/consumed .*/g) ??
  [];

const waitFor = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

it('boot creates the resources of the template, with indexes and time to live', async () => {
  const cloud = await boot();
  const dynamodb = new DynamoDBClient(config(cloud));
  const TableName = cloud.outputs.TableName;
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    GlobalSecondaryIndexes: [{ IndexName: 'by_source' }],
  });
  const { TimeToLiveDescription } = await dynamodb.send(
    new DescribeTimeToLiveCommand({ TableName }),
  );
  expect(TimeToLiveDescription).toMatchObject({
    AttributeName: 'expires_at',
    TimeToLiveStatus: 'ENABLED',
  });
  dynamodb.destroy();
});

it('outputs are those of DescribeStacks, with the local URL of the API', async () => {
  const cloud = await boot({ parameters: { BufferSeconds: '5' } });
  const cloudformation = new CloudFormationClient(config(cloud));
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'Fixture' }));
  const outputs = Object.fromEntries(
    Stacks![0]!.Outputs!.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  expect(outputs).toEqual(cloud.outputs);
  expect(outputs).toMatchObject({
    StreamName: 'Fixture-Stream',
    BufferSeconds: '5',
    ApiUrl: `${cloud.endpoint}/v1/`,
  });
});

it('the REST API answers under its stage and under its full path', async () => {
  const cloud = await boot();
  const { stack } = await loadDeployment(assembly);
  const api_id = stack.resource('Api').physical_id;
  for (const base of [cloud.api, `${cloud.endpoint}/_aws/execute-api/${api_id}/v1`]) {
    const answer = await fetch(`${base}/health?x=1`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ path: '/health', table: 'Fixture-Table' });
  }
  expect((await fetch(cloud.api)).status).toBe(403);
});

it('records are delivered to the consumer, and the status shows when nothing is left', async () => {
  const cloud = await boot();
  const before = Date.now();
  await put(cloud, 'one');
  await waitFor(async () => expect(await readConsumed()).toEqual(['consumed one']));
  await waitFor(async () => {
    const answer = await fetch(`${cloud.endpoint}/_cloud/status`, { headers: tokenOf(cloud) });
    const status = (await answer.json()) as CloudStatus;
    expect(status.idle && (status.mappings[0] as MappingStatus).caught_up_at! > before).toBe(true);
    expect(status.mappings[0]).toMatchObject({
      records_delivered: 1,
      last_processing_result: 'OK',
    });
    expect(status.functions).toMatchObject([
      { name: 'Fixture-Consumer', invocations: 1 },
      { invocations: 0 },
    ]);
  });
  const flushed = await fetch(`${cloud.endpoint}/_cloud/flush`, {
    method: 'POST',
    headers: tokenOf(cloud),
  });
  expect(flushed.status).toBe(200);
});

it('a batch is delivered again after its function was killed', async () => {
  const cloud = await boot();
  const rule = { service: 'lambda', kind: 'kill', count: 1, latency_ms: 50 };
  await fetch(`${cloud.endpoint}/_cloud/faults`, {
    headers: tokenOf(cloud),
    method: 'POST',
    body: JSON.stringify(rule),
  });
  await put(cloud, 'slow');
  await waitFor(() =>
    expect(cloud.status().mappings[0]).toMatchObject({
      failed_invocations: 1,
      invocations: 2,
      idle: true,
    }),
  );
  expect(await readConsumed()).toEqual(['consumed slow']);
});

it('a duplicate fault delivers a batch to two environments at the same time', async () => {
  const cloud = await boot();
  const rule = { service: 'lambda', kind: 'duplicate', count: 1 };
  await fetch(`${cloud.endpoint}/_cloud/faults`, {
    headers: tokenOf(cloud),
    method: 'POST',
    body: JSON.stringify(rule),
  });
  await put(cloud, 'slow');
  await waitFor(async () =>
    expect(await readConsumed()).toEqual(['consumed slow', 'consumed slow']),
  );
  await waitFor(() => expect(cloud.status().mappings[0]).toMatchObject({ idle: true }));
});

it('data survives a restart, and nothing is delivered twice', async () => {
  const first = await boot();
  await put(first, 'one');
  await waitFor(() =>
    expect(first.status().mappings[0]).toMatchObject({ records_delivered: 1, in_flight: 0 }),
  );
  await first.close();
  const second = await boot();
  await put(second, 'two');
  await waitFor(async () => expect(await readConsumed()).toEqual(['consumed one', 'consumed two']));
});

it('cloud.json has endpoint and credentials while the cloud runs', async () => {
  const cloud = await boot();
  const announced = JSON.parse(await readFile(join(data_dir, 'cloud.json'), 'utf8'));
  const { endpoint, region, access_key_id, secret_access_key, control_token, outputs, api } = cloud;
  expect(announced).toEqual({
    pid: process.pid,
    endpoint,
    region,
    access_key_id,
    secret_access_key,
    control_token,
    outputs,
    api,
  });
  await cloud.close();
  await expect(access(join(data_dir, 'cloud.json'))).rejects.toThrow();
});

it('a data folder in use is refused, and the message names the process', async () => {
  const cloud = await boot();
  await expect(boot()).rejects.toThrow(`in use by another embedded cloud (process ${process.pid})`);
  await cloud.close();
  await boot();
});

it('the data folder of a killed process is taken over, also if its process id is in use again', async () => {
  const holder = await startHolder();
  await expect(takeDataFolder(data_dir)).rejects.toThrow(`(process ${holder.pid})`);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await writeFile(join(data_dir, 'cloud.pid'), String(process.pid));
  const folder = await takeDataFolder(data_dir);
  await folder.release();
});

it('of starts at the same moment, one gets the data folder', async () => {
  const starts = await Promise.allSettled(
    Array.from({ length: 8 }, () => takeDataFolder(data_dir)),
  );
  const taken = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  expect(taken).toHaveLength(1);
  await taken[0]!.release();
});

it('only the owner can read the data folder, its folders and its secrets', async () => {
  data_dir = join(data_dir, 'new');
  const cloud = await boot();
  await put(cloud, 'private');
  const rights = async (path: string) => ((await stat(path)).mode & 0o077).toString(8);
  const folders = await readdir(data_dir, { withFileTypes: true });
  expect(await rights(data_dir)).toBe('0');
  for (const entry of folders.filter((one) => one.isDirectory()))
    expect([entry.name, await rights(join(data_dir, entry.name))]).toEqual([entry.name, '0']);
  for (const name of ['cloud.json', 'root-secret'])
    expect(await rights(join(data_dir, name))).toBe('0');
});

it('each data folder has secrets of its own, which a restart keeps', async () => {
  const first = await boot();
  await first.close();
  const again = await boot();
  expect(again.secret_access_key).toBe(first.secret_access_key);
  expect(again.control_token).toBe(first.control_token);
  await again.close();
  data_dir = join(data_dir, 'other');
  const other = await boot();
  expect(other.secret_access_key).not.toBe(first.secret_access_key);
  expect(other.control_token).not.toBe(first.control_token);
});

/** Starts a process that takes the data folder and keeps it. */
async function startHolder(): Promise<ChildProcess> {
  const source = new URL('../../src/runtime/data-folder.ts', import.meta.url).href;
  const program = `import { takeDataFolder } from ${JSON.stringify(source)};
    await takeDataFolder(process.argv[1]); console.log('taken'); setInterval(() => {}, 1e6);`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program, data_dir];
  const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push({ close: () => holder.kill('SIGKILL') });
  await once(holder.stdout!, 'data');
  return holder;
}

it('a taken port is refused, and nothing keeps running', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  running.push(taken);
  const { port } = taken.address() as { port: number };
  await expect(boot({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await boot();
});

it('a template that is not emulated is refused before anything starts', async () => {
  const assemblyDir = await writeCloud({ Queue: { Type: 'AWS::StepFunctions::StateMachine' } });
  await expect(boot({ assemblyDir })).rejects.toThrow('Queue (AWS::StepFunctions::StateMachine)');
});

/**
 * Writes the assembly of the small cloud, with a table that has an index.
 * @param count number of attributes that the index projects
 */
function writeCloudWithProjection(count: number): Promise<string> {
  return writeCloud({
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['id', 'source'].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by_source',
            KeySchema: [{ AttributeName: 'source', KeyType: 'HASH' }],
            Projection: {
              ProjectionType: 'INCLUDE',
              NonKeyAttributes: Array.from({ length: count }, (_, i) => `attribute_${i}`),
            },
          },
        ],
      },
    },
  });
}

it('a template whose index projects 21 attributes is refused, as by CloudFormation', async () => {
  await expect(boot({ assemblyDir: await writeCloudWithProjection(21) })).rejects.toThrow(
    /table Table was refused: .*less than or equal to 20/,
  );
});

it('a template that changes the projection of an index is refused, as by CloudFormation', async () => {
  const cloud = await boot({ assemblyDir: await writeCloudWithProjection(19) });
  await cloud.close();
  await expect(boot({ assemblyDir: await writeCloudWithProjection(20) })).rejects.toThrow(
    /other keys or indexes than the template/,
  );
});

const LAMBDA = { Service: 'lambda.amazonaws.com' };
const trust = (statement: object) => ({
  ApiRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }],
      },
    },
  },
});

// Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
it.each([
  ['that trusts another service', { Principal: { Service: 'firehose.amazonaws.com' } }],
  ['that trusts nothing', { Principal: LAMBDA, Effect: 'Deny' }],
  [
    'that trusts Lambda for another account',
    { Principal: LAMBDA, Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } },
  ],
  [
    'with a condition on a key that Lambda does not send',
    { Principal: LAMBDA, Condition: { StringEquals: { 'sts:ExternalId': '000000000000' } } },
  ],
])('a function with a role %s is refused', async (_, statement) => {
  const assemblyDir = await writeCloud(trust(statement));
  await expect(boot({ assemblyDir })).rejects.toThrow('cannot be assumed by lambda.amazonaws.com');
});

it('a function may have a role that trusts Lambda for its own account only', async () => {
  const Condition = { StringEquals: { 'aws:SourceAccount': '000000000000' } };
  const assemblyDir = await writeCloud(trust({ Principal: LAMBDA, Condition }));
  expect((await boot({ assemblyDir })).api).toMatch(/^http/);
});

const deliveryStream = (statements: object[]) => ({
  Delivery: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'firehose.amazonaws.com' },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
      Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }],
    },
  },
  Lake: {
    Type: 'AWS::KinesisFirehose::DeliveryStream',
    Properties: {
      ExtendedS3DestinationConfiguration: {
        BucketARN: { 'Fn::GetAtt': ['Failures', 'Arn'] },
        RoleARN: { 'Fn::GetAtt': ['Delivery', 'Arn'] },
        CloudWatchLoggingOptions: { Enabled: true, LogGroupName: 'lake', LogStreamName: 'errors' },
      },
    },
  },
});

// Source: https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
it('a delivery stream whose role may not write its error log is refused', async () => {
  const Action = 'logs:PutLogEvents';
  const other = await writeCloud(
    deliveryStream([
      {
        Effect: 'Allow',
        Action,
        Resource: 'arn:aws:logs:us-east-1:000000000000:log-group:other:*',
      },
    ]),
  );
  await expect(boot({ assemblyDir: other })).rejects.toThrow('Grant it logs:PutLogEvents');
  const own = await writeCloud(
    deliveryStream([
      { Effect: 'Allow', Action, Resource: 'arn:aws:logs:us-east-1:000000000000:log-group:lake:*' },
    ]),
  );
  expect((await boot({ assemblyDir: own })).port).toBeGreaterThan(0);
});

// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
it('reservations that leave less than 100 of the concurrency are refused, as by Lambda', async () => {
  const assemblyDir = await writeCloud();
  const path = join(assemblyDir, 'Fixture.template.json');
  const template = JSON.parse(await readFile(path, 'utf8'));
  const reserve = async (consumer: number, api: number) => {
    template.Resources.Consumer.Properties.ReservedConcurrentExecutions = consumer;
    template.Resources.ApiHandler.Properties.ReservedConcurrentExecutions = api;
    await writeFile(path, JSON.stringify(template));
  };
  await reserve(500, 401);
  await expect(boot({ assemblyDir })).rejects.toThrow('below its minimum value of [100]');
  await reserve(500, 400);
  expect((await boot({ assemblyDir })).port).toBeGreaterThan(0);
});
