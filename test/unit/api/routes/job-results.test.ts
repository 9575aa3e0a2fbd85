import { setImmediate } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  hashText,
  type JobResult,
  jobResultsResponseSchema,
  type Result,
  recordKey,
} from '../../../../schemas/index.ts';
import { createFakeInputs } from '../../../fakes/job-inputs.ts';
import { aJob } from '../../../support/jobs.ts';
import { aResult } from '../../../support/results.ts';
import { errorOf, testApi } from '../app.ts';

const KEY = 'inputs/job_1.jsonl';
const PATH = '/jobs/job_1/results';

/**
 * Creates the API with one job. The parameter `lines` contains the input of the job, and `rows`
 * contains the results that exist so far.
 */
async function createJobApi(lines: unknown[], rows: Partial<Result>[] = []) {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const bytes = Buffer.from(text.join('\n'));
  const { inputs, objects } = createFakeInputs(new Map([[KEY, bytes]]));
  const head = await inputs.head(KEY);
  const api = testApi(undefined, { inputs });
  const input = { kind: 'upload' as const, format: 'jsonl' as const, key: KEY, ...head };
  await api.jobs.create(aJob({ job_id: 'job_1', total: lines.length, input }));
  for (const row of rows) {
    const result = aResult({ tenant: 'acme', source: 'api', ...row });
    api.rows.set(recordKey(result), result);
  }
  const read = async (query = '', accept?: string) =>
    api.request(`${PATH}${query}`, accept === undefined ? {} : { headers: { accept } });
  const readPage = async (query = '') =>
    jobResultsResponseSchema.parse(await (await read(query)).json());
  return { ...api, objects, read, readPage };
}

const createLines = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ record_id: `r${i}`, text: `text ${i}` }));

it('the results of a job are pending, done or set aside, in the order of its input', async () => {
  const { readPage } = await createJobApi(
    [{ record_id: 'b', text: 'two' }, 'no JSON', { record_id: 'a', text: 'one' }],
    [{ record_id: 'a', sentiment: 'MIXED' }],
  );
  const { results, next_cursor } = await readPage();
  expect(next_cursor).toBeUndefined();
  expect(results).toMatchObject([
    { job_index: 0, record_id: 'b', outcome: 'pending' },
    { job_index: 1, outcome: 'set_aside', issues: [{ path: '' }] },
    { job_index: 2, record_id: 'a', outcome: 'done', result: { sentiment: 'MIXED' } },
  ]);
  expect(results[0]).not.toHaveProperty('result');
});

it('the results of a job with an empty file are an empty list, also as CSV', async () => {
  const { read, readPage } = await createJobApi([]);
  expect((await readPage()).results).toEqual([]);
  expect((await read('', 'text/csv')).status).toBe(200);
});

it('the result of a line is pending until the row has its version or a higher one', async () => {
  const line = { record_id: 'a', text: 'one', record_version: 2 };
  const outcomeWith = async (record_version: number) => {
    const { readPage } = await createJobApi([line], [{ record_id: 'a', record_version }]);
    return (await readPage()).results[0]?.outcome;
  };
  expect(await outcomeWith(1)).toBe('pending');
  expect(await outcomeWith(2)).toBe('done');
  expect(await outcomeWith(3)).toBe('done');
});

it('a line without a version is done with a row of version 0', async () => {
  const { readPage } = await createJobApi(
    [{ record_id: 'a', text: 'one' }],
    [{ record_id: 'a', record_version: 0 }],
  );
  expect((await readPage()).results[0]?.outcome).toBe('done');
});

it('a line without an id has the id that is derived from the job and its place', async () => {
  const { readPage } = await createJobApi(
    [{ text: 'one' }, { text: 'two' }],
    [{ record_id: 'job_1:1' }],
  );
  expect((await readPage()).results).toMatchObject([
    { record_id: 'job_1:0', outcome: 'pending' },
    { record_id: 'job_1:1', outcome: 'done' },
  ]);
});

