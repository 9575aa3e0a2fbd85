import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { startBlueskyStub } from '../stubs/bluesky/stub.ts';
import { aurastream } from '../support/aurastream.ts';
import { type Ended, run, start, waitForExit } from '../support/process.ts';

const WAIT = { timeout: 60_000, interval: 500 };
const START = ['node', '--import', 'tsx', 'cli/start/main.ts'];

interface Ready {
  endpoint: string;
  api: string;
  api_key: string;
  second_api_key: string;
  stream: string;
  region: string;
  access_key_id: string;
  secret_access_key: string;
}

let folder: string;
let child: ChildProcess;
let stopped: Promise<Ended>;
let ready: Ready;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-cli-'));
  await boot();
});

afterAll(async () => {
  child.kill('SIGINT');
  const { code } = await stopped;
  await rm(folder, { recursive: true, force: true });
  expect(code).toBe(0);
});

async function boot(): Promise<void> {
  child = start([...START, '--port', '0', '--json', '--data', join(folder, 'data')]);
  stopped = waitForExit(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  ready = JSON.parse(line.toString()) as Ready;
  env = {
    AWS_ENDPOINT_URL: ready.endpoint,
    AWS_REGION: ready.region,
    AWS_ACCESS_KEY_ID: ready.access_key_id,
    AWS_SECRET_ACCESS_KEY: ready.secret_access_key,
    AURASTREAM_API_KEY: ready.api_key,
  };
}

async function json(args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await aurastream([...args, '--json'], { env });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

it('npm start --json prints the addresses of the cloud in one line of JSON', () => {
  expect(ready).toMatchObject({
    endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    api: expect.stringContaining(ready.endpoint),
    stream: expect.any(String),
  });
});

it('npm start names the option to use if the port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const { code, stderr } = await run([
    ...START,
    '--port',
    String(port),
    '--data',
    join(folder, 'other'),
  ]);
  server.close();
  expect(code).toBe(1);
  expect(stderr).toContain('--port');
  expect(stderr).not.toContain('    at ');
});

it('npm start refuses a second cloud on the same data', async () => {
  const { code, stderr } = await run([...START, '--port', '0', '--data', join(folder, 'data')]);
  expect(code).toBe(1);
  expect(stderr).not.toContain('    at ');
});

it('aurastream ingest publishes valid records, names the line of each invalid one, and exits with 2', async () => {
  const path = join(folder, 'My Reviews.csv');
  await writeFile(
    path,
    'record_id,review,stars\ncsv-1,I love my cat,5\ncsv-2,,1\ncsv-3,"Awful, it broke",2\n',
  );
  const { code, stdout, stderr } = await aurastream(
    ['ingest', path, '--text-field', 'review', '--json'],
    { env },
  );
  expect(code, stderr).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ accepted: 2, refused: 1, failed: 0 });
  expect(stderr).toContain('line 3: review is required');
  expect(stderr).not.toContain('Awful');
  await vi.waitFor(async () => {
    expect(await json(['results', 'get', 'my-reviews', 'csv-1'])).toMatchObject({
      source: 'my-reviews',
      sentiment: 'POSITIVE',
      attributes: { stars: '5' },
    });
  }, WAIT);
  const { run_id } = JSON.parse(stdout);
  expect(await json(['results', 'history', 'my-reviews', 'csv-1'])).toMatchObject([
    { run_id, status: 'analyzed', sentiment: 'POSITIVE' },
  ]);
});

it('aurastream ingest reads standard input, and query and results find the records', async () => {
  const lines = ['What a wonderful day', 'This is terrible'].map((text, i) =>
    JSON.stringify({ record_id: `in-${i}`, text, created_at: `2026-11-2${i + 1}T12:00:00Z` }),
  );
  const { code, stderr } = await aurastream(['ingest', '-', '--source', 'piped'], {
    env,
    input: lines.join('\n'),
  });
  expect(code, stderr).toBe(0);
  await vi.waitFor(async () => {
    expect(
      await json([
        'query',
        "SELECT sentiment, count(*) AS n FROM results WHERE source = 'piped' GROUP BY sentiment ORDER BY sentiment",
      ]),
    ).toEqual([
      { sentiment: 'NEGATIVE', n: 1 },
      { sentiment: 'POSITIVE', n: 1 },
    ]);
  }, WAIT);
  const listResults = (args: string[]) =>
    json(['results', 'list', '--source', 'piped', ...args]) as Promise<{ record_id: string }[]>;
  expect((await listResults([])).map(({ record_id }) => record_id)).toEqual(['in-1', 'in-0']);
  expect((await listResults(['--from', '2026-11-22'])).map(({ record_id }) => record_id)).toEqual([
    'in-1',
  ]);
});

