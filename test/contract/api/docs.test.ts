import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { handler as apiHandler } from '../../../api/handler.ts';
import { bundle } from '../../../infra/bundling.ts';
import { VARIABLES } from '../../support/api-variables.ts';

let folder: string;
let handler: typeof apiHandler;
beforeAll(async () => {
  folder = bundle(
    { entry: 'api/handler.ts' },
    { docs: ['node_modules/swagger-ui-dist/swagger-ui-bundle.js'] },
  );
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  for (const [name, value] of Object.entries(VARIABLES)) vi.stubEnv(name, value);
  handler = (await import(pathToFileURL(join(folder, 'index.mjs')).href)).handler;
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function read(path: string) {
  const requestContext = { requestId: 'r', stage: 'v1', path: `/v1${path}`, authorizer: null };
  const event = { httpMethod: 'GET', path, headers: {}, requestContext, body: null };
  return handler(event as never, { awsRequestId: 'l' } as Context);
}

it('the bundled API serves the viewer of its documentation from the folder docs beside its code', async () => {
  expect((await read('/docs')).body).toContain('swagger-ui-bundle.js');
  const viewer = await read('/docs/swagger-ui-bundle.js');
  expect(viewer.statusCode).toBe(200);
  expect(viewer.body).toContain('SwaggerUIBundle');
});
