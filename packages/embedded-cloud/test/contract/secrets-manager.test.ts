import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSecret } from '../../../../aws/secrets-manager/secrets.ts';
import { changedAssembly } from '../../../../test/support/assembly.ts';
import { type TestCloud, testCloud } from '../../../../test/support/cloud.ts';
import {
  createSecretsManager,
  PUNCTUATION,
  type SecretSpec,
} from '../../src/services/secrets-manager.ts';
import { clientConfig, serve } from '../support/serve.ts';

/** Beside that of the product. */
const SECRETS = {
  Given: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: 'given', SecretString: 'as it is' },
  },
  Whole: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: 'whole', GenerateSecretString: {} },
  },
  Digits: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: {
      Name: 'digits',
      GenerateSecretString: {
        PasswordLength: 200,
        ExcludePunctuation: true,
        ExcludeCharacters: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
      },
    },
  },
};

const rejected = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: Error) => error,
  );

describe('a secret of the template', () => {
  let assembly: string;
  let cloud: TestCloud;
  let client: SecretsManagerClient;
  beforeAll(async () => {
    assembly = await changedAssembly(({ Resources }) => Object.assign(Resources, SECRETS));
    cloud = await testCloud({ assemblyDir: assembly });
    client = new SecretsManagerClient(clientConfig(cloud.cloud.endpoint));
  });
  afterAll(async () => {
    client.destroy();
    await cloud.stop();
    await rm(assembly, { recursive: true, force: true });
  });

  const read = (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId }));

  test('a secret with a given value is read by its name and by its ARN', async () => {
    const by_name = await read('given');
    expect(by_name).toMatchObject({
      Name: 'given',
      SecretString: 'as it is',
      VersionStages: ['AWSCURRENT'],
    });
    expect(by_name.ARN).toMatch(
      /^arn:aws:secretsmanager:us-east-1:000000000000:secret:given-\w{6}$/,
    );
    expect(by_name.VersionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(by_name.CreatedDate!.getTime() - Date.now())).toBeLessThan(60_000);
    expect((await read(by_name.ARN!)).SecretString).toBe('as it is');
  });

  test('a secret without a given value has 32 characters that are generated once', async () => {
    const { SecretString } = await read('whole');
    expect(SecretString).toMatch(/^[!-~]{32}$/);
    expect((await read('whole')).SecretString).toBe(SecretString);
  });

  test('a generated secret respects the excluded characters and the length of the template', async () => {
    expect((await read('digits')).SecretString).toMatch(/^\d{200}$/);
    const product = await read(cloud.stack.CallbackSecretArn);
    expect(product.SecretString).toMatch(/^[A-Za-z0-9]{64}$/);
  });

  test('DescribeSecret does not return the value', async () => {
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'given' }));
    expect(described).toMatchObject({ Name: 'given' });
    expect(JSON.stringify(described)).not.toContain('as it is');
  });

  test('a missing secret is refused with ResourceNotFoundException', async () => {
    expect(await rejected(read('nowhere'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('changing a secret is not emulated', async () => {
    const put = new PutSecretValueCommand({ SecretId: 'given', SecretString: 'another' });
    const error = await rejected(client.send(put));
    expect(error?.name).toBe('UnknownOperationException');
    expect(error?.message).toContain('PutSecretValue');
    expect((await read('given')).SecretString).toBe('as it is');
  });

  describe('as the product reads it', () => {
    beforeEach(() => cloud.control('POST', 'meter/reset'));
    const calls = async () => {
      const { entries } = (await cloud.control('GET', 'meter')) as {
        entries: { action: string; calls: number }[];
      };
      return entries.find(({ action }) => action === 'GetSecretValue')?.calls;
    };

    test('the product reads the secret once', async () => {
      const secret = createSecret({ cloud: cloud.cloud, secret_id: 'given' });
      expect([await secret(), await secret()]).toEqual(['as it is', 'as it is']);
      expect(await calls()).toBe(1);
    });

    test('the product reads the secret again after a failure', async () => {
      const secret = createSecret({ cloud: cloud.cloud, secret_id: 'given' });
      const rule = { service: 'secretsmanager', kind: 'error', code: 'AccessDeniedException' };
      await cloud.control('POST', 'faults', { ...rule, status: 400 });
      expect((await rejected(secret()))?.name).toBe('ServiceError');
      await cloud.control('DELETE', 'faults');
      expect(await secret()).toBe('as it is');
    });
  });
});

describe('over a restart', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secrets-'));
    path = join(folder, 'secrets', 'secrets.json');
    return () => rm(folder, { recursive: true });
  });

  const spec = (name: string, rest: Partial<SecretSpec> = {}): SecretSpec => ({
    arn: `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-abcdef`,
    name,
    generate: { length: 40, exclude: PUNCTUATION },
    ...rest,
  });

  /** What a start of the service with these secrets says of each. */
  async function started(...specs: SecretSpec[]) {
    const served = await serve(createSecretsManager({ path, specs, now: Date.now }));
    const client = new SecretsManagerClient(clientConfig(served.endpoint));
    const answers = await Promise.all(
      specs.map(({ name }) => client.send(new GetSecretValueCommand({ SecretId: name }))),
    );
    client.destroy();
    await served.close();
    return answers.map(({ SecretString, VersionId }) => ({ SecretString, VersionId }));
  }

  test('a secret keeps its value over a restart that adds secrets', async () => {
    const [first] = await started(spec('first'));
    const [again, second] = await started(spec('first'), spec('second'));
    expect(again).toEqual(first);
    expect(second!.SecretString).not.toBe(first!.SecretString);
    expect(await started(spec('second'), spec('first'))).toEqual([second, first]);
  });

  test('a secret that was missing from the template for a while keeps its value', async () => {
    const [first] = await started(spec('first'));
    await started(spec('other'));
    expect(await started(spec('first'))).toEqual([first]);
  });

  test('the file of the secrets is readable by its owner only', async () => {
    const [first] = await started(spec('first'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toContain(first!.SecretString);
  });

  test('a damaged file is reported and not overwritten', async () => {
    await started(spec('first'));
    const kept = await readFile(path, 'utf8');
    const broken = kept.slice(0, -10);
    await writeFile(path, broken);
    await expect(started(spec('first'))).rejects.toThrow(SyntaxError);
    expect(await readFile(path, 'utf8')).toBe(broken);
  });
});
