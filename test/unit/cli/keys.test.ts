import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
} from '@aws-sdk/client-api-gateway';
import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { keysCommand } from '../../../cli/commands/keys.ts';
import {
  deriveCallbackSecret,
  hashApiKey,
  parseApiKey,
  type Tier,
} from '../../../schemas/index.ts';
import { formatKey } from '../../support/api-keys.ts';
import { failAudit, runCommand } from '../../support/cli.ts';

const gateway = mockClient(APIGatewayClient);
const secrets = mockClient(SecretsManagerClient);
const dynamodb = mockClient(DynamoDBClient);
const SECRET = 'secret of the deployment';

beforeEach(() => {
  gateway.reset();
  secrets.reset();
  dynamodb.reset();
  dynamodb.on(PutItemCommand).resolves({}).on(UpdateItemCommand).resolves({});
  dynamodb.on(DeleteItemCommand).resolves({}).on(ScanCommand).resolves({ Items: [] });
  gateway.on(GetApiKeysCommand).resolves({ items: [] }).on(GetUsagePlanKeysCommand).resolves({});
  secrets.on(GetSecretValueCommand, { SecretId: 'arn:secret' }).resolves({ SecretString: SECRET });
  gateway.on(CreateApiKeyCommand).resolves({ id: 'key-1', createdDate: new Date(0) });
  gateway.on(CreateUsagePlanKeyCommand).resolves({});
});

const keys = (...words: string[]) => runCommand(keysCommand(), ...words);
const aKey = (id: string, tenant: string, tier: Tier) => ({
  id,
  name: `${tenant} ${tier}`,
  value: formatKey({ tenant, tier }, id.padEnd(32, 'x')),
  enabled: true,
  createdDate: new Date('2026-11-23T10:00:00Z'),
});

it('keys create prints the key, its id, tenant and tier, and the callback secret of the tenant', async () => {
  const { stdout } = await keys('create', '--tenant', 'acme', '--tier', 'growth');
  const value = gateway.commandCalls(CreateApiKeyCommand)[0]!.args[0].input.value!;
  expect(parseApiKey(value)).toEqual({
    tenant: 'acme',
    tier: 'growth',
    rights: ['read', 'publish', 'jobs'],
  });
  expect(stdout.split('\n')).toEqual([
    `api key          ${value}`,
    'key id           key-1',
    'tenant           acme (growth)',
    'rights           read,publish,jobs',
    'expires          never',
    `callback secret  ${deriveCallbackSecret(SECRET, 'acme')}`,
  ]);
  expect(gateway.commandCalls(CreateUsagePlanKeyCommand)[0]?.args[0].input).toMatchObject({
    usagePlanId: 'plan-g',
    keyId: 'key-1',
  });
});

it('keys create makes a key of the tier starter if none is named, and gives it the name', async () => {
  const { stdout } = await keys('create', '--tenant', 'acme', '--name', 'of Ann', '--json');
  expect(JSON.parse(stdout)).toEqual({
    key_id: 'key-1',
    name: 'of Ann',
    tenant: 'acme',
    tier: 'starter',
    rights: ['read', 'publish', 'jobs'],
    enabled: true,
    created_at: '1970-01-01T00:00:00.000Z',
    api_key: expect.stringMatching(/^asS70000acmeX/),
    callback_secret: deriveCallbackSecret(SECRET, 'acme'),
  });
  expect(gateway.commandCalls(CreateApiKeyCommand)[0]?.args[0].input.name).toBe('of Ann');
});

it('keys create --expires-in makes a key that expires after this time, rounded up to an hour', async () => {
  const before = Date.now();
  const { stdout } = await keys('create', '--tenant', 'acme', '--expires-in', '90d', '--json');
  const end = Date.parse(JSON.parse(stdout).expires_at);
  expect(end).toBeGreaterThanOrEqual(before + 90 * 86_400_000);
  expect(end).toBeLessThanOrEqual(Date.now() + 90 * 86_400_000 + 3_600_000);
  expect(parseApiKey(JSON.parse(stdout).api_key)?.expires_at).toBe(end);
});

