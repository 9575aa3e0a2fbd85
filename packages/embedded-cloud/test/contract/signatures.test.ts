import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import {
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { createCloudFormation } from '../../src/services/cloudformation.ts';
import { createDynamoDb } from '../../src/services/dynamodb.ts';
import { createKinesis } from '../../src/services/kinesis.ts';
import { createS3 } from '../../src/services/s3/s3.ts';
import { fetchSigned, presign, signHeaders } from '../support/sign.ts';

const MINUTE = 60_000;
let ahead_ms = 0;
const now = () => Date.now() + ahead_ms;

const session_end = Date.now() + 30 * MINUTE;

let folder: string;
let gateway: Gateway;
let endpoint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signatures-'));
  const s3 = createS3({ dataDir: folder, now });
  await s3.createBucket('bucket');
  gateway = createGateway({
    services: [
      s3,
      await createKinesis({ now }),
      await createDynamoDb({ now }),
      createCloudFormation({ stacks: () => [] }),
    ],
    findIdentity: (access_key_id) => {
      const caller = { access_key_id, name: 'owner' };
      if (access_key_id === 'ASIASESSION')
        return {
          ...{ caller, secret_access_key: 'secret', session_token: 'token' },
          expires_at: session_end,
        };
      return access_key_id === 'AKIAOWNER' ? { caller, secret_access_key: 'secret' } : undefined;
    },
    policiesOf: () => [],
    now,
  });
  const { port } = await gateway.listen(0);
  endpoint = `http://127.0.0.1:${port}`;
});
afterEach(() => {
  ahead_ms = 0;
});
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true, force: true });
});

/** Sends a read to each service, and returns the error codes of the answers. */
async function errorsOf(accessKeyId: string, secretAccessKey: string, sessionToken?: string) {
  const identity = { accessKeyId, secretAccessKey };
  const credentials = sessionToken === undefined ? identity : { ...identity, sessionToken };
  const config = { endpoint, region: 'us-east-1', maxAttempts: 1, credentials };
  const clients = {
    s3: new S3Client(config),
    kinesis: new KinesisClient(config),
    dynamodb: new DynamoDBClient(config),
    cloudformation: new CloudFormationClient(config),
  };
  const answers = await Promise.allSettled([
    clients.s3.send(new ListBucketsCommand({})),
    clients.kinesis.send(new ListStreamsCommand({})),
    clients.dynamodb.send(new ListTablesCommand({})),
    clients.cloudformation.send(new DescribeStacksCommand({})),
  ]);
  for (const client of Object.values(clients)) client.destroy();
  return answers.map((answer) =>
    answer.status === 'fulfilled' ? 'answered' : (answer.reason as Error).name,
  );
}

