import type { Cloud } from '@aurastream/embedded-cloud';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareKeys } from '../../../cli/start/keys.ts';
import { formatForPrograms, formatForReaders } from '../../../cli/start/messages.ts';
import { HELP, readOptions, toParameters } from '../../../cli/start/options.ts';
import { deriveCallbackSecret, parseApiKey, RIGHTS } from '../../../schemas/index.ts';
import { formatKey } from '../../support/api-keys.ts';
import { listStackOutputs } from '../../support/cli.ts';

const gateway = mockClient(APIGatewayClient);
const secrets = mockClient(SecretsManagerClient);
const dynamodb = mockClient(DynamoDBClient);
const argv = process.argv;

beforeEach(() => {
  gateway.reset();
  secrets.reset();
  dynamodb.reset();
  dynamodb.on(PutItemCommand).resolves({});
  gateway.on(CreateApiKeyCommand).resolves({ id: 'key-1' });
  gateway.on(CreateUsagePlanKeyCommand).resolves({});
  gateway.on(GetApiKeysCommand).resolves({ items: [] });
  gateway.on(GetUsagePlanKeysCommand).resolves({ items: [] });
  secrets.on(GetSecretValueCommand, { SecretId: 'arn:secret' }).resolves({ SecretString: 'root' });
});
afterEach(() => {
  process.argv = argv;
});

const OUTPUTS: Record<string, string> = {
  ...Object.fromEntries(listStackOutputs().map((one) => [one.OutputKey!, one.OutputValue!])),
  UsagePlanIds: '{"starter":"plan-s","enterprise":"plan-e"}',
};
const CLOUD = {
  endpoint: 'http://127.0.0.1:4566',
  api: 'http://127.0.0.1:4566/v1',
  region: 'eu-west-1',
  access_key_id: 'the-id',
  secret_access_key: 'the-secret',
  control_token: 'the-token',
  outputs: OUTPUTS,
} as unknown as Cloud;

function readWith(...words: string[]) {
  process.argv = ['node', 'main.ts', ...words];
  return readOptions();
}

it('npm start uses port 4566 and the folder .aurastream/cloud, for readers, with public callbacks only', () => {
  expect(readWith()).toEqual({
    port: 4566,
    data: '.aurastream/cloud',
    json: false,
    loopback_callbacks: false,
  });
  expect(HELP).toContain('default 4566; 0: any free one');
  expect(HELP).toContain('default .aurastream/cloud');
});

it('npm start takes another port, another folder, JSON and callbacks to this machine', () => {
  const words = ['--port', '0', '--data', 'x', '--json', '--loopback-callbacks'];
  expect(readWith(...words)).toEqual({
    port: 0,
    data: 'x',
    json: true,
    loopback_callbacks: true,
  });
  expect(readWith('--port', '65535')).toMatchObject({ port: 65_535 });
  expect(readWith('--help')).toBe('help');
  expect(readWith('-h')).toBe('help');
});

it('npm start deploys the template with short waits of the lake, and allows callbacks to this machine only on request', () => {
  expect([false, true].map((loopback_callbacks) => toParameters({ loopback_callbacks }))).toEqual([
    {
      AuditReadSeconds: '1',
      LakeBufferSeconds: '3',
      LakeMergeSeconds: '1',
      CallbackAllowLoopback: 'false',
    },
    {
      AuditReadSeconds: '1',
      LakeBufferSeconds: '3',
      LakeMergeSeconds: '1',
      CallbackAllowLoopback: 'true',
    },
  ]);
});

it.each(['65536', '1.5', '1e3', '', 'ssh'])('npm start refuses the port %j', (port) => {
  expect(() => readWith(`--port=${port}`)).toThrow(
    `--port must be a number from 0 to 65535, and is ${port}.`,
  );
});

it('npm start refuses an option that it does not know', () => {
  expect(() => readWith('--ports', '1')).toThrow('--ports');
});

it('npm start makes a key of the highest tier with all rights for two tenants, a read-only key, and gives the callback secret of the first', async () => {
  const keys = await prepareKeys(CLOUD);
  const all = { tier: 'enterprise', rights: [...RIGHTS] };
  expect(parseApiKey(keys.api_key)).toEqual({ tenant: 'default', ...all });
  expect(parseApiKey(keys.second_api_key)).toEqual({ tenant: 'second', ...all });
  const read_only = { tenant: 'default', tier: 'enterprise', rights: ['read'] };
  expect(parseApiKey(keys.read_only_api_key)).toEqual(read_only);
  expect(keys.callback_secret).toBe(deriveCallbackSecret('root', 'default'));
  const joined = gateway.commandCalls(CreateUsagePlanKeyCommand).map(({ args }) => args[0].input);
  expect(joined.map(({ usagePlanId }) => usagePlanId)).toEqual(['plan-e', 'plan-e', 'plan-e']);
});

