import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectApi } from '../../../cli/api.ts';
import { connect } from '../../../cli/cloud.ts';
import { loginCommand } from '../../../cli/commands/login.ts';
import { targetsCommand } from '../../../cli/commands/targets.ts';
import { type Ran, runCommand } from '../../support/cli.ts';

const KEY = 'prod_read_0123456789abcdef';
const API = 'https://api.test/v1';
const VARIABLES = [
  ...['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID'],
  ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AURASTREAM_API_KEY', 'AURASTREAM_TARGET'],
];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-targets-'));
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const findFile = (name: string) => join(folder, 'aurastream', name);
const list = () => runCommand(targetsCommand(), 'list');

async function login(...words: string[]): Promise<Ran> {
  return runCommand(loginCommand(), ...words);
}

/** Logs in with this key in standard input. */
async function pipeKey(key: string, ...words: string[]): Promise<Ran> {
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([`${key}\n`]) as never);
  return login(...words, '--key-stdin');
}

/** Runs a command of the test with these global options, and returns what `work` returns. */
async function runOn<Value>(work: (command: Command) => Promise<Value>, ...words: string[]) {
  let value: Value | undefined;
  const command = new Command('look').action(async (_options, self: Command) => {
    value = await work(self);
  });
  const { error } = await runCommand(command, ...words);
  return { value, error };
}

it('login keeps the key in a file that only its owner can read, and no command prints it', async () => {
  const made = await pipeKey(KEY, 'prod', '--api-url', `${API}/`);
  expect((await stat(findFile('keys.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(findFile('keys.json'), 'utf8')).toContain(KEY);
  expect(JSON.parse(await readFile(findFile('targets.json'), 'utf8'))).toEqual({
    prod: { api_url: API },
  });
  const listed: Ran[] = [];
  for (const output of ['table', 'json', 'ndjson', 'csv']) {
    listed.push(await runCommand(targetsCommand(), 'list', '--output', output));
  }
  const removed = await runCommand(targetsCommand(), 'remove', 'prod');
  for (const { stdout, stderr } of [made, removed, ...listed]) {
    expect(stdout + stderr).toContain('prod');
    expect(stdout + stderr).not.toContain(KEY);
  }
  expect(await readFile(findFile('keys.json'), 'utf8')).not.toContain(KEY);
  expect((await list()).stdout).toMatch(/^There are no targets\./);
  expect((await runCommand(targetsCommand(), 'remove', 'prod')).error?.message).toContain(
    'There is no target prod.',
  );
});

it('targets list shows each target, and whether it has a key', async () => {
  vi.stubEnv('AURASTREAM_API_KEY', KEY);
  await login('prod', '--api-url', API);
  await login('dev', '--region', 'eu-west-1', '--profile', 'work');
  const { stdout } = await runCommand(targetsCommand(), 'list', '--json');
  expect(JSON.parse(stdout)).toEqual([
    { name: 'dev', region: 'eu-west-1', profile: 'work', has_key: false },
    { name: 'prod', api_url: API, has_key: true },
  ]);
});

it.each([
  [
    'a key among the arguments',
    ['prod', '--api-url', API, '--api-key', KEY],
    'history of the shell',
  ],
  [
    'a key that would travel in plain text',
    ['--api-url', 'http://api.test/v1'],
    'begins with https',
  ],
  ['a name with a slash', ['a/b', '--api-url', API], 'Use letters, digits, _ and -.'],
  ['nothing that says which deployment is meant', [], 'Name it with --api-url'],
  ['no key', ['--api-url', API], 'Pipe it with --key-stdin'],
])('login refuses %s, and stores nothing', async (_, words, advice) => {
  expect((await login(...words)).error?.message).toContain(advice);
  expect((await list()).stdout).toMatch(/^There are no targets\./);
});

it('login refuses a piped text that is no key', async () => {
  const { error } = await pipeKey('not a key', '--api-url', API);
  expect(error?.message).toMatch(/^That is no API key/);
  expect(error?.message).not.toContain('not a key');
});

it('keys that others can read are refused until their file is private again', async () => {
  await pipeKey(KEY, 'prod', '--api-url', API);
  await chmod(findFile('keys.json'), 0o644);
  const { error } = await list();
  expect(error?.message).toBe(
    `Others can read the keys in ${findFile('keys.json')}.\nRun: chmod 600 ${findFile('keys.json')}`,
  );
});

it('a target with an API URL is called with its key, without AWS', async () => {
  await pipeKey(KEY, 'prod', '--api-url', API);
  vi.stubEnv('AURASTREAM_API_KEY', 'another');
  const sent: string[] = [];
  vi.stubGlobal('fetch', async (url: string, { headers }: RequestInit) => {
    sent.push(`${url} ${new Headers(headers).get('x-api-key')}`);
    return Response.json({}, { status: 404 });
  });
  const call = async (command: Command) => (await connectApi(command)).budget().catch(() => {});
  await runOn(call, '--target', 'prod');
  vi.stubEnv('AURASTREAM_TARGET', 'prod');
  await runOn(call);
  await runOn(call, '--api-key', 'mine');
  vi.unstubAllGlobals();
  const url = `${API}/budget`;
  expect(sent).toEqual([`${url} ${KEY}`, `${url} ${KEY}`, `${url} mine`]);
});

it('a target sets region, profile and endpoint, and none of the credentials of the environment stays', async () => {
  await login('aws', '--region', 'eu-west-1', '--profile', 'work');
  await login('cloud', '--endpoint', 'http://127.0.0.1:7');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  const read = async (command: Command) => {
    void (await connect(command));
    const { AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID } = process.env;
    return [AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID];
  };
  expect((await runOn(read, '--target', 'cloud')).value).toEqual([
    ...['http://127.0.0.1:7', undefined, undefined, 'id'],
  ]);
  expect((await runOn(read, '--target', 'aws')).value).toEqual([
    ...[undefined, 'eu-west-1', 'work', undefined],
  ]);
  expect((await runOn(read, '--target', 'gone')).error?.message).toMatch(
    /^There is no target gone\.\n.*aurastream login gone/,
  );
});
