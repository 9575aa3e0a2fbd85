import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROUTES } from '../../../support/routes.ts';
import { errorOf, SETTINGS, testApi } from '../app.ts';

let docs_folder: string;
beforeAll(async () => {
  docs_folder = await mkdtemp(join(tmpdir(), 'api-docs-'));
  await writeFile(join(docs_folder, 'swagger-ui.css'), 'body {}');
  await writeFile(join(docs_folder, 'swagger-ui-bundle.js'), 'viewer();');
  await writeFile(join(docs_folder, 'secret.txt'), 'private words');
  await writeFile(join(docs_folder, 'constructor'), 'private words');
});
afterAll(async () => {
  await rm(docs_folder, { recursive: true, force: true });
});

const read = async (path: string, headers: Record<string, string> = {}) =>
  testApi(undefined, { docs_folder }).app.request(path, { headers });

it('GET /docs loads the viewer by relative paths, under a policy that lets in no other host', async () => {
  const response = await read('/docs');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  const policy = response.headers.get('content-security-policy')!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
  const page = await response.text();
  expect(page).toContain('src="docs/swagger-ui-bundle.js"');
  expect(page).not.toMatch(/(?:src|href)="(?:\/|http)/);
});

it('GET /docs is a plain list of all routes if the files of the viewer are not there', async () => {
  for (const folder of [undefined, join(docs_folder, 'none')]) {
    const more = folder === undefined ? {} : { docs_folder: folder };
    const response = await testApi(undefined, more).app.request('/docs');
    const page = await response.text();
    expect(page).not.toContain('<script');
    for (const { method, path } of ROUTES) expect(page).toContain(`${method} ${path}`);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  }
});

it.each([
  ['swagger-ui.css', 'text/css; charset=utf-8', 'body {}'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8', 'viewer();'],
  ['page.js', 'text/javascript; charset=utf-8', 'SwaggerUIBundle'],
])('GET /docs/%s has the type %s, and may be kept for a day', async (name, type, content) => {
  const response = await read(`/docs/${name}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('cache-control')).toBe('public, max-age=86400');
  expect(await response.text()).toContain(content);
});

it('GET /docs/{file} of a file that the caller has is a 304 without a body', async () => {
  const etag = (await read('/docs/swagger-ui.css')).headers.get('etag')!;
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
  const response = await read('/docs/swagger-ui.css', { 'if-none-match': etag });
  expect(response.status).toBe(304);
  expect(await response.text()).toBe('');
  expect((await read('/docs/page.js', { 'if-none-match': etag })).status).toBe(200);
});

it.each([
  'secret.txt',
  '..%2fsecret.txt',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  'constructor',
  'toString',
])('GET /docs/%s is a 404: only the files of the page are served', async (name) => {
  const response = await read(`/docs/${name}`);
  expect(response.status).toBe(404);
  expect(await errorOf(response)).toMatchObject({ code: 'NOT_FOUND' });
});

it('GET /docs/{file} is a 404 if the file is not there', async () => {
  const { app } = testApi(undefined, { docs_folder: join(docs_folder, 'none') });
  expect((await app.request('/docs/swagger-ui.css')).status).toBe(404);
  expect((await app.request('/docs/page.js')).status).toBe(200);
});

it('GET /openapi.json is a document of this version, needs no key, and may be kept for 5 minutes', async () => {
  const response = await read('/openapi.json');
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  expect(await response.json()).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
});

it('without docs, the page is a 404 and the OpenAPI document does not name it', async () => {
  const settings = { ...SETTINGS, serves_docs: false };
  const { app } = testApi(undefined, { docs_folder, settings });
  for (const path of ['/docs', '/docs/swagger-ui-bundle.js']) {
    expect((await app.request(path)).status).toBe(404);
  }
  const { paths } = (await (await app.request('/openapi.json')).json()) as { paths: object };
  expect(Object.keys(paths).filter((path) => path.startsWith('/docs'))).toEqual([]);
  expect(paths).toHaveProperty('/openapi.json');
});
