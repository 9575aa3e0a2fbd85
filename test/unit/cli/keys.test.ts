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
import { beforeEach, expect, it } from 'vitest';
import { keysCommand } from '../../../cli/commands/keys.ts';
import { deriveCallbackSecret, parseApiKey, type Tier } from '../../../schemas/index.ts';
import { formatKey } from '../../support/api-keys.ts';
import { failAudit, runCommand } from '../../support/cli.ts';

const gateway = mockClient(APIGatewayClient);
const secrets = mockClient(SecretsManagerClient);
const SECRET = 'secret of the deployment';

beforeEach(() => {
  gateway.reset();
  secrets.reset();
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
  };
  expect(JSON.parse(acme.stdout)).toEqual([
    { key_id: 'k1', name: 'acme growth', tier: 'growth', ...about },
    { key_id: 'k3', name: 'acme starter', tier: 'starter', ...about },
  ]);
  const table = await keys('list');
  expect(table.stdout).toMatch(/key_id +tenant +tier +rights +name +enabled +created_at/);
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
