import { expect, it } from 'vitest';
import { healthResponseSchema } from '../../../schemas/index.ts';
import { errorOf, testApi } from './app.ts';

it('GET /health says that the function runs, and calls no service', async () => {
  const { app, calls } = testApi();
  const response = await app.request('/health');
  expect(response.status).toBe(200);
  expect(response.headers.get('x-request-id')).toBe('request-1');
  expect(healthResponseSchema.parse(await response.json())).toMatchObject({ version: '1.2.3' });
  expect(calls).toEqual([]);
});

it('GET /health answers HEAD too', async () => {
  expect((await testApi().app.request('/health', { method: 'HEAD' })).status).toBe(200);
});

it.each(['/', '/analyze', '/analyze/sync/more', '/v1/health', '/jobs/a/b'])(
  'the unknown path %s is a 404 with the body of any other error',
  async (path) => {
    const { app, answers } = testApi();
    const response = await app.request(path);
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({
      code: 'NOT_FOUND',
      request_id: 'request-1',
    });
    expect(response.headers.get('x-request-id')).toBe('request-1');
    expect(answers).toMatchObject([{ route: 'unknown', status: 404 }]);
  },
);

it.each([
  ['GET', '/analyze/sync', 'POST'],
  ['DELETE', '/analyze/sync', 'POST'],
  ['OPTIONS', '/analyze/sync', 'POST'],
  ['POST', '/health', 'GET'],
])('%s %s is a 405 that names the allowed method', async (method, path, allowed) => {
  const response = await testApi().app.request(path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe(allowed);
  expect(await errorOf(response)).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
});

it('the log gets one entry per answer, which quotes nothing of the request', async () => {
  const { app, post, answers } = testApi();
  await post({ text: 'I love my cat' });
  await app.request('/my-secret?text=cat');
  expect(answers).toEqual([
    {
      request_id: 'request-1',
      route: '/analyze/sync',
      method: 'POST',
      status: 200,
      duration_ms: expect.any(Number),
    },
    {
      request_id: 'request-1',
      route: 'unknown',
      method: 'GET',
      status: 404,
      duration_ms: expect.any(Number),
      error_code: 'NOT_FOUND',
    },
  ]);
});
