import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createClient } from '../../../client/index.ts';
import type { JobResult } from '../../../schemas/index.ts';

const row = (job_index: number): JobResult => ({ job_index, outcome: 'pending' });
const write = (...values: unknown[]) =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** Creates a body of texts, which breaks off after them if `is_broken`. */
function bodyOf(texts: string[], is_broken = false): ReadableStream<Uint8Array> {
  const parts = texts.map((text) => Buffer.from(text));
  return new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part !== undefined) controller.enqueue(part);
      else if (is_broken) controller.error(new TypeError('terminated'));
      else controller.close();
    },
  });
}

/** Creates a client that gets these bodies, one for each request. The last one comes again. */
function clientOf(...bodies: ((url: URL) => ReadableStream<Uint8Array> | string)[]) {
  const urls: URL[] = [];
  const pauses: number[] = [];
  const client = createClient({
    base_url: 'https://api.example/v1',
    api_key: 'a-key',
    fetch: async (url, init) => {
      expect(new Headers(init?.headers).get('accept')).toBe('application/x-ndjson');
      const asked = new URL(String(url));
      urls.push(asked);
      const body = bodies.length > 1 ? bodies.shift() : bodies[0];
      return new Response(body?.(asked));
    },
    sleep: async (milliseconds) => void pauses.push(milliseconds),
  });
  const indexes: number[] = [];
  const read = async () => {
    for await (const { job_index } of client.download('job 1')) {
      // A client that yields rows again would go on without end.
      expect(indexes, 'a row came twice').not.toContain(job_index);
      indexes.push(job_index);
    }
    return indexes;
  };
  return { client, read, indexes, urls, pauses };
}

it('a download yields each row, wherever the parts of the body are cut', async () => {
  const text = write({ ...row(0), record_id: 'süß' }, row(1), { end: { rows: 2 } });
  const bytes = Buffer.from(text);
  for (let at = 1; at < bytes.length; at += 1) {
    const { client } = clientOf(
      () =>
        new ReadableStream({
          start(controller) {
            controller.enqueue(bytes.subarray(0, at));
            controller.enqueue(bytes.subarray(at));
            controller.close();
          },
        }),
    );
    const rows: JobResult[] = [];
    for await (const one of client.download('job_1')) rows.push(one);
    expect(rows).toEqual([{ ...row(0), record_id: 'süß' }, row(1)]);
  }
});

it('a download goes on at the cursor of its last line', async () => {
  const { read, urls, pauses } = clientOf(
    () => write(row(0), row(1), { end: { rows: 2, next_cursor: 'c/1' } }),
    () => write(row(2), { end: { rows: 1 } }),
  );
  expect(await read()).toEqual([0, 1, 2]);
  expect(urls.map(String)).toEqual([
    'https://api.example/v1/jobs/job%201/download',
    'https://api.example/v1/jobs/job%201/download?cursor=c%2F1',
  ]);
  expect(pauses).toEqual([]);
});

it('a download that breaks off is requested again, and no row comes twice', async () => {
  const { read, urls, pauses } = clientOf(
    () => bodyOf([write(row(0), row(1))], true),
    () => write(row(0), row(1), row(2)),
    () => bodyOf([`${write(row(0), row(1), row(2), row(3))}{"job_index":4,"out`]),
    () => write(...[0, 1, 2, 3, 4].map(row), { end: { rows: 5 } }),
  );
  expect(await read()).toEqual([0, 1, 2, 3, 4]);
  expect(urls).toHaveLength(4);
  expect(pauses).toHaveLength(3);
});

it('a download whose repeated response is shorter than the first goes on without a row twice', async () => {
  const { read, urls } = clientOf(
    () => bodyOf([write(row(0), row(1), row(2))], true),
    () => write(row(0), { end: { rows: 1, next_cursor: '1' } }),
    () => write(row(1), { end: { rows: 1, next_cursor: '2' } }),
    () => write(row(2), row(3), { end: { rows: 2 } }),
  );
  expect(await read()).toEqual([0, 1, 2, 3]);
  expect(urls.map(({ searchParams }) => searchParams.get('cursor'))).toEqual([
    null,
    null,
    '1',
    '2',
  ]);
});

it('a download yields each row once, wherever its responses end or break off', async () => {
  const COUNT = 8;
  const limit = fc.record({ rows: fc.integer({ min: 1, max: COUNT }), is_broken: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(limit, { maxLength: 4 }), async (limits) => {
      const answer = (url: URL, { rows, is_broken }: { rows: number; is_broken: boolean }) => {
        const from = Number(url.searchParams.get('cursor') ?? 0);
        const to = Math.min(COUNT, from + rows);
        const lines = Array.from({ length: to - from }, (_, i) => row(from + i));
        const more = to < COUNT ? { next_cursor: String(to) } : {};
        if (is_broken) return bodyOf([write(...lines)], true);
        return write(...lines, { end: { rows: lines.length, ...more } });
      };
      const whole = { rows: COUNT, is_broken: false };
      const { read } = clientOf(...[...limits, whole].map((one) => (url: URL) => answer(url, one)));
      expect(await read()).toEqual(Array.from({ length: COUNT }, (_, i) => i));
    }),
  );
});

it('a download that breaks off again and again without a new row fails after five requests, and says so', async () => {
  const { read, indexes, urls } = clientOf(() => bodyOf([write(row(0))], true));
  await expect(read()).rejects.toMatchObject({
    name: 'ApiError',
    status: 0,
    code: 'INCOMPLETE',
    message: 'The download broke off after 1 rows of this response',
    cause: new TypeError('terminated'),
  });
  expect(indexes).toEqual([0]);
  expect(urls).toHaveLength(5);
});

it('a download that the caller leaves cancels its request', async () => {
  let is_cancelled = false;
  const { client } = clientOf(
    () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(Buffer.from(write(row(0)))),
        cancel: () => {
          is_cancelled = true;
        },
      }),
  );
  for await (const _ of client.download('job_1')) break;
  expect(is_cancelled).toBe(true);
});