it('keys create stores the hash of the key, in which the authorizer notes its use, and not the key', async () => {
  const { stdout } = await keys('create', '--tenant', 'acme', '--json');
  const { api_key } = JSON.parse(stdout);
  const input = dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input;
  expect(input).toEqual({ TableName: 'keys', Item: marshall({ key_hash: hashApiKey(api_key) }) });
});

it('keys list shows until when each key is valid and when it was last used', async () => {
  const held = [aKey('k1', 'acme', 'growth'), aKey('k2', 'acme', 'starter')];
  gateway.on(GetApiKeysCommand).resolves({ items: held });
  gateway.on(GetUsagePlanKeysCommand).resolves({ items: held });
  const key_hash = hashApiKey(held[0]!.value);
  const ends_at = Date.UTC(2026, 10, 24);
  const Items = [marshall({ key_hash, ends_at, last_used_on: '2026-11-23' })];
  dynamodb.on(ScanCommand).resolves({ Items });
  const { stdout } = await keys('list');
  expect(stdout).toMatch(/k1 .* 2026-11-24T00:00:00.000Z \(expired\) +2026-11-23/);
  expect(stdout).toMatch(/k2 .* never +never/);
});

it('keys rotate prints a new key like the old one, and until when the old one is valid', async () => {
  const held = [aKey('k1', 'acme', 'growth')];
  gateway.on(GetApiKeysCommand).resolves({ items: held });
  gateway.on(GetUsagePlanKeysCommand).resolves({ items: held });
  const before = Date.now();
  const { stdout } = await keys('rotate', 'k1', '--overlap', '12h', '--json');
  const made = JSON.parse(stdout);
  expect(made).toMatchObject({
    key_id: 'key-1',
    name: 'acme growth',
    tenant: 'acme',
    tier: 'growth',
  });
  expect(made.api_key).not.toBe(held[0]!.value);
  const end = Date.parse(made.old_key_expires_at);
  expect(end - before).toBeGreaterThanOrEqual(12 * 3_600_000);
  expect(dynamodb.commandCalls(UpdateItemCommand)[0]?.args[0].input).toMatchObject({
    Key: marshall({ key_hash: hashApiKey(held[0]!.value) }),
    ExpressionAttributeValues: marshall({ ':ends_at': end }),
  });
  const text = await keys('rotate', 'k1');
  expect(text.stdout).toMatch(/^api key .*\n(.*\n)+old key +valid until /);
});

it('keys rotate of an unknown key makes no key, and says where the ids are', async () => {
  const { error } = await keys('rotate', 'k9');
  expect(error?.message).toBe('There is no key k9.\nSee `aurastream keys list`.');
  expect(gateway.commandCalls(CreateApiKeyCommand)).toHaveLength(0);
});

it('keys create --rights makes a key with these rights only', async () => {
  const { stdout } = await keys('create', '--tenant', 'acme', '--rights', 'admin,read', '--json');
  const value = gateway.commandCalls(CreateApiKeyCommand)[0]!.args[0].input.value!;
  expect(parseApiKey(value)?.rights).toEqual(['read', 'admin']);
  expect(JSON.parse(stdout).api_key).toBe(value);
});

it.each([
  [['--tenant', 'No Slug'], 'Use 1 to 64 of a-z'],
  [['--tenant', 'acme', '--rights', 'read,write'], 'Use one or more of read, publish, jobs, admin'],
  [['--tenant', 'acme', '--rights', ''], 'Use one or more of read, publish, jobs, admin'],
  [['--tenant', 'acme', '--tier', 'gold'], 'Allowed choices are starter, growth'],
  [['--tenant', 'acme', '--expires-in', '5'], 'Use hours or days, as in 12h or 90d'],
  [['--tenant', 'acme', '--expires-in', '0d'], 'Use hours or days, as in 12h or 90d'],
  [[], '--tenant'],
])('keys create %j makes no key, and says what to write', async (words, advice) => {
  const { error } = await keys('create', ...words);
  expect(error?.message).toContain(advice);
  expect(gateway.calls()).toHaveLength(0);
});