it('the results of a job never have the row of another tenant, whatever its lines say', async () => {
  const { readPage, rows } = await createJobApi([
    { record_id: 'a', text: 'one', tenant: 'globex' },
  ]);
  const foreign = { source: 'api', record_id: 'a', text: 'private words' };
  rows.set('globex#api#a', aResult({ tenant: 'globex', ...foreign }));
  const { results } = await readPage();
  expect(results).toEqual([{ job_index: 0, record_id: 'a', outcome: 'pending' }]);
});

it('the results of a job whose input has not arrived are empty', async () => {
  const api = testApi();
  await api.jobs.create(aJob({ job_id: 'job_1' }));
  expect(await (await api.request(PATH)).json()).toEqual({ results: [] });
});

it('the results of a job whose input was replaced or deleted are a 404', async () => {
  const { read, objects } = await createJobApi(createLines(2));
  objects.set(KEY, Buffer.from('{"text":"another"}'));
  const response = await read();
  expect(response.status).toBe(404);
  expect((await errorOf(response)).message).toContain('no longer kept');
});

it.each([
  ['FAILED', '"no end'],
  ['FAILED', 'a "b" c,up'],
  ['PENDING', '"no end'],
  ['PENDING', 'a "b" c,up'],
] as const)(
  'the results of a job that is %s and whose file has the row %j are no error',
  async (status, row) => {
    const key = 'inputs/job_1.csv';
    const { inputs } = createFakeInputs();
    // The parser passes on a good row before the bad one arrives.
    const read = async function* () {
      yield Buffer.from('text,source\nfine,up\nalso,up\n');
      for (let turns = 0; turns < 20; turns += 1) await setImmediate();
      yield Buffer.from(`${row}\n`);
    };
    const api = testApi(undefined, { inputs: { ...inputs, read } });
    const input = { kind: 'upload' as const, format: 'csv' as const, key };
    const error = { code: 'INPUT_UNREADABLE' as const, message: 'No CSV' };
    await api.jobs.create(
      aJob({
        ...{ job_id: 'job_1', status, input: { ...input, etag: 'e' } },
        ...(status === 'FAILED' ? { error } : {}),
      }),
    );
    const response = await api.request(PATH);
    expect(response.status).toBe(200);
    const { results, next_cursor } = jobResultsResponseSchema.parse(await response.json());
    expect(next_cursor).toBeUndefined();
    if (status === 'FAILED') expect(results).toEqual([]);
    expect(api.errors).toEqual([]);
  },
);

/** Reads all pages of the results of a job. Each page contains at most `limit` results. */
async function collectPages(
  readPage: (query: string) => Promise<{ results: JobResult[]; next_cursor?: string | undefined }>,
  limit: number,
) {
  const pages: JobResult[][] = [];
  const cursors = new Set<string>();
  let cursor = '';
  for (;;) {
    const { results, next_cursor } = await readPage(`?limit=${limit}${cursor}`);
    pages.push(results);
    if (next_cursor === undefined) return pages;
    // A cursor that comes twice leads to the same page for ever.
    expect(cursors).not.toContain(next_cursor);
    cursors.add(next_cursor);
    cursor = `&cursor=${next_cursor}`;
  }
}

it('the pages of a job hold each record once, `limit` at a time, and only the last is short', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 1, max: 130 }),
      async (count, limit) => {
        const { readPage } = await createJobApi(createLines(count));
        const pages = await collectPages(readPage, limit);
        expect(pages.flat().map(({ job_index }) => job_index)).toEqual(
          Array.from({ length: count }, (_, i) => i),
        );
        expect(pages.length).toBe(Math.ceil(count / limit));
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
      },
    ),
    { numRuns: 25 },
  );
});

it('a cursor of job results stays valid while more results arrive', async () => {
  const { readPage, rows } = await createJobApi(createLines(4), [{ record_id: 'r0' }]);
  const { next_cursor } = await readPage('?limit=2');
  for (const record_id of ['r1', 'r2', 'r3']) {
    const row = aResult({ tenant: 'acme', source: 'api', record_id });
    rows.set(recordKey(row), row);
  }
  const { results } = await readPage(`?limit=2&cursor=${next_cursor}`);
  expect(results.map(({ record_id, outcome }) => [record_id, outcome])).toEqual([
    ['r2', 'done'],
    ['r3', 'done'],
  ]);
});

