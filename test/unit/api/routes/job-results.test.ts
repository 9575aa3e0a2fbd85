import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPosition } from '../../../../api/http/cursor.ts';
import {
  type JobResult,
  jobResultsResponseSchema,
  type Result,
  recordKey,
} from '../../../../schemas/index.ts';
import { createFakeRecordLists } from '../../../fakes/record-lists.ts';
import { aJob } from '../../../support/jobs.ts';
import { withRecords } from '../../../support/record-lists.ts';
import { aResult } from '../../../support/results.ts';
import { errorOf, testApi } from '../app.ts';

const PATH = '/jobs/job_1/results';

/**
 * Creates the API with one job. The parameter `lines` contains the input of the job, and `rows`
 * contains the results that exist so far.
 */
async function createJobApi(lines: unknown[], rows: Partial<Result>[] = []) {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const { record_lists, pages } = createFakeRecordLists();
  const api = testApi(undefined, { record_lists });
  await api.jobs.create(
    await withRecords(record_lists, aJob({ job_id: 'job_1' }), text.join('\n')),
  );
  for (const row of rows) {
    const result = aResult({ tenant: 'acme', source: 'api', ...row });
    api.rows.set(recordKey(result), result);
  }
  const read = async (query = '', accept?: string) =>
    api.request(`${PATH}${query}`, accept === undefined ? {} : { headers: { accept } });
  const readPage = async (query = '') =>
    jobResultsResponseSchema.parse(await (await read(query)).json());
  return { ...api, pages, read, readPage };
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

it('the results of a job whose record list is no longer kept are a 404', async () => {
  const { read, pages } = await createJobApi(createLines(2));
  pages.clear();
  const response = await read();
  expect(response.status).toBe(404);
  expect((await errorOf(response)).message).toContain('no longer kept');
});

it('the results of a job need its record list alone, so they stay when its input is deleted', async () => {
  const { readPage, objects } = await createJobApi(createLines(2), [{ record_id: 'r0' }]);
  expect(objects.size).toBe(0);
  expect((await readPage()).results.map(({ outcome }) => outcome)).toEqual(['done', 'pending']);
});

it('records that a submission has not reached are pending and have no id, and those behind its checkpoint have one if they are listed', async () => {
  const { record_lists } = createFakeRecordLists();
  const api = testApi(undefined, { record_lists });
  const lines = createLines(3_500).map((line) => JSON.stringify(line));
  const whole = await withRecords(record_lists, aJob({ job_id: 'job_1' }), lines.join('\n'));
  const submitted = { records: 1_000, bytes: 1 };
  await api.jobs.create({ ...whole, status: 'PROCESSING', submitted });
  const readIds = async (cursor: string) => {
    const response = await api.request(`${PATH}?limit=2${cursor}`);
    const { results } = jobResultsResponseSchema.parse(await response.json());
    return results.map(({ record_id, outcome }) => [record_id, outcome]);
  };
  const cursorOf = (job_index: number) => `&cursor=${formatPosition(job_index)}`;
  expect(await readIds('')).toEqual([
    ['r0', 'pending'],
    ['r1', 'pending'],
  ]);
  expect(await readIds(cursorOf(1_999))).toEqual([
    ['r1999', 'pending'],
    [undefined, 'pending'],
  ]);
  expect(await readIds(cursorOf(3_499))).toEqual([[undefined, 'pending']]);
});

it('a later job with the same id never shows the record list of the earlier one', async () => {
  const { record_lists } = createFakeRecordLists();
  const api = testApi(undefined, { record_lists });
  const earlier = aJob({ job_id: 'job_1', expires_at: 1 });
  await withRecords(record_lists, earlier, '{"record_id":"old","text":"one"}');
  await api.jobs.create(aJob({ job_id: 'job_1', status: 'PROCESSING', total: 1 }));
  expect(await (await api.request(PATH)).json()).toEqual({
    results: [{ job_index: 0, outcome: 'pending' }],
  });
});

it('the results of a job that could not be read are empty', async () => {
  const api = testApi();
  const error = { code: 'INPUT_UNREADABLE' as const, message: 'No CSV' };
  await api.jobs.create(aJob({ job_id: 'job_1', status: 'FAILED', error }));
  expect(await (await api.request(PATH)).json()).toEqual({ results: [] });
});

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

it('a page of job results reads the page of the record list that it is in, and no other', async () => {
  const fake = createFakeRecordLists();
  const read: number[] = [];
  const get: typeof fake.record_lists.get = (job, page) => {
    read.push(page);
    return fake.record_lists.get(job, page);
  };
  const api = testApi(undefined, { record_lists: { get } });
  const lines = createLines(5_000).map((line) => JSON.stringify(line));
  await api.jobs.create(
    await withRecords(fake.record_lists, aJob({ job_id: 'job_1' }), lines.join('\n')),
  );
  const response = await api.request(`${PATH}?limit=2&cursor=${formatPosition(3_100)}`);
  const { results } = jobResultsResponseSchema.parse(await response.json());
  expect(results.map(({ record_id }) => record_id)).toEqual(['r3100', 'r3101']);
  expect(read).toEqual([3]);
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

it('a result that is stored without its text has no text in the results of its job', async () => {
  const text = undefined as unknown as string;
  const { readPage } = await createJobApi(createLines(1), [{ record_id: 'r0', text }]);
  expect((await readPage()).results[0]?.result).not.toHaveProperty('text');
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
  const { record_lists } = createFakeRecordLists();
  const api = testApi(undefined, {
    record_lists,
    results: {
      get: async () => undefined,
      list: async () => ({ results: [] }),
      getMany: async (records) => {
        sizes.push(records.length);
        return new Map();
      },
    },
  });
  const lines = createLines(250).map((line) => JSON.stringify(line));
  await api.jobs.create(
    await withRecords(record_lists, aJob({ job_id: 'job_1' }), lines.join('\n')),
  );
  await api.request(`${PATH}?limit=1000`);
  expect(sizes).toEqual([100, 100, 50]);
});
