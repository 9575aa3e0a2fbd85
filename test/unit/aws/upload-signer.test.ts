import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createUploadSigner } from '../../../aws/s3/upload-signer.ts';

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

const sign = createUploadSigner({ bucket_name: 'the-inputs', role_arn: 'role', now: () => NOW });

const UPLOAD = { key: 'inputs/job_1.csv', content_type: 'text/csv', size_bytes: 1_234 };
const signFor = (ttl_seconds: number) => sign({ ...UPLOAD, ttl_seconds });

/** Reads the policy of a form. */
function readPolicy({ fields }: { fields: Record<string, string> }) {
  const { Policy = '' } = fields;
  return JSON.parse(Buffer.from(Policy, 'base64').toString()) as {
    expiration: string;
    conditions: unknown[];
  };
}

it('the URL of an upload is signed for one object, its size and its time to live, without a checksum or a type', async () => {
  const url = new URL((await signFor(900)).url);
  expect(url.hostname).toBe('the-inputs.s3.eu-west-1.amazonaws.com');
  expect(url.pathname).toBe('/inputs/job_1.csv');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    'X-Amz-Expires': '900',
    'X-Amz-Date': '20261123T100000Z',
    'X-Amz-SignedHeaders': 'content-length;host',
    'X-Amz-Security-Token': 'token',
  });
  expect([...url.searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([]);
  const signatureOf = async (upload: object) => {
    const signed = await sign({ ...UPLOAD, ttl_seconds: 900, ...upload });
    return new URL(signed.url).searchParams.get('X-Amz-Signature');
  };
  expect(await signatureOf({})).toBe(url.searchParams.get('X-Amz-Signature'));
  expect(await signatureOf({ size_bytes: 1_235 })).not.toBe(await signatureOf({}));
});

it('the form of an upload is signed for one object, its type and exactly its size', async () => {
  const { form } = await signFor(900);
  expect(form.url).toContain('the-inputs.s3.eu-west-1.amazonaws.com');
  expect(form.fields).toMatchObject({
    'Content-Type': 'text/csv',
    'X-Amz-Security-Token': 'token',
    key: 'inputs/job_1.csv',
  });
  const { conditions } = readPolicy(form);
  for (const condition of [
    ['content-length-range', 1_234, 1_234],
    { bucket: 'the-inputs' },
    { key: 'inputs/job_1.csv' },
    { 'Content-Type': 'text/csv' },
  ]) {
    expect(conditions).toContainEqual(condition);
  }
});

it.each([
  [60, 900],
  [3_600, 3_600],
])('an upload URL of %d s is signed by a new session of %d s', async (ttl, DurationSeconds) => {
  await signFor(ttl);
  await signFor(ttl);
  const inputs = sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input);
  expect(inputs).toHaveLength(2);
  expect(inputs[0]).toMatchObject({ RoleArn: 'role', DurationSeconds });
});

it('an upload URL expires with its time to live, or with its session if that ends first', async () => {
  expect((await signFor(900)).expires_at).toBe('2026-11-23T10:15:00.000Z');
  answerWith(NOW + 600_000);
  expect((await signFor(900)).expires_at).toBe('2026-11-23T10:10:00.400Z');
});

it('the form of an upload is valid at least until the upload expires', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  try {
    const { form, expires_at } = await signFor(900);
    expect(Date.parse(readPolicy(form).expiration)).toBeGreaterThanOrEqual(Date.parse(expires_at));
  } finally {
    vi.useRealTimers();
  }
});

it('a session that STS refuses is a ServiceError', async () => {
  sts.on(AssumeRoleCommand).rejects(Object.assign(new Error('no'), { name: 'Throttling' }));
  await expect(signFor(900)).rejects.toMatchObject({
    name: 'ServiceError',
    service: 'sts',
    throttled: true,
  });
});
