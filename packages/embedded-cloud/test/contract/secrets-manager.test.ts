import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clientConfig, serveService } from '../../src/gateway/serve-service.ts';
import {
  createSecretsManager,
  PUNCTUATION,
  type SecretSpec,
} from '../../src/services/secrets-manager.ts';
import { type BootedCloud, bootSmallCloud } from '../support/boot-small-cloud.ts';

const SECRETS = {
  Given: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: 'given', SecretString: 'as it is' },
  },
  Whole: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { Name: 'whole', GenerateSecretString: {} },
  },
  Letters: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: {
      Name: 'letters',
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    },
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

const catchRejection = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: Error) => error,
  );

describe('a secret of the template', () => {
  let cloud: BootedCloud;
  let client: SecretsManagerClient;
  beforeAll(async () => {
    cloud = await bootSmallCloud(SECRETS);
    client = new SecretsManagerClient(cloud.config);
  });
  afterAll(async () => {
    client.destroy();
    await cloud.stop();
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
    expect((await read('letters')).SecretString).toMatch(/^[A-Za-z0-9]{64}$/);
  });

  test('DescribeSecret does not return the value', async () => {
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'given' }));
    expect(described).toMatchObject({ Name: 'given' });
    expect(JSON.stringify(described)).not.toContain('as it is');
  });

  test('a missing secret is refused with ResourceNotFoundException', async () => {
    expect(await catchRejection(read('nowhere'))).toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
      $metadata: { httpStatusCode: 400 },
    });
  });

  // Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
  test('a new value is current, and the value before it is previous', async () => {
    const readPrevious = () =>
      client.send(new GetSecretValueCommand({ SecretId: 'given', VersionStage: 'AWSPREVIOUS' }));
    expect(await catchRejection(readPrevious())).toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 400 },
    });
    const before = await read('given');
    for (const SecretString of ['second', 'third']) {
      await client.send(new PutSecretValueCommand({ SecretId: 'given', SecretString }));
    }
    expect(await read('given')).toMatchObject({
      SecretString: 'third',
      VersionStages: ['AWSCURRENT'],
    });
    const previous = await readPrevious();
    expect(previous).toMatchObject({ SecretString: 'second', VersionStages: ['AWSPREVIOUS'] });
    expect(previous.VersionId).not.toBe(before.VersionId);
    const restore = new PutSecretValueCommand({ SecretId: 'given', SecretString: 'as it is' });
    await client.send(restore);
  });

  test('an action that is not emulated says so', async () => {
    const rotate = new RotateSecretCommand({ SecretId: 'given' });
    const error = await catchRejection(client.send(rotate));
    expect(error?.name).toBe('UnknownOperationException');
    expect(error?.message).toContain('RotateSecret');
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

  /** Starts the service with the secrets of `specs`, and reads each secret. */
  async function startService(...specs: SecretSpec[]) {
    const served = await serveService(createSecretsManager({ path, specs, now: Date.now }));
    const client = new SecretsManagerClient(clientConfig(served.endpoint));
    const answers = await Promise.all(
      specs.map(({ name }) => client.send(new GetSecretValueCommand({ SecretId: name }))),
    );
    client.destroy();
    await served.close();
    return answers.map(({ SecretString, VersionId }) => ({ SecretString, VersionId }));
  }

  test('a secret keeps its value over a restart that adds secrets', async () => {
    const [first] = await startService(spec('first'));
    const [again, second] = await startService(spec('first'), spec('second'));
    expect(again).toEqual(first);
    expect(second!.SecretString).not.toBe(first!.SecretString);
    expect(await startService(spec('second'), spec('first'))).toEqual([second, first]);
  });

  test('a secret that was missing from the template for a while keeps its value', async () => {
    const [first] = await startService(spec('first'));
    await startService(spec('other'));
    expect(await startService(spec('first'))).toEqual([first]);
  });

  test('a new value of a secret is kept over a restart', async () => {
    const specs = [spec('first')];
    const served = await serveService(createSecretsManager({ path, specs, now: Date.now }));
    const client = new SecretsManagerClient(clientConfig(served.endpoint));
    await client.send(new PutSecretValueCommand({ SecretId: 'first', SecretString: 'new' }));
    client.destroy();
    await served.close();
    expect(await startService(...specs)).toMatchObject([{ SecretString: 'new' }]);
  });

  test('the file of the secrets is readable by its owner only', async () => {
    const [first] = await startService(spec('first'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toContain(first!.SecretString);
  });

  test('a damaged file is reported and not overwritten', async () => {
    await startService(spec('first'));
    const kept = await readFile(path, 'utf8');
    const broken = kept.slice(0, -10);
    await writeFile(path, broken);
    await expect(startService(spec('first'))).rejects.toThrow(SyntaxError);
    expect(await readFile(path, 'utf8')).toBe(broken);
  });
});
