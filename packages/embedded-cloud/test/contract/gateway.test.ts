import { once } from 'node:events';
import { connect } from 'node:net';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createGateway, type ExtraRoute, type Gateway } from '../../src/gateway/gateway.ts';
import { plainJson } from '../../src/gateway/http.ts';
import type { PolicyStatement } from '../../src/gateway/policy.ts';
import type { AwsService } from '../../src/gateway/types.ts';
import { createCloudFormation } from '../../src/services/cloudformation.ts';
import { createDynamoDb } from '../../src/services/dynamodb.ts';
import { createKinesis } from '../../src/services/kinesis.ts';
import { fetchSigned } from '../support/sign.ts';
import { WAIT } from '../support/wait.ts';

const now = () => Date.now();
const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/records';
const TABLE_ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/cache';

const POLICIES: PolicyStatement[] = [
  { Effect: 'Allow', Action: ['kinesis:PutRecord', 'kinesis:GetRecords'], Resource: STREAM_ARN },
  { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE_ARN },
];
const CALLERS = {
  AKIAOWNER: { access_key_id: 'AKIAOWNER', name: 'owner' },
  AKIACONSUMER: { access_key_id: 'AKIACONSUMER', name: 'Consumer', role_logical_id: 'Role' },
};

/** Service that throws an error on every call and formats its error replies as XML */
const broken: AwsService = {
  service: 's3',
  actionOf: () => 'GetObject',
  permissionsOf: () => [{ action: 's3:GetObject', resource: 'arn:aws:s3:::lake/key' }],
  handle: () => Promise.reject(new Error('a defect')),
  errorReply: (status, code, message) => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  }),
  close: async () => {},
};

let gateway: Gateway;
let endpoint: string;
let port: number;
const failures: unknown[] = [];
const routes: ExtraRoute[] = [];
const config = (accessKeyId: keyof typeof CALLERS | 'AKIAUNKNOWN', maxAttempts = 1) => ({
  endpoint,
  region: 'us-east-1',
  maxAttempts,
  credentials: { accessKeyId, secretAccessKey: 'secret' },
});
let dynamodb: DynamoDBClient;
let kinesis: KinesisClient;

