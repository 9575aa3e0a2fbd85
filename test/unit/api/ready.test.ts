import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createReady } from '../../../api/ready.ts';
import { DEPENDENCIES, readyResponseSchema, ServiceError } from '../../../schemas/index.ts';
import { testApi } from './app.ts';

type Name = (typeof DEPENDENCIES)[number];

/**
 * Creates a readiness check. Each dependency without an entry in `probes` has a probe that
 * succeeds. The array `called` lists the dependencies in the order in which the check called their
 * probes.
 */
function createProbed(probes: Partial<Record<Name, () => Promise<unknown>>> = {}) {
  const called: Name[] = [];
  const all = Object.fromEntries(
    DEPENDENCIES.map((name) => [
      name,
      () => {
        called.push(name);
        return probes[name]?.() ?? Promise.resolve();
      },
    ]),
  ) as Record<Name, () => Promise<unknown>>;
  return { ready: createReady({ probes: all, now: Date.now }), called };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('GET /ready calls each dependency and is ready if all of them answer', async () => {
  const { ready, called } = createProbed();
  const answer = readyResponseSchema.parse(await ready());
  expect(answer.status).toBe('ready');
  expect(called).toEqual([...DEPENDENCIES]);
  expect(answer.dependencies.map(({ name, status }) => [name, status])).toEqual(
    DEPENDENCIES.map((name) => [name, 'ok']),
  );
});

it.each(DEPENDENCIES)(
  'GET /ready is unavailable if %s alone fails, and names it with its code',
  async (name) => {
    const fail = () =>
      Promise.reject(new ServiceError('some', 'ResourceNotFound', { retryable: false }));
    const { ready } = createProbed({ [name]: fail });
    const { status, dependencies } = await ready();
    expect(status).toBe('unavailable');
    expect(dependencies.filter((one) => one.status === 'failed')).toMatchObject([
      { name, error: 'ResourceNotFound' },
    ]);
  },
);

it('GET /ready says when it asked the dependencies, and how long each of them took', async () => {
  vi.setSystemTime(Date.UTC(2026, 10, 23, 10));
  const slow = () => new Promise((resolve) => setTimeout(resolve, 300));
  const { ready } = createProbed({ jobs_table: slow });
  const asked = ready();
  await vi.advanceTimersByTimeAsync(300);
  const { timestamp, dependencies } = await asked;
  expect(timestamp).toBe('2026-11-23T10:00:00.300Z');
  expect(dependencies).toMatchObject(
    DEPENDENCIES.map((name) => ({ name, duration_ms: name === 'jobs_table' ? 300 : 0 })),
  );
});

it('GET /ready does not quote the message of an unexpected error', async () => {
  const { ready } = createProbed({ stream: () => Promise.reject(new Error('private words')) });
  const answer = await ready();
  expect(JSON.stringify(answer)).not.toContain('private');
  expect(answer.dependencies[0]).toMatchObject({ status: 'failed', error: 'UnknownError' });
});

it('GET /ready waits 2 s for a dependency that does not answer, and for all of them together', async () => {
  const never = () => new Promise(() => {});
  const { ready } = createProbed({ stream: never, jobs_table: never, counts_table: never });
  const asked = ready();
  let is_over = false;
  void asked.then(() => {
    is_over = true;
  });
  await vi.advanceTimersByTimeAsync(1_900);
  expect(is_over).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(is_over).toBe(true);
  const failed = (await asked).dependencies.filter(({ status }) => status === 'failed');
  expect(failed).toMatchObject([
    { name: 'stream', error: 'Timeout', duration_ms: 2_000 },
    { name: 'jobs_table', error: 'Timeout' },
    { name: 'counts_table', error: 'Timeout' },
  ]);
});

it('GET /ready calls the dependencies at most once every 5 s', async () => {
  const { ready, called } = createProbed();
  await Promise.all([ready(), ready()]);
  await vi.advanceTimersByTimeAsync(4_900);
  await ready();
  expect(called).toHaveLength(DEPENDENCIES.length);
  await vi.advanceTimersByTimeAsync(200);
  await ready();
  expect(called).toHaveLength(2 * DEPENDENCIES.length);
});

it('GET /ready keeps the answer that a dependency fails for 5 s too', async () => {
  const fail = () => Promise.reject(new ServiceError('some', 'Down', { retryable: true }));
  const { ready, called } = createProbed({ stream: fail });
  for (const _ of [1, 2, 3]) expect((await ready()).status).toBe('unavailable');
  expect(called).toHaveLength(DEPENDENCIES.length);
});

it.each([
  ['ready', 200],
  ['unavailable', 503],
] as const)(
  'GET /ready of %s services has the status %d and needs no key',
  async (status, code) => {
    const { app } = testApi(undefined, {
      ready: async () => ({ status, dependencies: [], timestamp: new Date(0).toISOString() }),
    });
    const response = await app.request('/ready');
    expect(response.status).toBe(code);
    expect(await response.json()).toMatchObject({ status });
  },
);
