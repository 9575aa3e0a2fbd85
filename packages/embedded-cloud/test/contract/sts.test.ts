import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BootedCloud, bootSmallCloud } from '../support/boot-small-cloud.ts';

const role = (principal: object, more = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' },
    },
    Policies: [
      {
        PolicyName: 'own',
        PolicyDocument: {
          Statement: [
            { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::open/in/*' },
            { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
          ],
        },
      },
    ],
    ...more,
  },
});

const ACCOUNT = { AWS: 'arn:aws:iam::000000000000:root' };
let booted: BootedCloud;
let sts: STSClient;
let owner: S3Client;
beforeAll(async () => {
  booted = await bootSmallCloud({
    Uploads: role(ACCOUNT, { RoleName: 'uploads' }),
    Long: role(ACCOUNT, { RoleName: 'long', MaxSessionDuration: 7_200 }),
    Closed: role({ Service: 'lambda.amazonaws.com' }, { RoleName: 'closed' }),
  });
  sts = new STSClient(booted.config);
  owner = new S3Client({ ...booted.config, forcePathStyle: true });
  await owner.send(new CreateBucketCommand({ Bucket: 'open' }));
});
afterAll(async () => {
  sts.destroy();
  owner.destroy();
  await booted.stop();
});

const assume = (name: string, DurationSeconds?: number, client = sts) =>
  client.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::000000000000:role/${name}`,
      RoleSessionName: 'test',
      DurationSeconds,
    }),
  );

async function openClient<Client>(
  Class: new (config: object) => Client,
  name: string,
): Promise<Client> {
  const { Credentials } = await assume(name);
  const credentials = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
  return new Class({ ...booted.config, credentials, forcePathStyle: true });
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
it('a session of a role may do what the role may do, and nothing else', async () => {
  const session = await openClient(S3Client, 'uploads');
  const put = (Key: string) =>
    session.send(new PutObjectCommand({ Bucket: 'open', Key, Body: 'a' }));
  await put('in/a');
  await expect(put('out/a')).rejects.toMatchObject({ name: 'AccessDenied' });
  session.destroy();
});

it('a session expires after the time that its request names, or after an hour', async () => {
  const secondsOf = async (seconds?: number) => {
    const started = Date.now();
    const { Credentials } = await assume('uploads', seconds);
    return (Credentials!.Expiration!.getTime() - started) / 1_000;
  };
  expect(Math.abs((await secondsOf(900)) - 900)).toBeLessThan(30);
  expect(Math.abs((await secondsOf()) - 3_600)).toBeLessThan(30);
});

it.each([
  ['uploads', 899, 'greater than or equal to 900'],
  ['uploads', 3_601, 'exceeds the MaxSessionDuration'],
  ['long', 7_201, 'exceeds the MaxSessionDuration'],
])('a session of the role %s for %d s is refused', async (name, seconds, message) => {
  await expect(assume(name, seconds)).rejects.toMatchObject({
    name: 'ValidationError',
    message: expect.stringContaining(message),
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
it('a session that assumes a role gets an hour at most, whatever the role allows', async () => {
  expect((await assume('long', 7_200)).Credentials).toBeDefined();
  const chained = await openClient(STSClient, 'long');
  expect((await assume('long', 3_600, chained)).Credentials).toBeDefined();
  await expect(assume('long', 3_601, chained)).rejects.toMatchObject({
    name: 'ValidationError',
    message: expect.stringContaining('1 hour session limit'),
  });
  chained.destroy();
});

it.each(['closed', 'none'])(
  'the role %s, which does not trust the caller, is refused',
  async (name) => {
    await expect(assume(name)).rejects.toMatchObject({ name: 'AccessDenied' });
  },
);

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
it('STS names the caller of any credentials, although no policy allows it', async () => {
  const client = await openClient(STSClient, 'uploads');
  const arnOf = async (one: STSClient) => (await one.send(new GetCallerIdentityCommand({}))).Arn;
  expect(await arnOf(sts)).toBe('arn:aws:iam::000000000000:root');
  expect(await arnOf(client)).toMatch(/^arn:aws:sts::000000000000:assumed-role\/\w+\/test$/);
  client.destroy();
});