it('keys list shows all keys or those of a tenant, and never a value', async () => {
  const all = [
    aKey('k1', 'acme', 'growth'),
    aKey('k2', 'globex', 'starter'),
    aKey('k3', 'acme', 'starter'),
    aKey('k4', 'acme-labs', 'starter'),
  ];
  gateway.on(GetApiKeysCommand).resolves({ items: all });
  gateway.on(GetUsagePlanKeysCommand).resolves({ items: all });
  const { stdout } = await keys('list', '--json');
  expect(JSON.parse(stdout).map(({ key_id }: { key_id: string }) => key_id)).toEqual([
    'k1',
    'k2',
    'k3',
    'k4',
  ]);
  const acme = await keys('list', '--tenant', 'acme', '--json');
  const about = {
    tenant: 'acme',
    rights: ['read', 'publish', 'jobs'],
    enabled: true,
    created_at: '2026-11-23T10:00:00.000Z',
    is_expired: false,
  };
  expect(JSON.parse(acme.stdout)).toEqual([
    { key_id: 'k1', name: 'acme growth', tier: 'growth', ...about },
    { key_id: 'k3', name: 'acme starter', tier: 'starter', ...about },
  ]);
  const table = await keys('list');
  expect(table.stdout).toMatch(
    /key_id +tenant +tier +rights +name +enabled +created_at +expires_at +last_used_on/,
  );
  expect(table.stdout).toMatch(/k2 +globex +starter +read,publish,jobs +globex starter +true/);
  for (const printed of [stdout, acme.stdout, table.stdout]) {
    for (const { value } of all) expect(printed).not.toContain(value);
  }
});

it('keys revoke says that it revoked a key only after API Gateway has deleted it', async () => {
  gateway.on(DeleteApiKeyCommand).resolves({});
  expect((await keys('revoke', 'k1')).stdout).toBe('Revoked k1.');
  expect((await keys('revoke', 'k1', '--json')).stdout).toBe('{"revoked":"k1"}');
  expect(gateway.commandCalls(DeleteApiKeyCommand)[0]?.args[0].input).toEqual({ apiKey: 'k1' });
  gateway.on(DeleteApiKeyCommand).rejects(Object.assign(new Error('no'), { name: 'Forbidden' }));
  const refused = await keys('revoke', 'k1');
  expect(refused.error?.name).toBe('Forbidden');
  expect(refused.stdout).toBe('');
});

it('keys revoke of an unknown key says where the ids are', async () => {
  const none = Object.assign(new Error('no'), { name: 'NotFoundException' });
  gateway.on(DeleteApiKeyCommand).rejects(none);
  const { error } = await keys('revoke', 'k9');
  expect(error?.message).toBe('There is no key k9.\nSee `aurastream keys list`.');
});

it('keys secret prints the callback secret of the tenant that is named', async () => {
  const expected = deriveCallbackSecret(SECRET, 'globex');
  expect((await keys('secret', '--tenant', 'globex')).stdout).toBe(expected);
  const { stdout } = await keys('secret', '--tenant', 'globex', '--json');
  expect(JSON.parse(stdout)).toEqual({ callback_secret: expected });
});

it('each change of a key, and each look at a secret, is in the audit trail before it is done', async () => {
  gateway.on(DeleteApiKeyCommand).resolves({});
  const ran = [
    await keys('create', '--tenant', 'acme', '--tier', 'growth'),
    await keys('revoke', 'key-1'),
    await keys('secret', '--tenant', 'acme'),
  ];
  const acts = ran.map(({ audited }) =>
    audited.map(({ phase, act, tenant, selectors, outcome }) => ({
      ...{ phase, act, tenant, selectors, outcome },
    })),
  );
  expect(acts).toMatchObject([
    [
      { phase: 'begun', act: 'create_key', tenant: 'acme', selectors: { tier: 'growth' } },
      { phase: 'ended', outcome: 'done' },
    ],
    [{ act: 'revoke_key', selectors: { key_id: 'key-1' } }, { outcome: 'done' }],
    [{ act: 'read_callback_secret', tenant: 'acme' }, { outcome: 'done' }],
  ]);
});

it('no key is revoked if the audit trail cannot be written', async () => {
  gateway.on(DeleteApiKeyCommand).resolves({});
  failAudit();
  const { error } = await keys('revoke', 'key-1');
  expect(error?.message).toContain('Nothing was done: the act revoke_key');
  expect(gateway.commandCalls(DeleteApiKeyCommand)).toEqual([]);
});
