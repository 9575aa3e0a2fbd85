import { describe, expect, it } from 'vitest';
import { ApiError, createClient } from '../../../client/index.ts';
import { aResult } from '../../support/results.ts';
import { errorOf, testApi } from '../api/app.ts';

const OPTIONS = { base_url: 'https://api.example/v1/', api_key: 'a-key' };

/** A client of an API that gives these answers in turn; what it asked, and how long it waited between. */
function scripted(answers: (Response | Error)[], signal_after?: AbortController) {
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
const refused = (status: number, code: string, headers = {}) =>
  json({ error: { code, message: `No: ${code}`, request_id: 'r-1' } }, status, headers);

describe('the client', () => {
  it('sends the key, and waits as long as it is told to before it asks again', async () => {
    const { client, asked, waits } = scripted([
      refused(429, 'RATE_LIMIT_EXCEEDED', { 'retry-after': '3' }),
      refused(503, 'SERVICE_UNAVAILABLE'),
      json({ sentiment: 'POSITIVE' }),
    ]);
    expect(await client.analyze('I love my cat')).toEqual({ sentiment: 'POSITIVE' });
    expect(waits).toEqual([3_000, 0]);
    expect(asked).toHaveLength(3);
    expect(asked[0]!.url).toBe('https://api.example/v1/analyze/sync');
    expect(new Headers(asked[0]!.init.headers).get('x-api-key')).toBe('a-key');
  });

  it('gives up with what the API said, and asks not again where that cannot help', async () => {
    const { client, asked } = scripted([refused(400, 'VALIDATION_ERROR')]);
    const error = await client.analyze('').catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_ERROR', request_id: 'r-1' });
    expect(asked).toHaveLength(1);
  });

  it('asks a bounded number of times', async () => {
    const { client, asked } = scripted(
      Array.from({ length: 9 }, () => refused(503, 'SERVICE_UNAVAILABLE')),
    );
    await expect(client.status('job_1')).rejects.toMatchObject({ status: 503 });
    expect(asked).toHaveLength(5);
  });

  it('asks again where the network failed, and an answer that is no JSON is an error like others', async () => {
    const { client } = scripted([
      new TypeError('fetch failed'),
      new Response('<html>', { status: 404 }),
    ]);
    await expect(client.status('job_1')).rejects.toMatchObject({ status: 404, code: 'UNKNOWN' });
  });

  it('submits under one Idempotency-Key however often it sends', async () => {
    const { client, asked } = scripted([refused(503, 'SERVICE_UNAVAILABLE'), json({}, 202)]);
    await client.submit({ text: 'one' });
    const keys = asked.map(({ init }) => new Headers(init.headers).get('idempotency-key'));
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it('publishes records under the ids that they had when they were first sent', async () => {
    const none = { accepted: 0, refused: 0, failed: 0, records: [] };
    const { client, asked } = scripted([refused(503, 'X'), json(none), json(none)]);
    await client.publish(Array.from({ length: 501 }, (_, i) => ({ text: `${i}`, source: 's' })));
    const [first, again, rest] = asked.map(({ init }) => JSON.parse(String(init.body)).records);
    expect(again).toEqual(first);
    expect([first.length, rest.length]).toEqual([500, 1]);
  });

  it('walks all pages, asking for the next only when it is wanted', async () => {
    const { client, asked } = scripted([
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

  it('waits for a job less and less often, tells of its progress, and stops when it is told to', async () => {
    const { client, waits } = scripted([
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
    const stopped = scripted([json({ status: 'PENDING' })], stop).client;
    await expect(stopped.waitForJob('job_1', { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('speaks with the API as it is', async () => {
    const api = testApi();
    api.rows.set('acme#mine', aResult({ tenant: 'acme', record_id: 'mine' }));
    const client = createClient({
      base_url: 'https://api.example',
      fetch: async (url, init) =>
        api.request(String(url).replace('https://api.example', ''), init as RequestInit),
    });
    expect(await client.analyze('I love my cat')).toMatchObject({ sentiment: expect.any(String) });
    const { job_id } = await client.submit({ text: 'I love my cat' });
    expect(await client.status(job_id)).toMatchObject({ status: 'PENDING' });
    expect(await client.cancel(job_id)).toMatchObject({ status: 'CANCELLED' });
    expect(await client.getResult('mine')).toMatchObject({ record_id: 'mine' });
    expect(await client.getResult('nobody')).toBeUndefined();
    expect(await client.publish([{ text: 'a', source: 's' }])).toMatchObject({ accepted: 1 });
    const { results } = await client.analyzeBatch(['I love my cat', '']);
    expect(results[1]).toMatchObject({ error: { code: 'VALIDATION_ERROR' } });
    const response = await api.request('/jobs?limit=0');
    expect(await errorOf(response)).toMatchObject({ field: 'limit' });
  });
});