it('a page of job results is at most 4 MiB, and the next page goes on behind it', async () => {
  const text = 'x'.repeat(500_000);
  const lines = createLines(20);
  const { readPage } = await createJobApi(
    lines,
    lines.map(({ record_id }) => ({ record_id, text })),
  );
  const pages = await collectPages(readPage, 100);
  expect(pages.map((page) => page.length)).toEqual([8, 8, 4]);
  expect(pages.flat().map(({ record_id }) => record_id)).toEqual(
    lines.map(({ record_id }) => record_id),
  );
});

it.each(['"', '\\', '\n', '\u0001'])(
  'a page of job results fits into the 6 MB of a Lambda answer if the texts consist of %j',
  async (mark) => {
    const lines = createLines(40);
    const text = mark.repeat(300_000);
    const { read, readPage } = await createJobApi(
      lines,
      lines.map(({ record_id }) => ({ record_id, text })),
    );
    for (const accept of ['application/json', 'application/x-ndjson', 'text/csv']) {
      const body = await (await read('?limit=100', accept)).text();
      expect(Buffer.byteLength(JSON.stringify({ statusCode: 200, body }))).toBeLessThan(6_000_000);
    }
    const pages = await collectPages(readPage, 100);
    expect(pages.flat()).toHaveLength(40);
  },
);

it('a page of job results is measured in bytes of UTF-8', async () => {
  const lines = createLines(4);
  const { readPage } = await createJobApi(
    lines,
    lines.map(({ record_id }) => ({ record_id, text: 'é'.repeat(900_000) })),
  );
  const pages = await collectPages(readPage, 100);
  expect(pages.map((page) => page.length)).toEqual([2, 2]);
});

it('the second page of job results reads the file from its cursor on, and not its start again', async () => {
  const offsets: number[] = [];
  const { inputs, objects } = createFakeInputs();
  const lines = createLines(6).map((line) => JSON.stringify(line));
  await inputs.put(KEY, lines.join('\n'), '');
  const read: typeof inputs.read = (key, options) => {
    offsets.push(options.from);
    return inputs.read(key, options);
  };
  const api = testApi(undefined, { inputs: { ...inputs, read } });
  const input = { kind: 'upload' as const, format: 'jsonl' as const, key: KEY };
  await api.jobs.create(
    aJob({ job_id: 'job_1', input: { ...input, ...(await inputs.head(KEY)) } }),
  );
  const first = await (await api.request(`${PATH}?limit=2`)).json();
  const { next_cursor } = jobResultsResponseSchema.parse(first);
  offsets.length = 0;
  const second = await (await api.request(`${PATH}?limit=2&cursor=${next_cursor}`)).json();
  const { results } = jobResultsResponseSchema.parse(second);
  expect(results.map(({ record_id }) => record_id)).toEqual(['r2', 'r3']);
  expect(offsets).toEqual([lines.slice(0, 2).join('\n').length + 1]);
  objects.set(KEY, Buffer.from('{"text":"another"}'));
  expect((await api.request(`${PATH}?limit=2`)).status).toBe(404);
});

it('a small page of job results reads at most the first MiB of the file twice and one line more than it has', async () => {
  const { inputs } = createFakeInputs();
  let lines_read = 0;
  const api = testApi(undefined, {
    inputs: {
      ...inputs,
      read: async function* () {
        for (const line of createLines(50)) {
          lines_read += 1;
          yield Buffer.from(`${JSON.stringify({ ...line, note: 'x'.repeat(100_000) })}\n`);
        }
      },
    },
  });
  const input = { kind: 'upload' as const, format: 'jsonl' as const, key: KEY, etag: 'e' };
  await api.jobs.create(aJob({ job_id: 'job_1', input }));
  const response = await api.request(`${PATH}?limit=2`);
  expect(((await response.json()) as { results: unknown[] }).results).toHaveLength(2);
  expect(lines_read).toBeLessThan(25);
});

