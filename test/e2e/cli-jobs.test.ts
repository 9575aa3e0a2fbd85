import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { createCaller } from '../support/api.ts';
import { aurastream } from '../support/aurastream.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';

let test: TestCloud;
let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-cli-jobs-'));
  test = await testCloud();
  const { api_key } = await prepareKeys(test.cloud);
  env = { ...test.environment, AURASTREAM_API_KEY: api_key };
});
afterEach(() => test.control('DELETE', 'faults'));
afterAll(async () => {
  await test.stop();
  await rm(folder, { recursive: true, force: true });
});

async function runCommand(args: string[], expected_code = 0): Promise<string> {
  const { code, stdout, stderr } = await aurastream(args, { env });
  expect(code, stderr).toBe(expected_code);
  return stdout;
}

async function aFile(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

it('aurastream job submits a file, watches the job until it ends, exits with 2 if a line failed, and prints the outcome of each line', async () => {
  const file = await aFile('reviews.csv', 'text,stars\nI love my cat,5\n,1\nI hate rain,1\n');
  const ended = await runCommand(['job', 'submit', file, '--source', 'reviews', '--watch'], 2);
  expect(ended).toMatch(/COMPLETED_WITH_ERRORS {2}job_\w+\n {2}3 of 3 done/);
  const job_id = /job_\w+/.exec(ended)![0];

  const status = JSON.parse(await runCommand(['job', 'status', job_id, '--json']));
  expect(status.progress).toMatchObject({ total: 3, done: 3, percentage: 100 });

  const output = join(folder, 'results.csv');
  await runCommand(['job', 'results', job_id, '--output', output]);
  expect(parse(await readFile(output), { columns: true, bom: true })).toMatchObject([
    { sentiment: 'POSITIVE', text: 'I love my cat', source: 'reviews', 'attributes.stars': '5' },
    { outcome: 'set_aside', sentiment: '', issues: 'text is required' },
    { sentiment: 'NEGATIVE', text: 'I hate rain', source: 'reviews', 'attributes.stars': '1' },
  ]);
  const lines = (await runCommand(['job', 'results', job_id, '--json'])).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).job_index)).toEqual([0, 1, 2]);

  expect(await runCommand(['job', 'list'])).toContain(job_id);
  expect(JSON.parse(await runCommand(['job', 'list', '--json', '--limit', '1']))).toHaveLength(1);
});

it('aurastream stats draws the records of a job by source', async () => {
  const file = await aFile('counted.csv', 'text\nI love my cat\nI hate rain\n');
  await runCommand(['job', 'submit', file, '--source', 'counted', '--watch']);
  await vi.waitFor(
    async () => {
      const shown = await runCommand(['stats', '--source', 'counted', '--by', 'source']);
      expect(shown).toMatch(/^all +2 {2}[▁█]+$/m);
      expect(shown).toMatch(/^counted +2 +100 % {2}█+$/m);
    },
    { timeout: 60_000, interval: 500 },
  );
});

it('aurastream job cancel cancels the job and prints its progress', async () => {
  await test.control('POST', 'faults', { service: 'comprehend', kind: 'throttle' });
  const lines = Array.from({ length: 50 }, (_, i) => JSON.stringify({ text: `Not ${i}` }));
  const file = await aFile('more.jsonl', lines.join('\n'));
  const { job_id } = JSON.parse(await runCommand(['job', 'submit', file, '--json']));
  expect(await runCommand(['job', 'cancel', job_id])).toMatch(
    /Cancelled job_\w+: \d+ of \d+ records were done/,
  );
  expect(await runCommand(['job', 'status', job_id])).toContain('CANCELLED');
});

it('aurastream job exits with 1 and prints the reason if the job has FAILED', async () => {
  const empty = await aFile('empty.jsonl', '\n');
  const { code, stdout } = await aurastream(['job', 'submit', empty, '--watch'], { env });
  expect(code).toBe(1);
  expect(stdout).toContain('INPUT_EMPTY: The input has no records');
});

it.each([
  [['job', 'status', 'job_nobody'], /There is no such job/],
  [['job', 'submit', '/not/there.jsonl'], /no such file|not there/i],
  [['job', 'status', 'job_1', '--api-key', 'nonsense'], /key/i],
])(
  'aurastream %j fails, and the error says what to try and has no stack',
  async (args, message) => {
    const { code, stderr } = await aurastream(args, { env });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  },
);

it('aurastream keys creates a working key, lists it without its value, and revokes it', async () => {
  const args = ['keys', 'create', '--tenant', 'new-team', '--tier', 'growth', '--json'];
  const { api_key, key_id, callback_secret } = JSON.parse(await runCommand(args));
  expect(callback_secret).toEqual(expect.any(String));
  const call = createCaller(test.cloud.api, api_key);
  expect(await call('/jobs')).toMatchObject({ status: 200, body: { jobs: [] } });

  const list = await runCommand(['keys', 'list', '--tenant', 'new-team']);
  expect(list).toContain(key_id);
  expect(list).not.toContain(api_key);

  await runCommand(['keys', 'revoke', key_id]);
  expect((await call('/jobs')).status).toBe(403);
  const { code, stderr } = await aurastream(['keys', 'revoke', key_id], { env });
  expect(code).not.toBe(0);
  expect(stderr).toContain('keys list');
});

it('aurastream undo takes a job back by its id', async () => {
  const file = await aFile('undone.csv', 'record_id,text\nu-1,I love my cat\nu-2,I hate rain\n');
  const submit = ['job', 'submit', file, '--source', 'undone', '--watch', '--json'];
  const { job_id } = JSON.parse(await runCommand(submit)) as { job_id: string };
  const undone = JSON.parse(await runCommand(['undo', job_id, '--yes', '--json']));
  expect(undone).toMatchObject({ undone_run_id: job_id, withdrawn: 2, restored: 0, failed: 0 });
  await vi.waitFor(
    async () => {
      const result = JSON.parse(await runCommand(['results', 'get', 'undone', 'u-1', '--json']));
      expect(result).toMatchObject({ status: 'withdrawn', run_id: undone.run_id });
    },
    { timeout: 60_000, interval: 1_000 },
  );
});
