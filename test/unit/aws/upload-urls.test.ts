import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createUploadUrls } from '../../../aws/s3/upload-urls.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 0, 0, 400);
const sts = mockClient(STSClient);

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  sts.reset();
  answerWith(NOW + 3_600_000);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function answerWith(expires_at: number) {
  const Expiration = new Date(expires_at);
  sts.on(AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 'token', Expiration },
  });
}

const create = createUploadUrls({ bucket_name: 'the-inputs', role_arn: 'role', now: () => NOW });

it('an upload URL is signed for one object, its content type and its time to live, without a checksum', async () => {
  const url = new URL((await create('inputs/job_1.csv', 'text/csv', 900)).url);
  expect(url.hostname).toBe('the-inputs.s3.eu-west-1.amazonaws.com');
  expect(url.pathname).toBe('/inputs/job_1.csv');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    'X-Amz-Expires': '900',
    'X-Amz-Date': '20261123T100000Z',
    'X-Amz-SignedHeaders': 'content-type;host',
    'X-Amz-Security-Token': 'token',
  });
  expect([...url.searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
  const other = new URL((await create('inputs/job_1.csv', 'application/json', 900)).url);
  expect(other.searchParams.get('X-Amz-Signature')).not.toBe(
    url.searchParams.get('X-Amz-Signature'),
  );
});

it.each([
  [60, 900],
  [3_600, 3_600],
])('an upload URL of %d s is signed by a new session of %d s', async (ttl, DurationSeconds) => {
  await create('inputs/job_1.csv', 'text/csv', ttl);
  await create('inputs/job_2.csv', 'text/csv', ttl);
  const inputs = sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input);
  expect(inputs).toHaveLength(2);
  expect(inputs[0]).toMatchObject({ RoleArn: 'role', DurationSeconds });
});

it('an upload URL expires with its time to live, or with its session if that ends first', async () => {
  const at = async (ttl: number) => (await create('inputs/a.csv', 'text/csv', ttl)).expires_at;
  expect(await at(900)).toBe('2026-11-23T10:15:00.000Z');
  answerWith(NOW + 600_000);
  expect(await at(900)).toBe('2026-11-23T10:10:00.400Z');
});

it('a session that STS refuses is a ServiceError', async () => {
  sts.on(AssumeRoleCommand).rejects(Object.assign(new Error('no'), { name: 'Throttling' }));
  await expect(create('inputs/a.csv', 'text/csv', 900)).rejects.toMatchObject({
    name: 'ServiceError',
    service: 'sts',
    throttled: true,
  });
});
