import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { type Caller, createCaller } from '../support/api.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { readDocCommands } from '../support/doc-code.ts';
import { run } from '../support/process.ts';

const WAIT = { timeout: 60_000, interval: 200 };
const FILE = '{"text":"I love my cat"}\n{"text":"Größe ist gut"}\n';
const CREATE = readDocCommands('docs/api.md', 'size_bytes');
const COMMANDS = {
  PUT: readDocCommands('docs/api.md', 'curl -T'),
  POST: readDocCommands('docs/api.md', 'curl -K'),
};
const METHODS = ['PUT', 'POST'] as const;

let test: TestCloud;
let call: Caller;
let api_key: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-uploads-'));
  test = await testCloud();
  ({ api_key } = await prepareKeys(test.cloud));
  call = createCaller(test.cloud.api, api_key);
});
afterAll(async () => {
  await test.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs commands of docs/api.md with this API, this key and this file. */
async function runCommands(...commands: string[]): Promise<string> {
  await writeFile(join(folder, 'records.jsonl'), FILE);
  const script = commands
    .join('')
    .replace('http://127.0.0.1:4566/v1', test.cloud.api)
    .replace('YOUR_KEY', api_key)
    .replace('samples/records.jsonl', 'records.jsonl');
  const { code, stdout, stderr } = await run(['bash', '-euc', script], { cwd: folder });
  expect(code, stderr).toBe(0);
  return stdout;
}

async function submit(size_bytes: number) {
  const body = { upload: { format: 'jsonl', size_bytes } };
  const answer = await call('/analyze/async', { method: 'POST', body });
  expect(answer.status).toBe(202);
  return answer.body;
}

const statusOf = async (job_id: string) => (await call(`/status/${job_id}`)).body;

async function waitUntilDone(job_id: string): Promise<void> {
  await vi.waitFor(async () => {
    expect(await statusOf(job_id)).toMatchObject({
      status: 'COMPLETED',
      progress: { total: 2, done: 2 },
    });
  }, WAIT);
}

it.each(METHODS.map((method) => ({ method })))(
  'the commands of docs/api.md upload a file with $method, and its job ends',
  async ({ method }) => {
    const print = '\njq -r .job_id job.json\n';
    const printed = await runCommands(CREATE, COMMANDS[method], print);
    // S3 answers an upload without a body, and a refusal with XML.
    expect(printed).toMatch(/^job_[0-9a-f]{32}\n$/);
    await waitUntilDone(printed.trim());
  },
);

it('a file of another size than declared is refused, with PUT and with POST, and its job keeps waiting', async () => {
  const { job_id, upload } = await submit(Buffer.byteLength(FILE));
  const { 'Content-Type': type } = upload.headers;
  const send = {
    PUT: (file: string) =>
      fetch(upload.url, { method: 'PUT', headers: { 'content-type': type }, body: file }),
    POST: (file: string) => {
      const form = new FormData();
      for (const [name, value] of Object.entries<string>(upload.form.fields)) form.set(name, value);
      form.set('file', new File([file], 'records.jsonl'));
      return fetch(upload.form.url, { method: 'POST', body: form });
    },
  };
  const codeOf = async (response: Response) => {
    const [, code] = /<Code>([^<]+)/.exec(await response.text()) ?? [];
    return `${response.status} ${code}`;
  };
  for (const file of [`${FILE}\n`, FILE.slice(1)]) {
    expect(await codeOf(await send.PUT(file))).toBe('403 SignatureDoesNotMatch');
  }
  expect(await codeOf(await send.POST(`${FILE}\n`))).toBe('400 EntityTooLarge');
  expect(await codeOf(await send.POST(FILE.slice(1)))).toBe('400 EntityTooSmall');
  expect(await statusOf(job_id)).toMatchObject({ status: 'PENDING' });
  expect((await send.POST(FILE)).status).toBe(204);
  await waitUntilDone(job_id);
});

it('a file whose declared size is above the limit is a 413', async () => {
  const body = { upload: { format: 'jsonl', size_bytes: 5 * 1024 ** 3 + 1 } };
  const { status, body: answer } = await call('/analyze/async', { method: 'POST', body });
  expect(status).toBe(413);
  expect(answer.error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', field: 'upload.size_bytes' });
});