it('a result that is larger than a page alone is a page by itself', async () => {
  const text = 'x'.repeat(4_500_000);
  const { readPage } = await createJobApi(createLines(2), [
    { record_id: 'r0', text },
    { record_id: 'r1' },
  ]);
  const pages = await collectPages(readPage, 100);
  expect(pages.map((page) => page.map(({ record_id }) => record_id))).toEqual([['r0'], ['r1']]);
});

it.each(['x', '%00', 'bm9wZQ', 'LTEgNQ'])(
  'job results refuse the cursor %s with a 400 that names it',
  async (cursor) => {
    const { read } = await createJobApi(createLines(2));
    const response = await read(`?cursor=${cursor}`);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: 'VALIDATION_ERROR', field: 'cursor' });
  },
);

it.each(['0', '1001', '-1', '1.5', 'many', ''])(
  'job results refuse %j as the limit',
  async (limit) => {
    const { read } = await createJobApi(createLines(2));
    const response = await read(`?limit=${limit}`);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ field: 'limit' });
  },
);

it('job results are JSON lines if the caller accepts application/x-ndjson, with the cursor in headers', async () => {
  const { read, readPage } = await createJobApi(createLines(3), [{ record_id: 'r0' }]);
  const response = await read('?limit=2', 'application/x-ndjson');
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const { results, next_cursor } = await readPage('?limit=2');
  const body = await response.text();
  expect(body.endsWith('\n')).toBe(true);
  expect(
    body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(results);
  expect(response.headers.get('x-next-cursor')).toBe(next_cursor);
  expect(response.headers.get('link')).toBe(`<?limit=2&cursor=${next_cursor}>; rel="next"`);
});

it('job results are CSV if the caller accepts text/csv', async () => {
  const text = 'She said "no",\nthen left';
  const { read } = await createJobApi(createLines(2), [{ record_id: 'r0', text }]);
  const response = await read('', 'text/csv, */*');
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(parse(await response.text(), { columns: true })).toMatchObject([
    { job_index: '0', outcome: 'done', text },
    { job_index: '1', outcome: 'pending', text: '' },
  ]);
});

it('a result that is stored without its text gets the text of the input, if that is the text that was analysed', async () => {
  const without = (record_id: string, text: string, more: Partial<Result> = {}) => ({
    ...{ record_id, text_hash: hashText(text), ...more },
    text: undefined as unknown as string,
  });
  const long = '"'.repeat(1_000_000);
  const { readPage, read } = await createJobApi(
    ['a', 'b', 'c', 'd'].map((id) => ({ record_id: id, text: id === 'd' ? long : `text ${id}` })),
    [
      without('a', 'text a'),
      without('b', 'a later text', { record_version: 3 }),
      without('c', '', { status: 'withdrawn' }),
      without('d', long),
    ],
  );
  const { results } = await readPage();
  expect(results.map(({ result }) => result?.text)).toEqual(['text a', ...Array(3)]);
  const lines = parse(await (await read('', 'text/csv')).text(), { columns: true });
  expect(lines[0]).toMatchObject({ text: 'text a' });
});

it('the last page of job results has no headers of a next page', async () => {
  const { read } = await createJobApi(createLines(2));
  const response = await read('?limit=2', 'text/csv');
  expect(response.status).toBe(200);
  expect(response.headers.has('x-next-cursor')).toBe(false);
  expect(response.headers.has('link')).toBe(false);
});

it('job results read at most 100 rows of the results table at a time', async () => {
  const sizes: number[] = [];
  const { inputs } = createFakeInputs(
    new Map([
      [
        KEY,
        Buffer.from(
          createLines(250)
            .map((line) => JSON.stringify(line))
            .join('\n'),
        ),
      ],
    ]),
  );
  const api = testApi(undefined, {
    inputs,
    results: {
      get: async () => undefined,
      list: async () => ({ results: [] }),
      getMany: async (records) => {
        sizes.push(records.length);
        return new Map();
      },
    },
  });
  const input = { kind: 'upload' as const, format: 'jsonl' as const, key: KEY };
  await api.jobs.create(
    aJob({ job_id: 'job_1', input: { ...input, ...(await inputs.head(KEY)) } }),
  );
  await api.request(`${PATH}?limit=1000`);
  expect(sizes).toEqual([100, 100, 50]);
});
