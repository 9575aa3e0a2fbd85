import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareKeys } from '../../cli/start/keys.ts';
import { type TestCloud, testCloud } from '../support/cloud.ts';
import { run } from '../support/process.ts';

let folder: string;
let test: TestCloud;
let api_key: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aurastream-cidrs-'));
  const { code, stderr } = await run(['node', '--import', 'tsx', 'infra/app.ts'], {
    env: {
      CDK_OUTDIR: folder,
      CDK_CONTEXT_JSON: JSON.stringify({ allowedCidrs: '127.0.0.1/32,203.0.113.0/24' }),
    },
  });
  expect(code, stderr).toBe(0);
  test = await testCloud({ assemblyDir: folder });
  ({ api_key } = await prepareKeys(test.cloud));
});
afterAll(async () => {
  await test.stop();
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
  async (path) => {
    const key = { 'x-api-key': api_key };
    expect(await callFrom('127.0.0.1', path, key)).toMatchObject({ status: 200 });
    expect(await callFrom('127.0.0.2', path, key)).toMatchObject({ status: 403 });
    expect(await callFrom('127.0.0.2', path)).toMatchObject({ status: 403 });
  },
);

it('with allowedCidrs, a header that names an allowed address does not help', async () => {
  const headers = { 'x-api-key': api_key, 'x-forwarded-for': '203.0.113.9' };
  expect(await callFrom('127.0.0.2', '/jobs', headers)).toMatchObject({ status: 403 });
});