const codeOf = async (response: Response) => {
  const text = await response.text();
  const code = /<Code>([^<]+)/.exec(text)?.[1] ?? /"__type":"([^"]+)/.exec(text)?.[1];
  return [response.status, code ?? text];
};

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html and
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
it('each service takes the signature of the right secret over HTTP/1.1 and HTTP/2, and refuses others in its own form', async () => {
  expect(await errorsOf('AKIAOWNER', 'secret')).toEqual([
    ...['answered', 'answered', 'answered', 'answered'],
  ]);
  expect(await errorsOf('AKIAOWNER', 'guess')).toEqual([
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
  ]);
  expect(await errorsOf('AKIAOTHER', 'secret')).toEqual([
    'InvalidAccessKeyId',
    'UnrecognizedClientException',
    'UnrecognizedClientException',
    'InvalidClientTokenId',
  ]);
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
it('temporary credentials are refused without their session token', async () => {
  expect(await errorsOf('ASIASESSION', 'secret', 'token')).not.toContain('InvalidToken');
  const refused = ['InvalidToken', 'UnrecognizedClientException', 'UnrecognizedClientException'];
  for (const token of [undefined, 'another'])
    expect(await errorsOf('ASIASESSION', 'secret', token)).toEqual([
      ...refused,
      'InvalidClientTokenId',
    ]);
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html
it('a URL that temporary credentials have signed works until they expire, although its own time is not over', async () => {
  const credentials = { accessKeyId: 'ASIASESSION', secretAccessKey: 'secret' };
  const client = new S3Client({
    ...{ endpoint, region: 'us-east-1', forcePathStyle: true },
    credentials: { ...credentials, sessionToken: 'token' },
  });
  const command = new PutObjectCommand({ Bucket: 'bucket', Key: 'session' });
  const url = await getSignedUrl(client, command, { expiresIn: 7_200 });
  client.destroy();
  const put = async () => codeOf(await fetch(url, { method: 'PUT', body: 'a' }));
  ahead_ms = 29 * MINUTE;
  expect((await put())[0]).toBe(200);
  ahead_ms = 31 * MINUTE;
  expect(await put()).toEqual([400, 'ExpiredToken']);
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
it('a request whose body, header, query or path differs from what was signed is refused', async () => {
  const target = 'DynamoDB_20120810.ListTables';
  const call = {
    ...{ service: 'dynamodb', method: 'POST', body: '{"Limit":1}' },
    headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' },
  };
  const url = `${endpoint}/?a=1&b=2`;
  const headers = await signHeaders(url, call);
  const send = async (to: string, changed: Record<string, string>, body = call.body) =>
    codeOf(await fetch(to, { method: 'POST', headers: { ...headers, ...changed }, body }));
  expect((await send(url, {}))[0]).toBe(200);
  expect((await send(`${endpoint}/?b=2&a=1`, {}))[0]).toBe(200);
  const refused = [400, 'InvalidSignatureException'];
  expect(await send(url, {}, '{"Limit":2}')).toEqual(refused);
  expect(await send(url, { 'x-amz-target': `${target}X` })).toEqual(refused);
  expect(await send(`${endpoint}/?a=1&b=3`, {})).toEqual(refused);
  expect(await send(`${endpoint}/path?a=1&b=2`, {})).toEqual(refused);
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
it.each([
  ['dynamodb', 5, 'InvalidSignatureException'],
  ['s3', 15, 'RequestTimeTooSkewed'],
])(
  'a signature of %s is refused if it is more than %i minutes old or early',
  async (service, minutes, code) => {
    const at = async (offset_ms: number) => {
      const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables' };
      const signed_at = new Date(Date.now() + offset_ms);
      const method = service === 's3' ? 'GET' : 'POST';
      const response = await fetchSigned(`${endpoint}/`, {
        ...{ service, method, headers, signed_at },
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
      return codeOf(response);
    };
    for (const sign of [-1, 1]) {
      expect((await at(sign * (minutes - 1) * MINUTE))[0]).toBe(200);
      expect((await at(sign * (minutes + 1) * MINUTE))[1]).toBe(code);
    }
  },
);

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
it('a presigned URL works until it has expired, and for one method and one key', async () => {
  const url = await presign(`${endpoint}/bucket/a%20key`, { method: 'PUT', expires: 900 });
  const put = (to: string) => fetch(to, { method: 'PUT', body: 'text' });
  expect((await put(url)).status).toBe(200);
  expect(await codeOf(await fetch(url))).toEqual([403, 'SignatureDoesNotMatch']);
  const other_key = url.replace('a%20key', 'another');
  expect(await codeOf(await put(other_key))).toEqual([403, 'SignatureDoesNotMatch']);
  const longer = url.replace('X-Amz-Expires=900', 'X-Amz-Expires=9000');
  expect(await codeOf(await put(longer))).toEqual([403, 'SignatureDoesNotMatch']);

  ahead_ms = 890_000;
  expect((await put(url)).status).toBe(200);
  ahead_ms = 902_000;
  const late = await put(url);
  expect(await late.text()).toContain('Request has expired');
  expect(late.status).toBe(403);
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
it('a presigned URL without a lifetime, or with one of more than a week, is refused', async () => {
  const url = await presign(`${endpoint}/bucket/key`, { expires: 604_800 });
  const refused = [400, 'AuthorizationQueryParametersError'];
  for (const lifetime of ['', 'X-Amz-Expires=604801', 'X-Amz-Expires=-1', 'X-Amz-Expires=']) {
    const changed = url.replace('X-Amz-Expires=604800', lifetime);
    expect(await codeOf(await fetch(changed))).toEqual(refused);
  }
  expect((await codeOf(await fetch(url)))[1]).toBe('NoSuchKey');
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
it('S3 refuses a header x-amz-* that the presigned URL has not signed', async () => {
  const url = await presign(`${endpoint}/bucket/key`, { method: 'PUT', expires: 60 });
  const headers = { 'x-amz-meta-admin': 'true' };
  const refused = await fetch(url, { method: 'PUT', body: 'text', headers });
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain('were not signed: x-amz-meta-admin');
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
it('an authorization that lacks a part of the signature is refused', async () => {
  const headers = await signHeaders(`${endpoint}/`, { service: 'dynamodb', method: 'POST' });
  const without = async (part: RegExp | 'x-amz-date') => {
    const { 'x-amz-date': date = '', authorization = '', ...rest } = headers;
    const sent =
      part === 'x-amz-date'
        ? { ...rest, authorization }
        : { ...rest, 'x-amz-date': date, authorization: authorization.replace(part, '') };
    return codeOf(await fetch(endpoint, { method: 'POST', headers: sent }));
  };
  const refused = [400, 'IncompleteSignatureException'];
  expect(await without(/, Signature=\S+/)).toEqual(refused);
  expect(await without(/, SignedHeaders=[^,]+/)).toEqual(refused);
  expect(await without('x-amz-date')).toEqual(refused);
});

it('an object with any name can be written and read through the SDK', async () => {
  const credentials = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' };
  const s3 = new S3Client({ endpoint, region: 'us-east-1', maxAttempts: 1, credentials });
  for (const Key of [
    'plain',
    'a/b//c',
    "sp ace+plus%25&=?#'()*!~",
    'ümläut/日本',
    '../up',
    './x',
  ]) {
    await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: `text of ${Key}` }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
    expect(await Body!.transformToString()).toBe(`text of ${Key}`);
  }
  s3.destroy();
});
