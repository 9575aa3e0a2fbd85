import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bootCloud, type Cloud } from '../../src/boot.ts';
import type { TemplateResource } from '../../src/runtime/template/assembly.ts';
import { writeAssembly } from '../support/assembly.ts';

const SDK = import.meta.resolve('@aws-sdk/client-sqs');
/** A function that sends a message to its own queue for each message, until 40 have been sent. */
const LOOP = `
import { SendMessageCommand, SQSClient } from '${SDK}';
const client = new SQSClient({});
export async function handler({ Records: [{ body }] }) {
  const count = Number(body);
  if (count === 40) return {};
  const QueueUrl = process.env.QUEUE_URL;
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: String(count + 1) }));
  return {};
}`;

/** Two deliveries, so that a message that is not processed becomes a dead letter soon. */
const createLoop = (name: string, more: object): Record<string, TemplateResource> => ({
  [`${name}Dead`]: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `${name}Dead` } },
  [name]: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: name,
      VisibilityTimeout: 20,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [`${name}Dead`, 'Arn'] },
        maxReceiveCount: 2,
      },
    },
  },
  [`${name}Function`]: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: 'loop.zip' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Timeout: 20,
      Environment: { Variables: { QUEUE_URL: { Ref: name } } },
      ...more,
    },
  },
  [`${name}Mapping`]: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: `${name}Function` },
      EventSourceArn: { 'Fn::GetAtt': [name, 'Arn'] },
      BatchSize: 1,
    },
  },
});

const ROLE = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    },
    Policies: [
      {
        PolicyName: 'own',
        PolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: ['sqs:*', 'logs:*'], Resource: '*' }],
        },
      },
    ],
  },
};

let cloud: Cloud;
let client: SQSClient;
const folders: string[] = [];
beforeAll(async () => {
  const assemblyDir = await writeAssembly(
    {
      Resources: {
        Role: ROLE,
        Kept: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'kept' } },
        ...createLoop('stopped', {}),
        ...createLoop('allowed', { RecursiveLoop: 'Allow' }),
      },
    },
    { loop: LOOP },
  );
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-cloud-data-'));
  folders.push(assemblyDir, dataDir);
  cloud = await bootCloud({ assemblyDir, dataDir });
  const { endpoint, region, access_key_id, secret_access_key } = cloud;
  const credentials = { accessKeyId: access_key_id, secretAccessKey: secret_access_key };
  client = new SQSClient({ endpoint, region, credentials });
});
afterAll(async () => {
  client.destroy();
  await cloud.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

function control(method: string, route: string): Promise<Response> {
  const headers = { authorization: `Bearer ${cloud.control_token}` };
  return fetch(`${cloud.endpoint}/_cloud/${route}`, { method, headers });
}

async function urlOf(QueueName: string): Promise<string> {
  return (await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl!;
}

async function startLoop(queue: string): Promise<void> {
  const QueueUrl = await urlOf(queue);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: '1' }));
}

async function statusOf(name: string) {
  const response = await control('GET', 'status');
  const { functions } = (await response.json()) as {
    functions: { name: string; invocations: number; recursive_invocations_dropped: number }[];
  };
  return functions.find((status) => status.name.includes(`${name}Function`))!;
}

const release = () => control('POST', 'queues/release');

/**
 * Lambda drops an invocation after about 16 invocations of the function in one chain of requests,
 * and counts it in the metric RecursiveInvocationsDropped. A message becomes a dead letter when its
 * queue has delivered it as often as the redrive policy allows. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
it('Lambda stops a function that sends messages to its own queue after 16 invocations, and the next message becomes a dead letter', async () => {
  await startLoop('stopped');
  const waitForDrops = (count: number) =>
    vi.waitFor(
      async () => expect((await statusOf('stopped')).recursive_invocations_dropped).toBe(count),
      { timeout: 50_000, interval: 100 },
    );
  await waitForDrops(1);
  await release();
  await waitForDrops(2);
  await release();
  const dead = await urlOf('stoppedDead');
  const read = async () => {
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: dead }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['17']);
  };
  await vi.waitFor(read, { timeout: 50_000, interval: 200 });
  expect(await statusOf('stopped')).toMatchObject({ invocations: 16 });
});

/** Source: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html */
it('A function with `RecursiveLoop: Allow` may send messages to its own queue more than 16 times', async () => {
  await startLoop('allowed');
  const read = async () => expect((await statusOf('allowed')).invocations).toBe(40);
  await vi.waitFor(read, { timeout: 50_000, interval: 200 });
  expect(await statusOf('allowed')).toMatchObject({ recursive_invocations_dropped: 0 });
  const QueueUrl = await urlOf('allowed');
  const AttributeNames = ['All' as const];
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames }),
  );
  expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0' });
});

/**
 * The system attribute AWSTraceHeader takes precedence over the HTTP header. Source:
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html
 */
it('A message keeps the trace header of its sender', async () => {
  const QueueUrl = await urlOf('kept');
  const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a87bd80c:16';
  const attribute = { DataType: 'String', StringValue: header };
  await client.send(
    new SendMessageCommand({
      ...{ QueueUrl, MessageBody: 'traced' },
      MessageSystemAttributes: { AWSTraceHeader: attribute },
    }),
  );
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'] }),
  );
  expect(Messages?.map(({ Attributes }) => Attributes?.AWSTraceHeader)).toEqual([header]);
});
