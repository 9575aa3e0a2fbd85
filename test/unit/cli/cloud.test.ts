import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectApi } from '../../../cli/api.ts';
import { connect, readRunningCloud } from '../../../cli/cloud.ts';
import { listStackOutputs } from '../../support/cli.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, readFile: vi.fn(real.readFile) };
});

const VARIABLES = [
  'AWS_ENDPOINT_URL',
  'AWS_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AURASTREAM_API_KEY',
] as const;
const CLOUD = {
  pid: process.pid,
  endpoint: 'http://127.0.0.1:4566',
  region: 'eu-west-1',
  access_key_id: 'id of the cloud',
  secret_access_key: 'secret of the cloud',
  api_key: 'key of the cloud',
};
const cloudformation = mockClient(CloudFormationClient);

beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_SESSION_TOKEN', 'token');
  vi.stubEnv('AWS_PROFILE', 'profile');
  cloudformation.reset();
  useStack(listStackOutputs());
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.mocked(readFile).mockReset();
});

function useStack(Outputs: Output[]): void {
  cloudformation.on(DescribeStacksCommand).resolves({ Stacks: [{ Outputs } as never] });
}

/** Stores the address of an embedded cloud in the current folder. */
function useRunningCloud(fields: Partial<typeof CLOUD> = {}): void {
  vi.mocked(readFile).mockImplementation(async (path) => {
    expect(path).toBe(join(process.cwd(), '.aurastream', 'cloud', 'cloud.json'));
    return JSON.stringify({ ...CLOUD, ...fields });
  });
}
function useNoCloud(): void {
  vi.mocked(readFile).mockRejectedValue(Object.assign(new Error('none'), { code: 'ENOENT' }));
}

/** Creates a command to which the user has given these options. */
function aCommand(...words: string[]): Command {
  return new Command()
    .option('--stack <name>', '', 'AuraStream')
    .option('--api-key <key>')
    .parse(words, { from: 'user' });
}

/** Stores the addresses of embedded clouds by their data folders. */
function useFiles(files: Record<string, string>): void {
  vi.mocked(readFile).mockImplementation(async (path) => {
    const content = files[String(path)];
    if (content === undefined) throw Object.assign(new Error('none'), { code: 'ENOENT' });
    return content;
  });
}

it('a command finds the cloud of a folder above, and the cloud that was started last from any folder', async () => {
  const above = join(dirname(process.cwd()), '.aurastream', 'cloud', 'cloud.json');
  useFiles({ [above]: JSON.stringify({ ...CLOUD, endpoint: 'http://127.0.0.1:1' }) });
  expect(await readRunningCloud()).toMatchObject({ endpoint: 'http://127.0.0.1:1' });
  useFiles({
    [join(homedir(), '.aurastream', 'latest')]: '/data/cloud',
    '/data/cloud/cloud.json': JSON.stringify({ ...CLOUD, endpoint: 'http://127.0.0.1:2' }),
  });
  expect(await readRunningCloud()).toBeUndefined();
  vi.stubEnv('AWS_PROFILE', undefined);
  expect(await readRunningCloud()).toMatchObject({ endpoint: 'http://127.0.0.1:2' });
});

const readVariables = () => VARIABLES.slice(0, 6).map((name) => process.env[name]);

it('a command uses the embedded cloud that runs in this folder, with its address and credentials alone', async () => {
  useRunningCloud();
  const stack = await connect(aCommand());
  expect(stack).toMatchObject({ StreamName: 'stream', UsagePlanIds: { growth: 'plan-g' } });
  expect(readVariables()).toEqual([
    CLOUD.endpoint,
    CLOUD.region,
    CLOUD.access_key_id,
    CLOUD.secret_access_key,
    undefined,
    undefined,
  ]);
});

it('a command leaves the environment as it is if no embedded cloud runs, or if AWS_ENDPOINT_URL is set', async () => {
  const as_it_is = [undefined, undefined, undefined, undefined, 'token', 'profile'];
  useNoCloud();
  await connect(aCommand());
  expect(readVariables()).toEqual(as_it_is);
  // No process has this id, so the embedded cloud has ended without removing its file.
  useRunningCloud({ pid: 2 ** 30 });
  await connect(aCommand());
  expect(readVariables()).toEqual(as_it_is);
  expect(await readRunningCloud()).toBeUndefined();
  useRunningCloud();
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://elsewhere');
  await connect(aCommand());
  expect(readVariables()).toEqual(['http://elsewhere', ...as_it_is.slice(1)]);
});

it('a command reads the stack that --stack names, and says how to deploy one that does not exist', async () => {
  useNoCloud();
  const none = Object.assign(new Error('Stack with id x does not exist'), {
    name: 'ValidationError',
  });
  cloudformation.on(DescribeStacksCommand, { StackName: 'Mine' }).rejects(none);
  await connect(aCommand());
  expect(cloudformation.commandCalls(DescribeStacksCommand)[0]?.args[0].input).toEqual({
    StackName: 'AuraStream',
  });
  await expect(connect(aCommand('--stack', 'Mine'))).rejects.toThrow(
    /^There is no stack Mine\.\nDeploy it with `npm run deploy`/,
  );
});

it('a command passes on an error of CloudFormation that is not about a missing stack', async () => {
  useNoCloud();
  cloudformation.on(DescribeStacksCommand).rejects(new Error('no permission'));
  await expect(connect(aCommand())).rejects.toThrow(/^no permission$/);
});

it('a stack that lacks outputs, or has outputs of another kind, is refused with the name of each', async () => {
  useNoCloud();
  const without = listStackOutputs().filter(
    ({ OutputKey }) => OutputKey !== 'StreamName' && OutputKey !== 'LakeBucketName',
  );
  useStack(without);
  await expect(connect(aCommand())).rejects.toThrow(
    'The stack AuraStream lacks valid outputs: StreamName, LakeBucketName. Deploy it again.',
  );
  const broken = { ApiUrl: 'no url', AnalyzerName: 'other', UsagePlanIds: '{"starter":1}' };
  for (const [OutputKey, OutputValue] of Object.entries(broken)) {
    const rest = listStackOutputs().filter((output) => output.OutputKey !== OutputKey);
    useStack([...rest, { OutputKey, OutputValue }]);
    await expect(connect(aCommand())).rejects.toThrow(`lacks valid outputs: ${OutputKey}`);
  }
});

/** Returns the API key and the address with which a command calls the API. */
async function callApi(...words: string[]) {
  const sent: [string, string | null][] = [];
  vi.stubGlobal('fetch', async (url: URL, { headers }: RequestInit) => {
    sent.push([url.href, new Headers(headers).get('x-api-key')]);
    return Response.json({});
  });
  await (await connectApi(aCommand(...words))).health();
  return sent[0];
}

it('the API key is that of --api-key, else that of the environment, else that of the embedded cloud', async () => {
  useRunningCloud({ endpoint: 'https://api.example' });
  const url = 'https://api.example/v1/health';
  expect(await callApi()).toEqual([url, 'key of the cloud']);
  vi.stubEnv('AURASTREAM_API_KEY', 'key of the environment');
  expect(await callApi()).toEqual([url, 'key of the environment']);
  expect(await callApi('--api-key', 'given')).toEqual([url, 'given']);
});

it('the API key of the embedded cloud goes to the API of the embedded cloud alone', async () => {
  useRunningCloud();
  await expect(connectApi(aCommand())).rejects.toThrow('There is no API key.');
});
