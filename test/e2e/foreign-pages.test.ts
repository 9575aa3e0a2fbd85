import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { BROWSER_FLAGS, browserPath } from '../support/browser.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';

const path = browserPath();

// A machine without a browser skips these tests. In CI, the tests are never skipped, because CI
// must have a browser.
describe.skipIf(path === undefined && !process.env.CI)('a web page of another origin', () => {
  let test: TestCloud;
  let browser: Browser;
  let site: Server;
  beforeAll(async () => {
    test = await testCloud();
    site = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>evil</title>');
    });
    site.listen(0, '127.0.0.2');
    await once(site, 'listening');
    // Chromium asks the user before a public page may reach this machine. The flag turns the
    // question off, because other browsers do not ask.
    const off = '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests';
    const rebinding = '--host-resolver-rules=MAP evil.example 127.0.0.1';
    browser = await chromium.launch({
      executablePath: path!,
      args: [...BROWSER_FLAGS, off, rebinding],
    });
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await test?.stop();
  });

  async function openEvilPage(): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.2:${(site.address() as AddressInfo).port}/`);
    return page;
  }

  /** Sends a request from the page without a preflight, and waits for the answer. */
  const send = (page: Page, url: string, init: RequestInit) =>
    page.evaluate(
      ([to, options]) => fetch(to, { mode: 'no-cors', ...options }).then(({ type }) => type),
      [url, init] as const,
    );

  async function countKeys(): Promise<number> {
    let count = 0;
    for await (const _ of test.keys.list()) count += 1;
    return count;
  }

  it('cannot inject faults, release messages, or create API keys', async () => {
    await prepareKeys(test.cloud);
    const keys = await countKeys();
    const page = await openEvilPage();
    const { endpoint } = test.cloud;
    const fault = JSON.stringify({ service: 'comprehend', kind: 'error', probability: 1 });
    const owner = `X-Amz-Credential=${test.cloud.access_key_id}/20261126/us-east-1/apigateway/a`;
    for (const [route, body] of [
      ['_cloud/faults', fault],
      [`apikeys?${owner}`, '{"name":"evil"}'],
    ] as const)
      expect(await send(page, `${endpoint}/${route}`, { method: 'POST', body })).toBe('opaque');
    expect(await test.control('GET', 'faults')).toMatchObject({ rules: [] });
    expect(await countKeys()).toBe(keys);
  });

  it('cannot use a presigned URL whose bucket has no CORS rule', async () => {
    const page = await openEvilPage();
    const input = { Bucket: test.stack.LakeBucketName, Key: 'key' };
    const url = await getSignedUrl(test.clients.s3, new GetObjectCommand(input));
    await test.control('POST', 'meter/reset');
    expect(await send(page, url, {})).toBe('opaque');
    const meter = async () => JSON.stringify(await test.control('GET', 'meter'));
    expect(await meter()).not.toContain('"GetObject"');
    await fetch(url);
    expect(await meter()).toContain('"GetObject"');
  });

  it('reads nothing by DNS rebinding, whatever it asks for', async () => {
    const page = await browser.newPage();
    const { port } = new URL(test.cloud.endpoint);
    const { pathname } = new URL(test.cloud.api);
    for (const route of ['/_cloud/health', '/_cloud/status', `${pathname}/health`, '/apikeys']) {
      const answer = await page.goto(`http://evil.example:${port}${route}`);
      expect(answer?.status()).toBe(403);
      expect(await answer?.text()).toContain('The Host header is');
    }
  });
});
