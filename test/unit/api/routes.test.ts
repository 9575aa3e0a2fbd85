import { expect, it } from 'vitest';
import { healthResponseSchema, ServiceError } from '../../../schemas/index.ts';
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

it('an error has the id of its request and the time of the clock', async () => {
  const ids = ['request-1', 'request-2'];
  const { app } = testApi(undefined, {
    request_id: () => ids.shift()!,
    now: () => Date.UTC(2026, 10, 23, 10),
  });
  const response = await app.request('/nowhere');
  expect(response.headers.get('x-request-id')).toBe('request-1');
  expect(await errorOf(response)).toMatchObject({
    request_id: 'request-1',
    timestamp: '2026-11-23T10:00:00.000Z',
  });
  expect(ids).toEqual(['request-2']);
});

it('only a bug is reported as one: not a mistake of the caller, nor a service that fails', async () => {
  const down = new ServiceError('dynamodb', 'Down', { retryable: true });
  const api = testApi();
  api.jobs.get = async () => Promise.reject(down);
  expect((await api.request('/status/a')).status).toBe(503);
  expect((await api.request('/nowhere')).status).toBe(404);
  expect(api.errors).toEqual([]);
  const bug = new TypeError('This is a bug');
  api.jobs.get = async () => Promise.reject(bug);
  expect((await api.request('/status/a')).status).toBe(500);
  expect(api.errors).toEqual([bug]);
});

it('the log names the route of a request, not its path, and says how long the answer took', async () => {
  let at = 0;
  const { request, answers, jobs } = testApi(undefined, { now: () => at });
  jobs.get = async () => {
    at += 30;
    return undefined;
  };
  await request('/status/job_1');
  await request('/status/job_1/more');
  await request('/jobs/job_1/results');
  expect(answers).toMatchObject([
    { route: '/status/{job_id}', status: 404, duration_ms: 30 },
    { route: 'unknown', status: 404, duration_ms: 0 },
    { route: '/jobs/{job_id}/results', status: 404, duration_ms: 30 },
  ]);
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
