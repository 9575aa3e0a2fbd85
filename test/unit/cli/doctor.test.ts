import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { doctorCommand } from '../../../cli/commands/doctor.ts';
import { openCommand } from '../../../cli/commands/open.ts';
import { findNode } from '../../../cli/doctor/machine.ts';
import * as running from '../../../cli/running-cloud.ts';
import { runCommand, runOnStack } from '../../support/cli.ts';

const sts = mockClient(STSClient);
const kinesis = mockClient(KinesisClient);
const KEY = createHash('sha256').update('a key').digest('hex');

vi.mock('../../../cli/doctor/machine.ts', async (original) => ({
  ...(await original<typeof import('../../../cli/doctor/machine.ts')>()),
  findPort: async () => '4566 is free for an embedded cloud',
}));

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AURASTREAM_API_KEY', KEY);
  vi.stubEnv('AURASTREAM_TARGET', undefined);
  vi.spyOn(running, 'listAnnouncements').mockResolvedValue([]);
  sts.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Arn: 'arn:aws:iam::1:user/ann' });
  kinesis.reset();
  kinesis.on(ListShardsCommand).resolves({});
  answer(200, { tenant: 'acme' });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function answer(status: number, body: object): void {
  vi.stubGlobal('fetch', async () => Response.json(body, { status }));
}

async function diagnose(outputs: Record<string, string> = {}) {
  const { stdout, exit_code } = await runOnStack(outputs, doctorCommand(), '--json');
  const checks: { name: string; status: string; found: string; advice?: string }[] =
    JSON.parse(stdout);
  return { exit_code, checks, by: Object.fromEntries(checks.map((one) => [one.name, one])) };
}

it('doctor looks at Node.js, the port, the target, region, credentials, stack, clock and key', async () => {
  const { checks, by, exit_code } = await diagnose();
  expect(checks.map(({ name }) => name)).toEqual([
    ...['node', 'port', 'target', 'region', 'credentials', 'stack', 'clock', 'api key'],
  ]);
  expect(new Set(checks.map(({ status }) => status))).toEqual(new Set(['ok']));
  expect(by.region?.found).toBe('eu-west-1');
  expect(by.credentials?.found).toBe('arn:aws:iam::1:user/ann');
  expect(by.stack?.found).toContain('https://api.example/v1');
  expect(by['api key']?.found).toBe('valid for the tenant acme');
  expect(exit_code).toBeUndefined();
});

it('doctor prints a line for each check, with what to do below a failure, and exits with 1', async () => {
  answer(403, { error: { code: 'FORBIDDEN', message: 'no' } });
  const { stdout, exit_code } = await runCommand(doctorCommand());
  expect(stdout).toMatch(/^ok +node +[\d.]+$/m);
  expect(stdout).toMatch(/^failed +api key +.*\n +Check the API key: /m);
  expect(stdout).not.toContain(KEY);
  expect(exit_code).toBe(1);
});

it('doctor says which stack is too old for the command, and looks at no clock then', async () => {
  const { by, exit_code } = await diagnose({ CountsTableName: '', ApiUrl: 'no address' });
  expect(by.stack).toMatchObject({ status: 'failed' });
  expect(by.stack?.found).toContain('lacks valid outputs: ApiUrl. Deploy it again.');
  expect(by.clock).toMatchObject({ status: 'skipped' });
  expect(exit_code).toBe(1);
});

it('doctor names credentials that are not valid, and a key that is missing is no failure', async () => {
  const expired = { name: 'ExpiredTokenException', $metadata: { httpStatusCode: 403 } };
  sts.on(GetCallerIdentityCommand).rejects(Object.assign(new Error('expired'), expired));
  vi.stubEnv('AURASTREAM_API_KEY', undefined);
  const { by } = await diagnose();
  expect(by.credentials).toMatchObject({ status: 'failed' });
  expect(by['api key']).toMatchObject({ status: 'skipped' });
});

it.each(['20.18.9', '21.7.0', '22.12.9', '23.0.0', '18.20.0'])(
  'doctor refuses Node.js %s',
  async (version) => {
    await expect(findNode(version)).rejects.toThrow(
      `Node.js ${version} is not supported.\nInstall`,
    );
  },
);

it.each(['20.19.0', '22.13.0', '24.0.0', '25.1.0'])(
  'doctor accepts Node.js %s',
  async (version) => {
    expect(await findNode(version)).toBe(version);
  },
);

it('open prints the address of the dashboard and of the documentation, without a key of a deployment', async () => {
  expect((await runCommand(openCommand(), 'dashboard')).stdout).toBe(
    'https://api.example/v1/dashboard',
  );
  expect((await runCommand(openCommand(), 'docs', '--print')).stdout).toBe(
    'https://api.example/v1/docs',
  );
  const { error } = await runCommand(openCommand(), 'nothing');
  expect(error?.message).toContain('Allowed choices are dashboard, docs.');
});

it('open gives the dashboard of a running embedded cloud its read-only key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aurastream-open-'));
  const file = join(folder, 'cloud.json');
  const access = { access_key_id: 'id', secret_access_key: 'secret', region: 'us-east-1' };
  const cloud = { pid: process.pid, endpoint: 'https://api.example', ...access };
  await writeFile(file, JSON.stringify({ ...cloud, api_key: 'all', read_only_api_key: 'read' }));
  // The cloud was started in another folder, so it counts only while no credentials are chosen.
  vi.mocked(running.listAnnouncements).mockImplementation(async () =>
    process.env.AWS_ACCESS_KEY_ID === undefined ? [file] : [],
  );
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  const print = async (page: string) => (await runCommand(openCommand(), page)).stdout;
  expect(await print('dashboard')).toBe('https://api.example/v1/dashboard#key=read');
  expect(await print('docs')).toBe('https://api.example/v1/docs');
  await rm(folder, { recursive: true });
});
