import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { createApiKeys } from '../../../aws/api-gateway/api-keys.ts';
import { createRotatingSecret, createSecret } from '../../../aws/secrets-manager/secrets.ts';
import { parseApiKey, TIERS } from '../../../schemas/index.ts';
import { formatKey } from '../../support/api-keys.ts';

const gateway = mockClient(APIGatewayClient);
const secrets = mockClient(SecretsManagerClient);
const client = gateway as unknown as APIGatewayClient;
const keys = createApiKeys({ client, usage_plan_ids: { starter: 'plan-s', growth: 'plan-g' } });

beforeEach(() => {
  gateway.reset();
  secrets.reset();
  gateway.on(CreateApiKeyCommand).resolves({ id: 'key-1' });
  gateway.on(CreateUsagePlanKeyCommand).resolves({});
});

it('a key reads back as its tenant and its tier, whatever they are', () => {
  const characters = fc.constantFrom(...'abcXYZ019HUas');
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/),
      fc.constantFrom(...TIERS),
      fc.array(characters, { minLength: 32, maxLength: 40 }),
      (tenant, tier, random) => {
        const key = formatKey({ tenant, tier }, random.join(''));
        expect(parseApiKey(key)).toMatchObject({ tenant, tier });
        expect(key).toMatch(/^[A-Za-z0-9]{20,128}$/);
      },
    ),
  );
});

it('the secret part of a new key is 40 random letters and digits of all kinds', async () => {
  const parts: string[] = [];
  for (let i = 0; i < 50; i += 1) {
    const { api_key } = await keys.create({ tenant: 'acme', tier: 'starter' });
    parts.push(api_key.slice('asS70000acmeX'.length));
  }
  for (const part of parts) expect(part).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(new Set(parts).size).toBe(50);
  // Each of the 62 characters misses in 2,000 with a probability of 10⁻¹⁴.
  expect(new Set(parts.join('')).size).toBe(62);
});

it('a key that joins no usage plan is an error, and so is one that API Gateway does not name', async () => {
  gateway.on(CreateUsagePlanKeyCommand).rejects(new Error('no plan'));
  await expect(keys.create({ tenant: 'acme', tier: 'starter' })).rejects.toThrow('no plan');
  gateway.on(CreateApiKeyCommand).resolves({});
  await expect(keys.create({ tenant: 'acme', tier: 'starter' })).rejects.toThrow('Missingid');
});

it('a key that is not deleted is an error', async () => {
  gateway.on(DeleteApiKeyCommand).rejects(new Error('none'));
  await expect(keys.revoke('key-1')).rejects.toThrow('none');
});

const item = (id: string) => ({
  id,
  value: formatKey({ tenant: id, tier: 'growth' }, 'x'.repeat(40)),
});

it('the list has the keys of the own usage plans, and not those of another stack of the account', async () => {
  gateway
    .on(GetUsagePlanKeysCommand, { usagePlanId: 'plan-s' })
    .resolves({ items: [{ id: 'small' }] })
    .on(GetUsagePlanKeysCommand, { usagePlanId: 'plan-g' })
    .callsFake(({ position }) =>
      position === undefined
        ? { items: [{ id: 'first' }], position: 'next' }
        : { items: [{ id: 'second' }] },
    );
  const all = ['small', 'first', 'second', 'of-another-stack'];
  gateway.on(GetApiKeysCommand).resolves({ items: all.map(item) });
  const found: string[] = [];
  for await (const { key_id } of keys.list()) found.push(key_id);
  expect(found).toEqual(['small', 'first', 'second']);
});

it('the list asks for 500 keys with their values per call, each page from where the last ended', async () => {
  const ids = ['foreign', 'after-start', 'after-one', 'after-two'];
  gateway.on(GetUsagePlanKeysCommand).resolves({ items: ids.map((id) => ({ id })) });
  gateway.on(GetApiKeysCommand).callsFake(({ position }) => ({
    items: [{ id: 'foreign', value: 'foreign' }, item(`after-${position ?? 'start'}`)],
    position: { start: 'one', one: 'two' }[(position as string) ?? 'start'],
  }));
  const found: string[] = [];
  for await (const { key_id } of keys.list()) found.push(key_id);
  expect(found).toEqual(['after-start', 'after-one', 'after-two']);
  for (const { args } of gateway.commandCalls(GetApiKeysCommand)) {
    expect(args[0].input).toMatchObject({ includeValues: true, limit: 500 });
  }
});

it('a secret without a value is an error to retry, and is not remembered', async () => {
  secrets
    .on(GetSecretValueCommand)
    .resolvesOnce({})
    .rejectsOnce(Object.assign(new Error('private'), { name: 'InternalServiceError' }))
    .resolves({ SecretString: 'value' });
  const readSecret = createSecret({
    client: secrets as unknown as SecretsManagerClient,
    secret_id: 'arn',
  });
  await expect(readSecret()).rejects.toMatchObject({
    ...{ name: 'ServiceError', code: 'MissingSecretString', retryable: true },
  });
  await expect(readSecret()).rejects.toMatchObject({
    ...{ name: 'ServiceError', service: 'secretsmanager', code: 'InternalServiceError' },
  });
  expect([await readSecret(), await readSecret()]).toEqual(['value', 'value']);
  const calls = secrets.commandCalls(GetSecretValueCommand);
  expect(calls.map(({ args }) => args[0].input)).toEqual(
    [1, 2, 3].map(() => ({ SecretId: 'arn' })),
  );
});

it('a failure to read the previous secret is an error, and not the answer that there is none', async () => {
  const fail = (name: string) => Object.assign(new Error('private'), { name });
  secrets
    .on(GetSecretValueCommand)
    .resolves({ SecretString: 'new', CreatedDate: new Date() })
    .on(GetSecretValueCommand, { VersionStage: 'AWSPREVIOUS' })
    .rejectsOnce(fail('InternalServiceError'))
    .rejects(fail('ResourceNotFoundException'));
  const client = secrets as unknown as SecretsManagerClient;
  const readSecrets = createRotatingSecret({ client, secret_id: 'arn' });
  await expect(readSecrets()).rejects.toMatchObject({ code: 'InternalServiceError' });
  expect(await readSecrets()).toEqual(['new']);
});