beforeAll(async () => {
  gateway = createGateway({
    services: [
      await createKinesis({ now }),
      await createDynamoDb({ now }),
      createCloudFormation({
        stacks: () => [
          {
            name: 'Fixture',
            outputs: { ApiUrl: 'http://127.0.0.1/a?b=1&c=<2>' },
            parameters: { BufferSeconds: '60' },
          },
        ],
      }),
      broken,
    ],
    findIdentity: (access_key_id) => {
      const caller = CALLERS[access_key_id as keyof typeof CALLERS];
      return caller && { caller, secret_access_key: 'secret' };
    },
    control_token: 'token',
    policiesOf: () => POLICIES,
    roles: () => ['Role'],
    now,
    extraRoutes: routes,
    onError: (error) => failures.push(error),
  });
  ({ port } = await gateway.listen(0));
  endpoint = `http://127.0.0.1:${port}`;
  dynamodb = new DynamoDBClient(config('AKIAOWNER'));
  kinesis = new KinesisClient(config('AKIAOWNER'));
  await kinesis.send(new CreateStreamCommand({ StreamName: 'records', ShardCount: 1 }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'cache',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await vi.waitFor(() => get('none'), WAIT);
});
afterEach(async () => {
  await control('DELETE', 'faults');
  await control('POST', 'meter/reset');
});
afterAll(async () => {
  dynamodb.destroy();
  kinesis.destroy();
  await gateway.close();
});

const get = (id: string, by = dynamodb) =>
  by.send(new GetItemCommand({ TableName: 'cache', Key: { id: { S: id } } }));
const put = (id: string, by = dynamodb) =>
  by.send(new PutItemCommand({ TableName: 'cache', Item: { id: { S: id } } }));
const putRecord = (by = kinesis) =>
  by.send(
    new PutRecordCommand({ StreamName: 'records', PartitionKey: 'k', Data: Buffer.from('text') }),
  );
const failure = (send: Promise<unknown>) =>
  send.then(
    () => undefined,
    (error: Error & { $metadata?: { httpStatusCode?: number } }) => error,
  );
async function control(method: string, route: string, body?: object) {
  const response = await fetch(`${endpoint}/_cloud/${route}`, {
    method,
    headers: { authorization: 'Bearer token' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const getObject = (access_key_id = 'AKIAOWNER') =>
  fetchSigned(`${endpoint}/lake/key`, { service: 's3', access_key_id });

test('one port serves HTTP/2 and HTTP/1.1 clients at the same time', async () => {
  const calls = Array.from({ length: 30 }, (_, index) => [putRecord(), put(`both-${index}`)]);
  await expect(Promise.all(calls.flat())).resolves.toHaveLength(60);
});

test('the port waits for more bytes where the first one comes alone', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write('P');
  await once(socket, 'connect');
  setImmediate(() => {
    socket.write(
      'OST /_cloud/meter/reset HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer token\r\n' +
        'content-length: 0\r\n\r\n',
    );
  });
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
  socket.destroy();
});

test('a taken port is refused with EADDRINUSE', async () => {
  const other = createGateway({
    services: [],
    findIdentity: () => undefined,
    policiesOf: () => [],
    now,
  });
  await expect(other.listen(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await other.close();
});

test('every answer has a request id', async () => {
  for (const response of [
    await fetch(endpoint),
    await fetch(`${endpoint}/_cloud/health`),
    await fetchSigned(endpoint, { service: 'dynamodb', method: 'POST' }),
    await getObject(),
  ]) {
    expect(response.headers.get('x-amzn-requestid')).toMatch(/\S/);
  }
  expect((await put('id')).$metadata.requestId).toMatch(/\S/);
  expect((await putRecord()).$metadata.requestId).toMatch(/\S/);
});

test('an unsigned request is answered with the variables to export', async () => {
  const response = await fetch(`${endpoint}/lake/key`);
  expect(response.status).toBe(403);
  const { message } = (await response.json()) as { message: string };
  expect(message).toContain(`AWS_ENDPOINT_URL=${endpoint}`);
  expect(message).toContain('AWS_ACCESS_KEY_ID');
});

test('a call to a service that is not emulated, or with an unknown key, is refused', async () => {
  const unknown = await fetchSigned(endpoint, { service: 'sqs', method: 'POST' });
  expect(unknown.status).toBe(501);
  expect(await unknown.text()).toContain(
    'The service sqs is not emulated. Emulated services: kinesis, dynamodb',
  );
  const stranger = new DynamoDBClient(config('AKIAUNKNOWN'));
  expect((await failure(get('a', stranger)))?.name).toBe('UnrecognizedClientException');
  stranger.destroy();
  expect(await (await getObject('AKIAUNKNOWN')).text()).toContain(
    '<Code>InvalidAccessKeyId</Code>',
  );
});

test('an extra route gets the requests of its prefix, the longest prefix first', async () => {
  const answer = (name: string) => async () => plainJson(200, { name });
  routes.push({ prefix: '/_aws/', handle: answer('short') });
  routes.push({ prefix: '/_aws/execute-api/', handle: answer('long') });
  routes.push({ prefix: '/_cloud/', handle: () => undefined });
  const name = async (path: string) => (await (await fetch(`${endpoint}${path}`)).json()) as object;
  expect(await name('/_aws/execute-api/abc/v1/health')).toEqual({ name: 'long' });
  expect(await name('/_aws/other')).toEqual({ name: 'short' });
  expect(await name('/_cloud/health')).toEqual({ status: 'ok' });
  expect((await control('GET', 'nothing')).status).toBe(404);
});

test('a service that throws is answered with 500, and onError gets the error', async () => {
  failures.length = 0;
  const response = await getObject();
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('defect');
  expect(failures).toEqual([new Error('a defect')]);
});

test('a function may only do what its role grants, and the denial has the form of each service', async () => {
  const by_dynamodb = new DynamoDBClient(config('AKIACONSUMER'));
  const by_kinesis = new KinesisClient(config('AKIACONSUMER'));
  await get('a', by_dynamodb);
  await putRecord(by_kinesis);
  const put_item = await failure(put('a', by_dynamodb));
  expect(put_item?.name).toBe('AccessDeniedException');
  expect(put_item?.$metadata?.httpStatusCode).toBe(400);
  expect(put_item?.message).toBe(
    'User: arn:aws:sts::000000000000:assumed-role/Role/Consumer is not authorized to perform: ' +
      `dynamodb:PutItem on resource: ${TABLE_ARN} because no identity-based policy allows the dynamodb:PutItem action`,
  );
  const records = [{ PartitionKey: 'k', Data: Buffer.from('a') }];
  const batch = new PutRecordsCommand({ StreamName: 'records', Records: records });
  expect((await failure(by_kinesis.send(batch)))?.name).toBe('AccessDeniedException');
  by_dynamodb.destroy();
  by_kinesis.destroy();

  const object = await getObject('AKIACONSUMER');
  expect(object.status).toBe(403);
  expect(await object.text()).toContain('<Code>AccessDenied</Code>');
});

test('grants that no call used are listed', async () => {
  expect((await control('GET', 'iam/unused')).body).toEqual({
    unused: [{ role: 'Role', action: 'kinesis:GetRecords', resource: STREAM_ARN }],
  });
});

const inject = async (rule: object) => {
  const { status, body } = await control('POST', 'faults', rule);
  expect(status).toBe(201);
  return body as { id: string };
};

test('a throttle fault has the form of each service', async () => {
  await inject({ service: 'dynamodb', action: 'GetItem', kind: 'throttle', count: 1 });
  await inject({ service: 'kinesis', kind: 'throttle', count: 1 });
  await inject({ service: 's3', kind: 'throttle', count: 1 });
  await inject({ service: 'cloudformation', kind: 'throttle', count: 1 });
  const throughput = 'ProvisionedThroughputExceededException';
  expect((await failure(get('a')))?.name).toBe(throughput);
  expect((await failure(putRecord()))?.name).toBe(throughput);
  const object = await getObject();
  expect([object.status, await object.text()]).toEqual([503, expect.stringContaining('SlowDown')]);
  expect((await failure(describeStacks('Fixture')))?.name).toBe('Throttling');
  await get('a');
});

test('an error fault has the form of each service, or another code', async () => {
  await inject({ service: 'dynamodb', kind: 'error', count: 1 });
  expect(await failure(put('a'))).toMatchObject({
    name: 'InternalServerError',
    $metadata: { httpStatusCode: 500 },
  });
  await inject({
    service: 'dynamodb',
    kind: 'error',
    count: 1,
    code: 'RequestLimitExceeded',
    status: 400,
  });
  expect((await failure(put('a')))?.name).toBe('RequestLimitExceeded');
});

test('a client that retries survives a fault of one call', async () => {
  for (const kind of ['throttle', 'error', 'timeout']) {
    await inject({ service: 'dynamodb', kind, count: 1 });
    await inject({ service: 'kinesis', kind, count: 1 });
  }
  const patient = {
    k: new KinesisClient(config('AKIAOWNER', 5)),
    d: new DynamoDBClient(config('AKIAOWNER', 5)),
  };
  await put('patient', patient.d);
  await putRecord(patient.k);
  patient.k.destroy();
  patient.d.destroy();
});

test('a timeout fault leaves a call unanswered, before or after its effect', async () => {
  await inject({ service: 'dynamodb', kind: 'timeout', count: 1 });
  expect((await failure(put('before')))?.message).toMatch(/hang up|ECONNRESET/);
  expect((await get('before')).Item).toBeUndefined();
  await inject({ service: 'dynamodb', kind: 'timeout', count: 1, after_effect: true });
  expect((await failure(put('after')))?.message).toMatch(/hang up|ECONNRESET/);
  expect((await get('after')).Item).toBeDefined();
});

test('a timeout fault ends the calls of its HTTP/2 connection, and nothing else', async () => {
  await inject({ service: 'kinesis', kind: 'timeout', count: 1, latency_ms: 5 });
  await Promise.all(Array.from({ length: 20 }, () => failure(putRecord())));
  expect(await failure(putRecord())).toBeUndefined();
});

test('a latency fault delays an answer', async () => {
  await inject({ service: 'dynamodb', kind: 'latency', latency_ms: 120 });
  const started = performance.now();
  await get('a');
  expect(performance.now() - started).toBeGreaterThan(110);
});

test('fault rules are listed with their hits and a manual, and are removed one by one or all', async () => {
  const { id } = await inject({
    service: 'dynamodb',
    kind: 'throttle',
    action: 'GetItem',
    count: 5,
  });
  const other = await inject({ service: 'kinesis', kind: 'error' });
  await failure(get('a'));
  const { help, rules } = (await control('GET', 'faults')).body as {
    help: string[];
    rules: object[];
  };
  expect(help.join('\n')).toContain('probability');
  expect(rules).toMatchObject([
    { id, kind: 'throttle', matched: 1, hits: 1 },
    { id: other.id, hits: 0 },
  ]);
  expect((await control('DELETE', `faults/${id}`)).body).toEqual({ removed: 1 });
  expect((await control('DELETE', `faults/${id}`)).status).toBe(404);
  expect((await control('DELETE', 'faults')).body).toEqual({ removed: 1 });
});

test('a contradictory fault rule is refused with the reason', async () => {
  const { status, body } = await control('POST', 'faults', {
    service: 'dynamodb',
    kind: 'throttle',
    probability: 2,
  });
  expect(status).toBe(400);
  expect(body.message).toContain('probability');
  expect((await control('POST', 'faults')).status).toBe(400);
});

test('the meter counts calls, errors, bytes and units', async () => {
  await put('metered');
  await get('metered');
  await control('POST', 'faults', { service: 'dynamodb', kind: 'throttle', count: 1 });
  await failure(get('metered'));
  await control('POST', 'faults', {
    service: 'dynamodb',
    kind: 'timeout',
    count: 1,
    after_effect: true,
  });
  await failure(put('lost'));
  const { entries } = (await control('GET', 'meter')).body as {
    entries: Record<string, unknown>[];
  };
  const entry = (action: string) => entries.find((one) => one.action === action);
  expect(entry('GetItem')).toMatchObject({
    service: 'dynamodb',
    caller: 'owner',
    calls: 2,
    errors: { ProvisionedThroughputExceededException: 1 },
    usage: { read_units: 0.5 },
  });
  // The meter counts the units of a call that took effect, even if the caller received no answer.
  expect(entry('PutItem')).toMatchObject({
    calls: 2,
    errors: { ConnectionLost: 1 },
    usage: { write_units: 2 },
    response_bytes: 2,
  });
  expect(entry('PutItem')?.request_bytes).toBeGreaterThan(50);
});

test('the meter counts denied calls', async () => {
  const consumer = new DynamoDBClient(config('AKIACONSUMER'));
  await failure(put('a', consumer));
  consumer.destroy();
  expect(gateway.meter.read().entries).toMatchObject([
    { caller: 'Consumer', calls: 1, errors: { AccessDeniedException: 1 }, usage: {} },
  ]);
});

test('DescribeStacks returns outputs and parameters', async () => {
  const { Stacks } = await describeStacks('Fixture');
  expect(Stacks).toMatchObject([
    {
      StackName: 'Fixture',
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Fixture/embedded',
      StackStatus: 'CREATE_COMPLETE',
      Outputs: [{ OutputKey: 'ApiUrl', OutputValue: 'http://127.0.0.1/a?b=1&c=<2>' }],
      Parameters: [{ ParameterKey: 'BufferSeconds', ParameterValue: '60' }],
    },
  ]);
});

test('DescribeStacks refuses an unknown stack', async () => {
  expect(await failure(describeStacks('other'))).toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id other does not exist',
    $metadata: { httpStatusCode: 400 },
  });
});

async function describeStacks(StackName: string) {
  const client = new CloudFormationClient(config('AKIAOWNER'));
  try {
    return await client.send(new DescribeStacksCommand({ StackName }));
  } finally {
    client.destroy();
  }
}

test('closing waits for the calls in flight, and not for idle clients', async () => {
  const own = createGateway({
    services: [await createDynamoDb({ now })],
    findIdentity: () => ({ caller: CALLERS.AKIAOWNER, secret_access_key: 'secret' }),
    policiesOf: () => [],
    now,
  });
  const opened = await own.listen(0);
  const idle = connect(opened.port, '127.0.0.1');
  await once(idle, 'connect');
  own.faults.add({ service: 'dynamodb', kind: 'latency', latency_ms: 900_000 });
  const client = new DynamoDBClient({
    ...config('AKIAOWNER'),
    endpoint: `http://127.0.0.1:${opened.port}`,
  });
  const call = failure(get('a', client));
  await vi.waitFor(() => expect(own.faults.list()).toMatchObject([{ hits: 1 }]), WAIT);
  await own.close();
  await own.close();
  expect(await call).toBeInstanceOf(Error);
  expect(own.meter.read().entries).toMatchObject([{ action: 'GetItem', calls: 1 }]);
  client.destroy();
});

test('the stream still answers over HTTP/2 after all faults', async () => {
  const summary = new DescribeStreamSummaryCommand({ StreamName: 'records' });
  const { StreamDescriptionSummary } = await kinesis.send(summary);
  expect(StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE');
});
