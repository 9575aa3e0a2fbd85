import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createGateway,
  createSecretsManager,
  type Gateway,
  ownerIdentity,
} from '@aurastream/embedded-cloud/testing';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type CloudAddress, clientConfig } from '../../aws/clients.ts';
import { createRotatingSecret, createSecret } from '../../aws/secrets-manager/secrets.ts';

const SPEC = {
  arn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:given-abcdef',
  name: 'given',
  value: 'as it is',
  generate: { length: 32, exclude: '' },
};

let folder: string;
let gateway: Gateway;
let cloud: CloudAddress;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-'));
  const path = join(folder, 'secrets.json');
  gateway = createGateway({
    services: [createSecretsManager({ path, specs: [SPEC], now: Date.now })],
    findIdentity: (access_key_id) => ownerIdentity(access_key_id, 'test'),
    policiesOf: () => [],
    now: Date.now,
  });
  const { port } = await gateway.listen(0);
  cloud = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    access_key_id: 'test',
    secret_access_key: 'test',
  };
});
afterEach(() => {
  gateway.meter.reset();
  gateway.faults.clear();
});
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true, force: true });
});

it('a secret is read once', async () => {
  const readSecret = createSecret({ cloud, secret_id: 'given' });
  expect([await readSecret(), await readSecret()]).toEqual(['as it is', 'as it is']);
  expect(gateway.meter.read().entries).toMatchObject([{ action: 'GetSecretValue', calls: 1 }]);
});

it('calls at the same time share one read of a secret', async () => {
  const readSecret = createSecret({ cloud, secret_id: 'given' });
  expect(await Promise.all([readSecret(), readSecret()])).toEqual(['as it is', 'as it is']);
  expect(gateway.meter.read().entries).toMatchObject([{ action: 'GetSecretValue', calls: 1 }]);
});

it('a secret that could not be read is read again at the next use', async () => {
  const readSecret = createSecret({ cloud, secret_id: 'given' });
  const rule = { service: 'secretsmanager', kind: 'error', code: 'AccessDeniedException' };
  gateway.faults.add({ ...rule, status: 400 });
  await expect(readSecret()).rejects.toMatchObject({ name: 'ServiceError' });
  gateway.faults.clear();
  expect(await readSecret()).toBe('as it is');
});

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

it('a replaced secret is used within five minutes, and the old one counts for a week', async () => {
  let clock = Date.now();
  const deps = { cloud, secret_id: 'given', now: () => clock };
  const readSecret = createSecret(deps);
  const readBoth = createRotatingSecret(deps);
  expect(await readSecret()).toBe('as it is');
  expect(await readBoth()).toEqual(['as it is']);
  const client = new SecretsManagerClient(clientConfig(cloud));
  await client.send(new PutSecretValueCommand({ SecretId: 'given', SecretString: 'replaced' }));
  client.destroy();
  expect(await readSecret()).toBe('as it is');
  clock += 5 * MINUTE_MS;
  expect(await readSecret()).toBe('replaced');
  expect(await readBoth()).toEqual(['replaced', 'as it is']);
  clock += 6 * DAY_MS;
  expect(await readBoth()).toEqual(['replaced', 'as it is']);
  clock += DAY_MS;
  expect(await readBoth()).toEqual(['replaced']);
});
