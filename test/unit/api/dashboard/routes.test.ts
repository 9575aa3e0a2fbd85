import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorOf, SETTINGS, testApi } from '../app.ts';

let dashboard_folder: string;
beforeAll(async () => {
  dashboard_folder = await mkdtemp(join(tmpdir(), 'api-dashboard-'));
  await writeFile(join(dashboard_folder, 'index.html'), '<title>Dashboard</title>');
  await writeFile(join(dashboard_folder, 'main-ABCD2345.js'), 'start();');
  await writeFile(join(dashboard_folder, 'main-ABCD2345.css'), 'body {}');
  await writeFile(join(dashboard_folder, 'secret.txt'), 'private words');
});
afterAll(async () => {
  await rm(dashboard_folder, { recursive: true, force: true });
});

const read = async (path: string, headers: Record<string, string> = {}) =>
  testApi(undefined, { dashboard_folder }).app.request(path, { headers });

it('GET /dashboard needs no key, and lets the page load and call nothing but the API and the upload bucket', async () => {
  const response = await read('/dashboard');
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('<title>Dashboard</title>');
  const policy = response.headers.get('content-security-policy')!;
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self' https://bucket.example",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ]);
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
});

it('a browser asks for the page each time, and keeps its files for ever', async () => {
  const page = await read('/dashboard');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const etag = page.headers.get('etag')!;
  const again = await read('/dashboard', { 'if-none-match': `W/${etag}` });
  expect([again.status, await again.text()]).toEqual([304, '']);
  const file = await read('/dashboard/main-ABCD2345.js');
  expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

it.each([
  ['main-ABCD2345.js', 'text/javascript; charset=utf-8'],
  ['main-ABCD2345.css', 'text/css; charset=utf-8'],
])('GET /dashboard/%s has the type %s, which a browser must not guess', async (name, type) => {
  const { status, headers } = await read(`/dashboard/${name}`);
  expect([status, headers.get('content-type')]).toEqual([200, type]);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

it.each([
  'secret.txt',
  'index.html',
  '..%2findex.html',
  '%2e%2e%2fmain-ABCD2345.js',
  'main-ZZZZ9999.js',
  'constructor',
])('GET /dashboard/%s is a 404: only built files are served', async (name) => {
  const response = await read(`/dashboard/${name}`);
  expect(response.status).toBe(404);
  expect(await errorOf(response)).toMatchObject({ code: 'NOT_FOUND' });
});

it('without built files, and with serves_dashboard: false, there is no dashboard', async () => {
  for (const folder of [{}, { dashboard_folder: join(dashboard_folder, 'none') }]) {
    expect((await testApi(undefined, folder).app.request('/dashboard')).status).toBe(404);
  }
  const settings = { ...SETTINGS, serves_dashboard: false };
  const { app } = testApi(undefined, { dashboard_folder, settings });
  expect((await app.request('/dashboard')).status).toBe(404);
  const { paths } = (await (await app.request('/openapi.json')).json()) as { paths: object };
  expect(Object.keys(paths).filter((path) => path.startsWith('/dashboard'))).toEqual([]);
});
