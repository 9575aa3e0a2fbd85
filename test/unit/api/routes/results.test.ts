import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResultsReader } from '../../../../api/ports.ts';
import { recordKey, resultsResponseSchema, SENTIMENTS } from '../../../../schemas/index.ts';
import { aResult } from '../../../support/results.ts';
import { errorOf, testApi } from '../app.ts';

type Results = { sentiment?: string | undefined; record_id: string }[];

/**
 * Creates the API with one result of the source `tour` for each sentiment. The record ids are `r0`,
 * `r1` and so on.
 */
function createResultsApi(
  sentiments: readonly (typeof SENTIMENTS)[number][],
  storage_page = 1_000,
) {
  const api = testApi();
  for (const [i, sentiment] of sentiments.entries()) {
    const record_id = `r${i}`;
    const row = aResult({ tenant: 'acme', source: 'tour', record_id, sentiment });
    api.rows.set(recordKey(row), row);
  }
  const asked: Parameters<ResultsReader['list']>[0][] = [];
  // A page of storage may contain fewer results than the route requests.
  const { app } = testApi(undefined, {
    results: {
      get: async () => undefined,
      getMany: async () => new Map(),
      list: async (query) => {
        asked.push(query);
        const start = Number(query.cursor ?? '0');
        if (Number.isNaN(start)) throw new RangeError('The cursor is not one of this listing');
        const end = start + Math.min(query.limit, storage_page);
        const rows = [...api.rows.values()];
        const page = { results: rows.slice(start, end) };
        return end < rows.length ? { ...page, cursor: String(end) } : page;
      },
    },
  });
  const env = { requestContext: { authorizer: { tenant: 'acme' } } };
  const read = async (query: string) => app.request(`/results?source=tour${query}`, {}, env);
  const readPage = async (query: string) =>
    resultsResponseSchema.parse(await (await read(query)).json());
  const readAll = async (query: string) => {
    const pages: Results[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { results, next_cursor }: { results: Results; next_cursor?: string | undefined } =
        await readPage(`${query}${at}`);
      pages.push(results);
      cursor = next_cursor;
    }
    return pages;
  };
  return { read, readPage, readAll, asked };
}

it('GET /results fills a page of `limit` results of one sentiment from several pages of storage', async () => {
  const { readPage, asked } = createResultsApi(
    ['POSITIVE', 'NEGATIVE', 'NEGATIVE', 'NEGATIVE', 'POSITIVE', 'MIXED'],
    2,
  );
  const { results, next_cursor } = await readPage('&sentiment=POSITIVE&limit=2');
  expect(results.map(({ record_id }) => record_id)).toEqual(['r0', 'r4']);
  expect(next_cursor).toBe('5');
  expect(asked.length).toBeGreaterThanOrEqual(3);
});

it('the pages of GET /results hold each result of the sentiment once, `limit` at most, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...SENTIMENTS), { maxLength: 60 }),
      fc.constantFrom(undefined, ...SENTIMENTS),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      async (sentiments, sentiment, limit, storage_page) => {
        const { readAll } = createResultsApi(sentiments, storage_page);
        const filter = sentiment === undefined ? '' : `&sentiment=${sentiment}`;
        const pages = await readAll(`${filter}&limit=${limit}`);
        const expected = sentiments.flatMap((one, i) =>
          sentiment === undefined || one === sentiment ? [`r${i}`] : [],
        );
        expect(pages.flat().map(({ record_id }) => record_id)).toEqual(expected);
        for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
        // Every page except the last page must be full.
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
      },
    ),
    { numRuns: 100 },
  );
});

it('GET /results ends a page with a cursor after 1,000 rows if few have the sentiment', async () => {
  const { readPage, asked } = createResultsApi(
    Array.from({ length: 2_500 }, () => 'NEGATIVE' as const),
    100,
  );
  expect(await readPage('&sentiment=POSITIVE&limit=200')).toEqual({
    results: [],
    next_cursor: '1000',
  });
  expect(asked).toHaveLength(10);
});

it('GET /results passes on source, from and to, asks for the caller’s tenant, and has a limit of 50', async () => {
  const { readPage, asked } = createResultsApi(['MIXED']);
  await readPage('&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&tenant=globex');
  expect(asked).toEqual([
    {
      tenant: 'acme',
      source: 'tour',
      limit: 50,
      from: '2026-11-22T00:00:00Z',
      to: '2026-11-23T00:00:00Z',
    },
  ]);
});

it.each([
  ['limit=0', 'limit'],
  ['limit=201', 'limit'],
  ['sentiment=HAPPY', 'sentiment'],
  ['from=yesterday', 'from'],
  ['cursor=tampered', 'cursor'],
])('GET /results refuses %s with a 400 that names the field', async (query, field) => {
  const { read } = createResultsApi(['MIXED']);
  const response = await read(`&${query}`);
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ code: 'VALIDATION_ERROR', field });
});

it('GET /results without a source is a 400 that names the field', async () => {
  const response = await testApi().request('/results');
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ field: 'source' });
});

it.each(['tampered', 'e30', '%00'])(
  'GET /jobs refuses the cursor %s with a 400',
  async (cursor) => {
    const response = await testApi(undefined, {
      jobs: {
        ...testApi().jobs,
        list: async () => {
          throw new RangeError('The cursor is not one of this listing');
        },
      },
    }).request(`/jobs?cursor=${cursor}`);
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ field: 'cursor' });
  },
);