it('aurastream analyze prints a verdict, and takes the second one from the cache', async () => {
  const text = 'It only cost $5; works & great';
  expect(await json(['analyze', text])).toMatchObject({
    sentiment: 'POSITIVE',
    cache_hit: false,
  });
  expect(await json(['analyze', text])).toMatchObject({ sentiment: 'POSITIVE', cache_hit: true });
});

it('aurastream set-aside lists set-asides and shows their bytes', async () => {
  const { KinesisClient, PutRecordCommand } = await import('@aws-sdk/client-kinesis');
  const kinesis = new KinesisClient({
    endpoint: ready.endpoint,
    region: ready.region,
    credentials: { accessKeyId: ready.access_key_id, secretAccessKey: ready.secret_access_key },
  });
  const data = Buffer.from('{"text": broken');
  await kinesis.send(
    new PutRecordCommand({ StreamName: ready.stream, PartitionKey: 'k', Data: data }),
  );
  kinesis.destroy();
  const found = await vi.waitFor(async () => {
    const list = (await json(['set-aside', 'list'])) as {
      set_aside_id: string;
      reason: string;
    }[];
    expect(list).toHaveLength(1);
    return list[0]!;
  }, WAIT);
  expect(found.reason).toBe('invalid_json');
  const shown = await aurastream(['set-aside', 'show', found.set_aside_id, '--bytes'], { env });
  expect(shown.stdout).toBe(data.toString());
});

it.each([
  [['results', 'get', 'app_reviews', 'unknown-record'], 'set-aside list'],
  [['query', 'SELEC 1'], 'DESCRIBE results'],
  [['ingest', 'no-such-file.jsonl'], 'no-such-file.jsonl'],
  [['--stack', 'Nope', 'query', 'SELECT 1'], 'npm run deploy'],
  [['analyze', ' '], 'text'],
])(
  'aurastream %j fails, and the error says what to try and has no stack trace',
  async (args, advice) => {
    const { code, stderr } = await aurastream(args, { env });
    expect(code).toBe(1);
    expect(stderr).toContain(advice);
    expect(stderr).not.toMatch(/^\s+at /m);
  },
);

it('aurastream connect publishes the texts of a live source, saves its mark on Ctrl-C, and goes on behind it', async () => {
  const stub = await startBlueskyStub();
  const options = ['--words', 'kettle', '--url', stub.url, '--state', join(folder, 'connectors')];
  const runUntil = async (check: () => Promise<void>) => {
    const connector = start(['node', inject('command'), 'connect', 'bluesky', ...options], { env });
    const ended = waitForExit(connector);
    let noted = '';
    connector.stderr?.on('data', (text) => {
      noted += text;
    });
    await vi.waitFor(() => expect(noted).toContain('bluesky: connected'), WAIT);
    await check();
    connector.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(0);
    return stderr;
  };
  const listVerdicts = async () => {
    const rows = await json(['results', 'list', '--source', 'bluesky']);
    return (rows as { status: string; sentiment?: string }[])
      .map(({ status, sentiment }) => sentiment ?? status)
      .sort();
  };
  const first = await runUntil(async () => {
    stub.post({ id: '3aaa', text: 'I love my kettle', author: 'ada' });
    stub.post({ id: '3bbb', text: 'A toaster', author: 'ada' });
    await vi.waitFor(async () => expect(await listVerdicts()).toEqual(['POSITIVE']), WAIT);
  });
  expect(first).toContain('ended: 1 published, 0 withdrawn, 1 filtered');
  stub.remove('3aaa');
  const second = await runUntil(async () => {
    stub.post({ id: '3ccc', text: 'My kettle is awful', author: 'grace' });
    // The listing leaves out records that are withdrawn.
    await vi.waitFor(async () => expect(await listVerdicts()).toEqual(['NEGATIVE']), WAIT);
  });
  expect(second).toContain('ended: 1 published, 1 withdrawn, 0 filtered');
  await stub.close();
});

it('aurastream says what to do if no cloud answers', async () => {
  const { code, stderr } = await aurastream(['query', 'SELECT 1'], {
    env: { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' },
  });
  expect(code).toBe(1);
  expect(stderr).toContain('npm start');
});

it('npm start stops on Ctrl-C, and a restart finds the data again', async () => {
  const ingest = ['ingest', '-', '--source', 'kept'];
  const input = '{"record_id":"kept-1","text":"What a wonderful day"}';
  expect(await aurastream(ingest, { env, input })).toMatchObject({ code: 0 });
  const count = "SELECT count(*) AS n FROM results WHERE source = 'kept'";
  await vi.waitFor(async () => expect(await json(['query', count])).toEqual([{ n: 1 }]), WAIT);
  child.kill('SIGINT');
  expect((await stopped).code).toBe(0);
  await boot();
  expect(await json(['results', 'get', 'kept', 'kept-1'])).toMatchObject({ record_id: 'kept-1' });
  expect(await json(['query', count])).toEqual([{ n: 1 }]);
});