it('npm start uses the keys that an earlier start made, unless they are disabled', async () => {
  const value = (tenant: string) => formatKey({ tenant, tier: 'enterprise' }, 'x'.repeat(40));
  const key = (tenant: string, enabled: boolean) => ({
    ...{ id: tenant, name: `embedded ${tenant}`, value: value(tenant), enabled },
    createdDate: new Date(0),
  });
  const other = { ...key('default', true), name: 'another', value: value('other') };
  const read_only = { ...key('default', true), id: 'read-only', name: 'embedded default read' };
  const items = [other, key('default', true), key('second', false), read_only];
  gateway.on(GetApiKeysCommand).resolves({ items });
  gateway.on(GetUsagePlanKeysCommand).resolves({ items });
  const keys = await prepareKeys(CLOUD);
  expect(keys.api_key).toBe(value('default'));
  expect(keys.second_api_key).not.toBe(value('second'));
  expect(keys.read_only_api_key).toBe(value('default'));
  expect(gateway.commandCalls(CreateApiKeyCommand)).toHaveLength(1);
});

it('npm start reads the keys from the embedded cloud, with its address and credentials', async () => {
  await prepareKeys(CLOUD);
  for (const { thisValue } of [gateway, secrets, dynamodb].map((mock) => mock.calls()[0]!)) {
    const { config } = thisValue as unknown as APIGatewayClient;
    expect(await config.region()).toBe('eu-west-1');
    expect(await config.credentials()).toMatchObject({
      accessKeyId: 'the-id',
      secretAccessKey: 'the-secret',
    });
    expect(await config.endpoint?.()).toMatchObject({ hostname: '127.0.0.1', port: 4566 });
  }
});

it.each(['UsagePlanIds', 'CallbackSecretArn', 'KeysTableName'])(
  'npm start names the output %s if the stack lacks it',
  async (name) => {
    const { [name]: _, ...outputs } = OUTPUTS;
    await expect(prepareKeys({ ...CLOUD, outputs })).rejects.toThrow(
      `The stack has no output ${name}.`,
    );
  },
);

const KEYS = { api_key: 'k1', second_api_key: 'k2', read_only_api_key: 'k3', callback_secret: 's' };

it('npm start --json prints one line with the address, the keys and each resource under its own name', () => {
  const line = formatForPrograms(CLOUD, KEYS, 'data');
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    ...{ endpoint: CLOUD.endpoint, api: CLOUD.api, ...KEYS, region: 'eu-west-1' },
    ...{ access_key_id: 'the-id', secret_access_key: 'the-secret' },
    control_token: 'the-token',
    dashboard: `${CLOUD.api}/dashboard#key=k3`,
    stream: 'stream',
    bulk_stream: 'bulk-stream',
    results_table: 'results',
    cache_table: 'cache',
    lake_bucket: 'lake',
    set_aside_bucket: 'set-asides',
    failure_bucket: 'failures',
    jobs_table: 'jobs',
    input_bucket: 'inputs',
    delivery_stream: 'delivery',
    database: 'database',
    workgroup: 'group',
    pid: process.pid,
    data_dir: 'data',
  });
});

it('npm start prints a table of the resources, and commands that work when they are pasted', () => {
  const lines = formatForReaders(CLOUD, KEYS, 'data').split('\n');
  const table = lines.slice(1, 17).map((line) => [line.slice(2, 16).trim(), line.slice(16)]);
  expect(Object.fromEntries(table)).toEqual({
    endpoint: CLOUD.endpoint,
    api: CLOUD.api,
    dashboard: `${CLOUD.api}/dashboard#key=k3`,
    'api key': 'k1',
    'read-only key': 'k3',
    'second tenant': 'k2',
    stream: 'stream',
    'bulk stream': 'bulk-stream',
    'results table': 'results',
    'cache table': 'cache',
    lake: 'lake',
    'set-asides': 'set-asides',
    failures: 'failures',
    delivery: 'delivery',
    database: 'database (workgroup group)',
    data: 'data',
  });
  const text = lines.join('\n');
  expect(text).toContain(`curl ${CLOUD.api}/analyze/sync -H 'X-API-Key: k1'`);
  for (const [name, value] of [
    ['AWS_ENDPOINT_URL', CLOUD.endpoint],
    ['AWS_REGION', 'eu-west-1'],
    ['AWS_DEFAULT_REGION', 'eu-west-1'],
    ['AWS_ACCESS_KEY_ID', 'the-id'],
    ['AWS_SECRET_ACCESS_KEY', 'the-secret'],
  ]) {
    expect(text).toMatch(new RegExp(`export .*\\b${name}=${value}( |$)`, 'm'));
  }
});
