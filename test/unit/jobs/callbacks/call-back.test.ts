import { expect, it } from 'vitest';
import { createCallBack } from '../../../../jobs/callbacks/call-back.ts';
import type { PostOutcome } from '../../../../jobs/callbacks/post.ts';
import {
  type CallbackMessage,
  callbackBodySchema,
  deriveCallbackSecret,
  type Job,
} from '../../../../schemas/index.ts';
import { createFakeJobStore } from '../../../fakes/job-store.ts';
import { createOutage } from '../../../fakes/network.ts';
import { aProcessingJob, JOBS_NOW } from '../../../support/jobs.ts';
import { hmacSignature } from '../../../support/signature.ts';

const SECRET = 'secret of the deployment';
const URL = 'https://example.com/hook?a=b';

/**
 * Creates a final job with a pending callback. The receiver answers with `outcomes` in turn. After
 * the last outcome, the receiver repeats the last outcome.
 */
async function createWorld(
  outcomes: PostOutcome[],
  fields: Partial<Job> = {},
  secrets: string[] = [SECRET],
) {
  let clock = JOBS_NOW;
  // The clock advances by 10 ms each time the clock is read.
  const now = () => (clock += 10);
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  const callback = { url: URL, state: 'pending' as const, delivery_id: 'delivery-1', attempts: [] };
  await store.create({
    ...aProcessingJob({ job_id: 'job_1', total: 2 }),
    status: 'COMPLETED',
    callback,
    ...fields,
  });
  const sent: [CallbackMessage, number][] = [];
  const posts: { url: string; headers: Record<string, string>; body: string }[] = [];
  const callBack = createCallBack({
    store,
    queue: { send: async (message, delay_seconds) => void sent.push([message, delay_seconds]) },
    post: async (url, headers, body) => {
      posts.push({ url, headers, body });
      return outcomes[Math.min(posts.length, outcomes.length) - 1]!;
    },
    secrets: async () => secrets,
    now,
  });
  const attempt = (number: number) => callBack({ job_id: 'job_1', attempt: number });
  return { store, sent, posts, attempt };
}

it('a callback that fails is attempted again after 1, 5 and 15 minutes, and has then failed', async () => {
  const { attempt, sent, posts, store } = await createWorld([{ status: 500 }]);
  const outcomes = [await attempt(1), await attempt(2), await attempt(3), await attempt(4)];
  expect(outcomes).toEqual(['retrying', 'retrying', 'retrying', 'failed']);
  expect(sent).toEqual([
    [{ job_id: 'job_1', attempt: 2 }, 60],
    [{ job_id: 'job_1', attempt: 3 }, 300],
    [{ job_id: 'job_1', attempt: 4 }, 900],
  ]);
  expect(posts).toHaveLength(4);
  expect((await store.get('job_1'))?.callback?.state).toBe('failed');
  expect(await attempt(5)).toBe('ignored');
  expect(posts).toHaveLength(4);
});

it.each([200, 201, 204, 299])(
  'the status %d of the receiver delivers a callback',
  async (status) => {
    const { attempt, sent, store } = await createWorld([{ status }]);
    expect(await attempt(1)).toBe('delivered');
    expect(sent).toEqual([]);
    const { callback } = (await store.get('job_1'))!;
    expect(callback).toMatchObject({ state: 'delivered', attempts: [{ status }] });
  },
);

it.each([
  { status: 199 },
  { status: 300 },
  { status: 302 },
  { status: 404 },
  { status: 503 },
  { error: 'Timeout' },
])('the answer %j of the receiver does not deliver a callback', async (outcome) => {
  const { attempt, store } = await createWorld([outcome]);
  expect(await attempt(1)).toBe('retrying');
  const { callback } = (await store.get('job_1'))!;
  expect(callback).toMatchObject({ state: 'pending', attempts: [outcome] });
});

it('each attempt of a callback is kept with its time and duration, and a later one can deliver it', async () => {
  const { attempt, store } = await createWorld([{ error: 'ECONNREFUSED' }, { status: 204 }]);
  await attempt(1);
  expect(await attempt(2)).toBe('delivered');
  const { attempts } = (await store.get('job_1'))!.callback!;
  expect(attempts).toEqual([
    { attempted_at: new Date(JOBS_NOW + 10).toISOString(), duration_ms: 20, error: 'ECONNREFUSED' },
    { attempted_at: new Date(JOBS_NOW + 40).toISOString(), duration_ms: 20, status: 204 },
  ]);
});

it('a message of a callback that is delivered twice makes one attempt', async () => {
  const { attempt, posts, sent } = await createWorld([{ status: 500 }]);
  await attempt(1);
  expect(await attempt(1)).toBe('ignored');
  expect(await attempt(3)).toBe('ignored');
  expect(posts).toHaveLength(1);
  expect(sent).toHaveLength(1);
});

it('of two attempts at the same time one is kept, and one asks for the next', async () => {
  const { attempt, sent, store } = await createWorld([{ status: 500 }]);
  expect((await Promise.all([attempt(1), attempt(1)])).sort()).toEqual(['ignored', 'retrying']);
  expect(sent).toHaveLength(1);
  expect((await store.get('job_1'))?.callback?.attempts).toHaveLength(1);
});

