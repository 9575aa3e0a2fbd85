import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { browserPath, openBrowser } from '../support/browser.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { run } from '../support/process.ts';

const path = browserPath();

/** Serves an empty page. The name `localhost` makes its origin differ from that of the API. */
async function servePage(): Promise<{ server: Server; origin: string }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>A page</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

/** Limits a key of the tier `starter` to one request, so that the second one is always throttled. */
async function limitStarters(folder: string): Promise<void> {
  const file = join(folder, 'AuraStream.template.json');
  const template = JSON.parse(await readFile(file, 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::ApiGateway::UsagePlan') continue;
    if (!String(Properties.UsagePlanName).endsWith('Starter')) continue;
    Properties.Throttle = { RateLimit: 0.001, BurstLimit: 1 };
  }
  await writeFile(file, JSON.stringify(template));
}

/** The part of an answer that a page sees, or the name of its error if the browser hides the answer. */
interface Seen {
  status?: number;
  body?: string;
  retry_after?: string | null;
  request_id?: string | null;
  error?: string;
}

interface Sent {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends a request from a page. The browser itself sends the preflight request. */
function fetchFrom(page: Page, sent: Sent): Promise<Seen> {
  return page.evaluate(async ({ url, ...init }) => {
    try {
      const response = await fetch(url, init);
      return {
        status: response.status,
        body: await response.text(),
        retry_after: response.headers.get('retry-after'),
        request_id: response.headers.get('x-request-id'),
      };
    } catch (error) {
      return { error: (error as Error).name };
    }
  }, sent);
}

/** Posts a form with a file from a page. Returns the status. */
function postForm(page: Page, form: object, file: string): Promise<number> {
  return page.evaluate(
    async ([{ url, fields }, text]) => {
      const data = new FormData();
      for (const [name, value] of Object.entries(fields)) data.set(name, value);
      data.set('file', new File([text], 'records.jsonl'));
      return (await fetch(url, { method: 'POST', body: data })).status;
    },
    [form as { url: string; fields: Record<string, string> }, file] as const,
  );
}

let folder: string;
let allowed: { server: Server; origin: string };
let foreign: { server: Server; origin: string };
let test: TestCloud;
let api_key: string;

beforeAll(async () => {
  [allowed, foreign] = await Promise.all([servePage(), servePage()]);
  folder = await mkdtemp(join(tmpdir(), 'aurastream-callers-'));
  const context = {
    corsOrigins: `https://app.example.com,${allowed.origin}`,
    allowedCidrs: '127.0.0.1/32,203.0.113.0/24',
  };
  const { code, stderr } = await run(['node', '--import', 'tsx', 'infra/app.ts'], {
    env: { CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_VALIDATION: 'false' },
  });
  expect(code, stderr).toBe(0);
  await limitStarters(folder);
  test = await testCloud({ assemblyDir: folder });
  ({ api_key } = await prepareKeys(test.cloud));
});
afterAll(async () => {
  await test?.stop();
  for (const { server } of [allowed, foreign]) server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Calls the API from one of the addresses of the loopback interface. */
async function callFrom(localAddress: string, path: string, headers: Record<string, string> = {}) {
  const sent = request(new URL(`${test.cloud.api}${path}`), { localAddress, headers });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

it.each(['/jobs', '/health', '/openapi.json'])(
  'with allowedCidrs, the API refuses GET %s from another address, with and without a key',
  async (route) => {
    const key = { 'x-api-key': api_key };
    expect(await callFrom('127.0.0.1', route, key)).toMatchObject({ status: 200 });
    expect(await callFrom('127.0.0.2', route, key)).toMatchObject({ status: 403 });
    expect(await callFrom('127.0.0.2', route)).toMatchObject({ status: 403 });
  },
);

it('with allowedCidrs, a header that names an allowed address does not help', async () => {
  const headers = { 'x-api-key': api_key, 'x-forwarded-for': '203.0.113.9' };
  expect(await callFrom('127.0.0.2', '/jobs', headers)).toMatchObject({ status: 403 });
});

describe.skipIf(path === undefined && !process.env.CI)('a page of another origin', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(path!);
  });
  afterAll(() => browser?.close());

  async function open(origin: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(origin);
    return page;
  }

  const post = (url: string, key: string, body: object): Sent => ({
    url: `${test.cloud.api}${url}`,
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  it('a page of an allowed origin calls the API, reads its errors, and uploads a file', async () => {
    const page = await open(allowed.origin);
    const verdict = await fetchFrom(page, post('/analyze/sync', api_key, { text: 'I love it' }));
    expect(verdict.status).toBe(200);
    expect(JSON.parse(verdict.body ?? '')).toMatchObject({ sentiment: 'POSITIVE' });
    expect(verdict.request_id).not.toBeNull();
    const wrong = await fetchFrom(page, post('/analyze/sync', api_key, { text: 7 }));
    expect(wrong).toMatchObject({ status: 400 });
    // API Gateway itself answers these requests.
    expect(await fetchFrom(page, { url: `${test.cloud.api}/jobs` })).toMatchObject({ status: 401 });
    const unknown = { url: `${test.cloud.api}/jobs`, headers: { 'x-api-key': 'x'.repeat(40) } };
    expect(await fetchFrom(page, unknown)).toMatchObject({ status: 403 });
    const { api_key: slow } = await test.keys.create({ tenant: 'slow', tier: 'starter' });
    const second = { url: `${test.cloud.api}/jobs`, headers: { 'x-api-key': slow } };
    expect(await fetchFrom(page, second)).toMatchObject({ status: 200 });
    expect(await fetchFrom(page, second)).toMatchObject({ status: 429, retry_after: '1' });

    const body = '{"text":"Größe"}\n';
    const size_bytes = Buffer.byteLength(body);
    const job = await fetchFrom(
      page,
      post('/analyze/async', api_key, { upload: { format: 'jsonl', size_bytes } }),
    );
    const { upload } = JSON.parse(job.body ?? '');
    const put = {
      url: upload.url,
      method: 'PUT',
      headers: upload.headers,
      body,
    };
    expect(await fetchFrom(page, put)).toMatchObject({ status: 200 });
    const other_size = { ...put, body: `${body}\n` };
    expect((await fetchFrom(page, other_size)).status).not.toBe(200);
    expect(await postForm(page, upload.form, body)).toBe(204);
    expect(await postForm(page, upload.form, `${body}\n`)).toBe(400);
    await page.close();
  });

  it('a page of an origin that the deployment does not name reads no answer and uploads nothing', async () => {
    const page = await open(foreign.origin);
    const refused = await fetchFrom(page, post('/analyze/sync', api_key, { text: 'I love it' }));
    expect(refused).toEqual({ error: 'TypeError' });
    expect(await fetchFrom(page, { url: `${test.cloud.api}/health` })).toEqual({
      error: 'TypeError',
    });
    const body = JSON.stringify({ upload: { format: 'jsonl', size_bytes: 2 } });
    const headers = { 'x-api-key': api_key, 'content-type': 'application/json' };
    const job = await fetch(`${test.cloud.api}/analyze/async`, { method: 'POST', headers, body });
    const { upload } = (await job.json()) as { upload: { url: string; headers: object } };
    const put = { url: upload.url, method: 'PUT', headers: { ...upload.headers }, body: '{}' };
    expect(await fetchFrom(page, put)).toEqual({ error: 'TypeError' });
    await page.close();
  });
});
