import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it, vi } from 'vitest';
import { withAudit } from '../../../cli/audit.ts';
import { auditCommand } from '../../../cli/commands/audit.ts';
import { runCommand } from '../../support/cli.ts';

const s3 = mockClient(S3Client);
const sts = mockClient(STSClient);
const secrets = mockClient(SecretsManagerClient);
const objects = new Map<string, string>();
const ARN = 'arn:aws:sts::000000000000:assumed-role/Operators/ada';
const stack = { AuditBucketName: 'audit', AuditKeyArn: 'arn:audit-key' } as never;

beforeEach(() => {
  s3.reset();
  sts.reset();
  secrets.reset();
  objects.clear();
  sts.on(GetCallerIdentityCommand).resolves({ Arn: ARN });
  secrets.on(GetSecretValueCommand, { SecretId: 'arn:audit-key' }).resolves({ SecretString: 'x' });
  s3.on(PutObjectCommand, { Bucket: 'audit', IfNoneMatch: '*' }).callsFake(({ Key, Body }) => {
    objects.set(Key, Body);
    return {};
  });
  s3.on(GetObjectCommand, { Bucket: 'audit' }).callsFake(({ Key }) => {
    const text = objects.get(Key);
    const error = Object.assign(new Error('NoSuchKey'), { name: 'NoSuchKey' });
    if (text === undefined) throw Object.assign(error, { $metadata: { httpStatusCode: 404 } });
    return { Body: { transformToString: async () => text } as never };
  });
  // Each page lists one version.
  s3.on(ListObjectVersionsCommand, { Bucket: 'audit' }).callsFake(({ Prefix, KeyMarker = '' }) => {
    const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix) && key > KeyMarker);
    const [Key, ...rest] = keys.sort();
    const IsTruncated = rest.length > 0;
    return {
      Versions: Key === undefined ? [] : [{ Key, VersionId: 'v', IsLatest: true }],
      IsTruncated,
      NextKeyMarker: IsTruncated ? Key : undefined,
      NextVersionIdMarker: IsTruncated ? 'v' : undefined,
    };
  });
});

const audit = (...words: string[]) => runCommand(auditCommand(), ...words);
const act = () =>
  withAudit(stack, { act: 'query', selectors: { sql_hmac: 'f00d' } }, async () => 1);

it('an act of an operator has the ARN of the credentials and the name of the host', async () => {
  await act();
  const { stdout } = await audit('list', '--json');
  expect(JSON.parse(stdout)).toMatchObject([
    { act: 'query', who: ARN, from: { host: expect.any(String) }, outcome: 'done' },
  ]);
});

it('audit list shows acts by kind and caller', async () => {
  await act();
  expect((await audit('list')).stdout).toContain('assumed-role/Operators/ada');
  expect((await audit('list', '--who', 'Operators')).stdout).toContain('query');
  expect((await audit('list', '--act', 'erase')).stdout).toBe('There are no acts.');
  expect((await audit('list', '--since', 'yesterday')).error?.message).toContain('2026-11-26');
});

it('audit verify says that a trail is intact, and exits with 1 and the place if it is not', async () => {
  expect((await audit('verify')).stdout).toBe('The audit trail is empty.');
  await act();
  const intact = await audit('verify');
  expect(intact.stdout).toMatch(/^The audit trail is intact: 2 entries from /);
  expect(intact.exit_code).toBeUndefined();
  const [[key, text] = ['', '']] = objects;
  objects.set(key, text.replace('Operators', 'Operatorz'));
  const changed = await audit('verify');
  expect(changed.exit_code).toBe(1);
  expect(changed.stdout).toContain(`${key}:1: the line was changed`);
  expect(JSON.parse((await audit('verify', '--json')).stdout).findings.length).toBeGreaterThan(0);
});

it('an operator without access to the bucket learns which permissions are missing', async () => {
  const denied = Object.assign(new Error('AccessDenied'), { name: 'AccessDenied' });
  s3.on(PutObjectCommand).rejects(
    Object.assign(denied, { $metadata: { httpStatusCode: 403 } }) as never,
  );
  const work = vi.fn();
  await expect(withAudit(stack, { act: 'undo' }, work)).rejects.toThrow(
    /Nothing was done: the act undo .*AccessDenied.*\nYour credentials need s3:PutObject/,
  );
  expect(work).not.toHaveBeenCalled();
});

it('an act whose outcome cannot be written warns the operator', async () => {
  const warnings: string[] = [];
  const warn = vi.spyOn(process.stderr, 'write');
  warn.mockImplementation((text) => warnings.push(String(text)) > 0);
  await withAudit(stack, { act: 'undo' }, async () => {
    s3.on(PutObjectCommand).rejects(new Error('away'));
  });
  warn.mockRestore();
  expect(warnings.join('')).toContain('The audit trail lacks the outcome of the act');
});