const waiting = { url: URL, state: 'waiting' as const, delivery_id: 'delivery-1', attempts: [] };
it.each([
  ['is not final', { status: 'PROCESSING', callback: { ...waiting, state: 'pending' } }],
  ['was cancelled', { status: 'CANCELLED', callback: waiting }],
  ['has no callback', { callback: undefined }],
  ['has a delivered callback', { callback: { ...waiting, state: 'delivered' } }],
] as [string, Partial<Job>][])('a job that %s gets no callback', async (_, fields) => {
  const { attempt, posts } = await createWorld([{ status: 200 }], fields);
  expect(await attempt(1)).toBe('ignored');
  expect(posts).toEqual([]);
});

it('a message of a callback whose job does not exist is ignored', async () => {
  const { attempt, posts } = await createWorld([{ status: 200 }], { expires_at: 1 });
  expect(await attempt(1)).toBe('ignored');
  expect(posts).toEqual([]);
});

it.each([
  ['COMPLETED', 'job.completed'],
  ['COMPLETED_WITH_ERRORS', 'job.completed'],
  ['FAILED', 'job.failed'],
] as const)(
  'the callback of a job that is %s is the event %s with the state of the job',
  async (status, event) => {
    const error = { code: 'DEADLINE_EXCEEDED' as const, message: 'Too late' };
    const { attempt, posts, store } = await createWorld([{ status: 200 }], {
      status,
      ...(status === 'FAILED' ? { error } : {}),
    });
    const job = (await store.get('job_1'))!;
    await store.mark(job, 0, { positive: [0] });
    await attempt(1);
    expect(posts[0]?.url).toBe(URL);
    const body = callbackBodySchema.parse(JSON.parse(posts[0]!.body));
    expect(body).toMatchObject({
      event,
      delivery_id: 'delivery-1',
      job: { job_id: 'job_1', status, source_id: 'api', progress: { total: 2, succeeded: 1 } },
    });
    expect(body.job.error).toEqual(status === 'FAILED' ? error : undefined);
    expect(posts[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'AuraStream',
      'x-aurastream-event': event,
    });
  },
);

it('every attempt of a callback has the same delivery id, and is signed with the secret of the tenant', async () => {
  const { attempt, posts } = await createWorld([{ status: 500 }], { tenant: 'globex' });
  await attempt(1);
  await attempt(2);
  const secret = deriveCallbackSecret(SECRET, 'globex');
  expect(posts).toHaveLength(2);
  for (const { headers, body } of posts) {
    const timestamp = headers['x-aurastream-timestamp']!;
    expect(Number(timestamp)).toBe(Math.floor(JOBS_NOW / 1_000));
    expect(headers['x-aurastream-signature']).toBe(hmacSignature(secret, timestamp, body));
    expect(headers['x-aurastream-delivery']).toBe('delivery-1');
    expect(JSON.parse(body)).toMatchObject({ delivery_id: 'delivery-1' });
  }
});

it('while the secret is replaced, a callback has a signature by the new and one by the old secret', async () => {
  const given = await createWorld([{ status: 200 }], { tenant: 'acme' }, ['new', 'old']);
  await given.attempt(1);
  const { headers, body } = given.posts[0]!;
  const timestamp = headers['x-aurastream-timestamp']!;
  const [by_new, by_old] = ['new', 'old'].map((secret) =>
    hmacSignature(deriveCallbackSecret(secret, 'acme'), timestamp, body),
  );
  expect(headers['x-aurastream-signature']).toBe(`${by_new},${by_old}`);
});

it('tenants have different secrets for their callbacks, and none is that of the deployment', () => {
  const secrets = ['acme', 'globex', ''].map((tenant) => deriveCallbackSecret(SECRET, tenant));
  expect(new Set([SECRET, ...secrets]).size).toBe(4);
  expect(deriveCallbackSecret('another', 'acme')).not.toBe(secrets[0]);
});

it('a callback whose next attempt cannot be queued fails its message, and the sweeper makes up for it', async () => {
  const store = createFakeJobStore({ now: () => JOBS_NOW });
  await store.create(
    aProcessingJob({
      job_id: 'job_1',
      total: 1,
      status: 'COMPLETED',
      due_at: new Date(JOBS_NOW).toISOString(),
      callback: { ...waiting, state: 'pending' },
    }),
  );
  const callBack = createCallBack({
    store,
    queue: {
      send: async () => {
        throw createOutage('sqs');
      },
    },
    post: async () => ({ status: 500 }),
    secrets: async () => [SECRET],
    now: () => JOBS_NOW,
  });
  await expect(callBack({ job_id: 'job_1', attempt: 1 })).rejects.toThrow('sqs');
  const job = (await store.get('job_1'))!;
  expect(job.callback).toMatchObject({ state: 'pending', attempts: [{ status: 500 }] });
  expect(job.due_at).toBeDefined();
});

it('the body of a callback has the times of the job, as its status in the API has them', async () => {
  const times = {
    created_at: '2026-11-23T09:00:00.000Z',
    started_at: '2026-11-23T09:01:00.000Z',
    completed_at: '2026-11-23T09:02:00.000Z',
  };
  const { attempt, posts } = await createWorld([{ status: 200 }], times);
  await attempt(1);
  expect(JSON.parse(posts[0]!.body).job).toMatchObject(times);
});
