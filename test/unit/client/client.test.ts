import { expect, it } from 'vitest';
import { ApiError, createClient } from '../../../client/index.ts';
import { recordKey } from '../../../schemas/index.ts';
import { aResult } from '../../support/results.ts';
import { errorOf, testApi } from '../api/app.ts';

const OPTIONS = { base_url: 'https://api.example/v1/', api_key: 'a-key' };

/**
 * Creates a client whose `fetch` function returns the given answers in turn. The array `asked`
 * lists the requests, and `waits` lists the pauses between the requests, in milliseconds.
 */
function scriptClient(answers: (Response | Error)[], signal_after?: AbortController) {
  const asked: { url: string; init: RequestInit }[] = [];
  const waits: number[] = [];
  const client = createClient({
    ...OPTIONS,
    random: () => 0,
    fetch: async (url, init) => {
      asked.push({ url: String(url), init: init! });
      const answer = answers.shift();
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('No more');
      return answer;
    },
    sleep: async (milliseconds, signal) => {
      waits.push(milliseconds);
      signal_after?.abort(new Error('enough'));
      signal?.throwIfAborted();
    },
  });
  return { client, asked, waits };
}

const json = (body: unknown, status = 200, headers = {}) =>
  Response.json(body, { status, headers });
const refusal = (status: number, code: string, headers = {}) =>
  json({ error: { code, message: `No: ${code}`, request_id: 'r-1' } }, status, headers);

it('the client sends the API key, and waits for as long as Retry-After says before it retries', async () => {
  const { client, asked, waits } = scriptClient([
    refusal(429, 'RATE_LIMIT_EXCEEDED', { 'retry-after': '3' }),
    refusal(503, 'SERVICE_UNAVAILABLE'),
    json({ sentiment: 'POSITIVE' }),
  ]);
  expect(await client.analyze('I love my cat')).toEqual({ sentiment: 'POSITIVE' });
  expect(waits).toEqual([3_000, 0]);
  expect(asked).toHaveLength(3);
  expect(asked[0]!.url).toBe('https://api.example/v1/analyze/sync');
  expect(new Headers(asked[0]!.init.headers).get('x-api-key')).toBe('a-key');
});

it('the client does not retry a refusal that a retry cannot change, and rejects with its details', async () => {
  const { client, asked } = scriptClient([refusal(400, 'VALIDATION_ERROR')]);
  const error = await client.analyze('').catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 400, code: 'VALIDATION_ERROR', request_id: 'r-1' });
  expect(asked).toHaveLength(1);
});

it('the client stops after five attempts', async () => {
  const { client, asked } = scriptClient(
    Array.from({ length: 9 }, () => refusal(503, 'SERVICE_UNAVAILABLE')),
  );
  await expect(client.status('job_1')).rejects.toMatchObject({ status: 503 });
  expect(asked).toHaveLength(5);
});

it('the client retries after a network failure, and an answer that is not JSON is an ApiError', async () => {
  const { client } = scriptClient([
    new TypeError('fetch failed'),
    new Response('<html>', { status: 404 }),
  ]);
  await expect(client.status('job_1')).rejects.toMatchObject({ status: 404, code: 'UNKNOWN' });
});

it('the client keeps one Idempotency-Key over all attempts to submit a job', async () => {
  const { client, asked } = scriptClient([refusal(503, 'SERVICE_UNAVAILABLE'), json({}, 202)]);
  await client.submit({ text: 'one' });
  const keys = asked.map(({ init }) => new Headers(init.headers).get('idempotency-key'));
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
});

it('the client sends the same record ids in every attempt to publish', async () => {
  const none = { accepted: 0, refused: 0, failed: 0, records: [] };
  const { client, asked } = scriptClient([refusal(503, 'X'), json(none), json(none)]);
  await client.publish(Array.from({ length: 501 }, (_, i) => ({ text: `${i}`, source: 's' })));
  const [first, again, rest] = asked.map(({ init }) => JSON.parse(String(init.body)).records);
  expect(again).toEqual(first);
  expect([first.length, rest.length]).toEqual([500, 1]);
});

it('the client reads the next page only when the items of the page before it are used up', async () => {
  const { client, asked } = scriptClient([
    json({ results: [{ job_index: 0 }], next_cursor: 'a b' }),
    json({ results: [{ job_index: 1 }] }),
  ]);
  const results = client.results('job 1')[Symbol.asyncIterator]();
  expect((await results.next()).value).toEqual({ job_index: 0 });
  expect(asked).toHaveLength(1);
  expect((await results.next()).value).toEqual({ job_index: 1 });
  expect((await results.next()).done).toBe(true);
  expect(asked[1]!.url).toBe('https://api.example/v1/jobs/job%201/results?limit=500&cursor=a+b');
});

it('the client polls a job at growing intervals, reports its progress, and stops when the signal is aborted', async () => {
  const { client, waits } = scriptClient([
    json({ status: 'PENDING' }),
    json({ status: 'PROCESSING' }),
    json({ status: 'COMPLETED' }),
  ]);
  const seen: string[] = [];
  const on_progress = ({ status }: { status: string }) => seen.push(status);
  expect(await client.waitForJob('job_1', { on_progress })).toEqual({ status: 'COMPLETED' });
  expect(seen).toEqual(['PENDING', 'PROCESSING', 'COMPLETED']);
  expect(waits[1]).toBeGreaterThan(waits[0]!);
  const stop = new AbortController();
  const stopped = scriptClient([json({ status: 'PENDING' })], stop).client;
  await expect(stopped.waitForJob('job_1', { signal: stop.signal })).rejects.toThrow('enough');
});

it('the client and the API agree on every request and answer', async () => {
  const api = testApi();
  const mine = aResult({ tenant: 'acme', source: 'tour', record_id: 'mine' });
  api.rows.set(recordKey(mine), mine);
  const client = createClient({
    base_url: 'https://api.example',
    fetch: async (url, init) =>
      api.request(String(url).replace('https://api.example', ''), init as RequestInit),
  });
  expect(await client.analyze('I love my cat')).toMatchObject({ sentiment: expect.any(String) });
  const { job_id } = await client.submit({ text: 'I love my cat' });
  expect(await client.status(job_id)).toMatchObject({ status: 'PENDING' });
  expect(await client.cancel(job_id)).toMatchObject({ status: 'CANCELLED' });
  expect(await client.getResult('tour', 'mine')).toMatchObject({ record_id: 'mine' });
  expect(await client.getResult('tour', 'unknown')).toBeUndefined();
  expect(await client.publish([{ text: 'a', source: 's' }])).toMatchObject({ accepted: 1 });
  const { results } = await client.analyzeBatch(['I love my cat', '']);
  expect(results[1]).toMatchObject({ error: { code: 'VALIDATION_ERROR' } });
  const response = await api.request('/jobs?limit=0');
  expect(await errorOf(response)).toMatchObject({ field: 'limit' });
});
