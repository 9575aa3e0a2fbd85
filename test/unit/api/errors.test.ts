import { expect, it } from 'vitest';
import { HttpError, toErrorResponse, toHttpError } from '../../../api/http/errors.ts';
import { ERROR_CODES, type ErrorCode, ServiceError } from '../../../schemas/index.ts';
import { errorOf, testApi } from './app.ts';

const SECRET = 'private words of a caller';

it('every error code of the API has the HTTP status that docs/api.md says', () => {
  const statuses: Record<ErrorCode, number> = {
    VALIDATION_ERROR: 400,
    UNAUTHORIZED: 401,
    FORBIDDEN: 403,
    MISSING_RIGHT: 403,
    NOT_FOUND: 404,
    METHOD_NOT_ALLOWED: 405,
    CONFLICT: 409,
    PAYLOAD_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    RATE_LIMIT_EXCEEDED: 429,
    BUDGET_EXCEEDED: 429,
    INTERNAL_ERROR: 500,
    SERVICE_UNAVAILABLE: 503,
  };
  for (const code of ERROR_CODES) {
    expect(toErrorResponse(new HttpError(code, 'No'), 'r', 0).status).toBe(statuses[code]);
  }
});

it.each([
  [{ retryable: true, throttled: true }, '1'],
  [{ retryable: true }, '5'],
  [{ retryable: false }, '5'],
])(
  'a service that fails with %j is a 503 with Retry-After %s, which does not name the service',
  async (options, wait) => {
    const failure = new ServiceError('dynamodb', SECRET, options);
    const { request, errors } = testApi(undefined, {
      results: {
        get: async () => {
          throw failure;
        },
        getMany: async () => new Map(),
        list: async () => ({ results: [] }),
      },
    });
    const response = await request('/results/s/r-1');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe(wait);
    const error = await errorOf(response);
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retry_after: Number(wait) });
    expect(JSON.stringify(error)).not.toMatch(/dynamodb|private/);
    expect(errors).toEqual([]);
  },
);

it('an error that is not a known failure is a bug, and never becomes an answer of its own', () => {
  expect(toHttpError(new TypeError(SECRET))).toBeUndefined();
  expect(toHttpError(SECRET)).toBeUndefined();
  const { status, body } = toErrorResponse(undefined, 'r-1', 0);
  expect(status).toBe(500);
  expect(body).toEqual({
    error: {
      code: 'INTERNAL_ERROR',
      message: 'An internal error occurred',
      request_id: 'r-1',
      timestamp: '1970-01-01T00:00:00.000Z',
    },
  });
});

const routes = [
  ['POST', '/analyze/sync', { text: SECRET }],
  ['POST', '/analyze/batch', { texts: [SECRET] }],
  ['POST', '/analyze/async', { text: SECRET }],
  ['POST', '/records', { records: [{ text: SECRET, source: 's' }] }],
] as const;

it.each(routes)(
  '%s %s does not quote the text when a bug throws it',
  async (method, path, body) => {
    const bug = () => {
      throw new TypeError(`cannot read ${SECRET}`);
    };
    const api = testApi(async () => bug(), { stream: { putRecords: async () => bug() } });
    api.jobs.create = async () => bug();
    const headers = { 'content-type': 'application/json' };
    const response = await api.request(path, { method, headers, body: JSON.stringify(body) });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('private');
    expect(api.errors).toHaveLength(1);
    expect(JSON.stringify(api.answers)).not.toContain('private');
  },
);

it.each(['/jobs', '/results?source=s', '/stats', '/status/a', '/results/s/a', '/jobs/a/results'])(
  'GET %s without a tenant is a 401 that says which header to send',
  async (path) => {
    const response = await testApi().app.request(path);
    expect(response.status).toBe(401);
    expect((await errorOf(response)).message).toContain('X-API-Key');
  },
);

it('every answer has X-Request-ID, X-RateLimit-Limit and Cache-Control: no-store', async () => {
  for (const path of ['/health', '/jobs', '/status/unknown', '/nowhere']) {
    const { headers } = await testApi().request(path);
    expect(headers.get('x-request-id')).toBe('request-1');
    expect(headers.get('x-ratelimit-limit')).toBe('25');
    expect(headers.get('cache-control')).toBe('no-store');
  }
});

it('GET /health says that the API runs, with its version, and needs no key', async () => {
  const response = await testApi().app.request('/health');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    status: 'ok',
    version: '1.2.3',
    timestamp: expect.stringMatching(/^2026-11-23T/),
  });
});

it('GET /stats asks for the statistics of the caller’s tenant, whatever the query says', async () => {
  const asked: unknown[] = [];
  const { request } = testApi(undefined, {
    stats: async (query) => {
      asked.push(query);
      return {} as never;
    },
  });
  await request('/stats?tenant=globex&interval=day&source=tour', {}, 'acme');
  expect(asked).toEqual([{ tenant: 'acme', interval: 'day', time: 'created_at', source: 'tour' }]);
});
