import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResultsQuery } from '../../../../api/ports.ts';
import {
  type Result,
  recordKey,
  resultsResponseSchema,
  SENTIMENTS,
} from '../../../../schemas/index.ts';
import { createFakeReader } from '../../../fakes/results-reader.ts';
import { aResult } from '../../../support/results.ts';
import { errorOf, testApi } from '../app.ts';

const as = (tenant: string) => ({ requestContext: { authorizer: { tenant, rights: 'read' } } });

/** Creates the API with these results of the tenant `acme`, of which the last is the newest. */
function createResultsApi(some: Partial<Result>[]) {
  const { results, rows } = createFakeReader();
  for (const [i, fields] of some.entries()) {
    const created_at = new Date(Date.UTC(2026, 10, 23) + i * 1_000).toISOString();
    const row = aResult({
      ...{ tenant: 'acme', source: 'tour', record_id: `r${i}`, created_at, ...fields },
    });
    rows.set(recordKey(row), row);
  }
  const asked: ResultsQuery[] = [];
  const { app } = testApi(undefined, {
    results: {
      ...results,
      list: async (query) => {
        asked.push(query);
        return results.list(query);
      },
    },
  });
  const read = async (query: string, tenant = 'acme') =>
    app.request(`/results?${query}`, {}, as(tenant));
  const readPage = async (query: string) =>
    resultsResponseSchema.parse(await (await read(query)).json());
  const readAll = async (query: string) => {
    const pages: string[][] = [];
    for (let cursor = ''; ; ) {
      const { results, next_cursor } = await readPage(`${query}${cursor}`);
      pages.push(results.map(({ record_id }) => record_id));
      if (next_cursor === undefined) return pages;
      cursor = `&cursor=${next_cursor}`;
    }
  };
  return { read, readPage, readAll, asked };
}

it('the pages of GET /results hold each result of the sentiment once, `limit` at most, newest first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...SENTIMENTS), { maxLength: 60 }),
      fc.constantFrom(undefined, ...SENTIMENTS),
      fc.integer({ min: 1, max: 9 }),
      async (sentiments, sentiment, limit) => {
        const { readAll } = createResultsApi(sentiments.map((one) => ({ sentiment: one })));
        const filter = sentiment === undefined ? '' : `&sentiment=${sentiment}`;
        const pages = await readAll(`limit=${limit}${filter}`);
        const expected = sentiments.flatMap((one, i) =>
          sentiment === undefined || one === sentiment ? [`r${i}`] : [],
        );
        expect(pages.flat()).toEqual(expected.toReversed());
        // Every page except the last page must be full.
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
      },
    ),
    { numRuns: 60 },
  );
});

it('GET /results asks for the caller’s tenant, and has an order, a limit of 50 and neither texts nor withdrawn records', async () => {
  const { readPage, asked } = createResultsApi([{}]);
  await readPage('tenant=globex');
  expect(asked).toEqual([
    { tenant: 'acme', order: 'created_at', limit: 50, has_texts: false, has_withdrawn: false },
  ]);
});

it('GET /results passes on each of its filters, and what it is asked to include', async () => {
  const { readPage, asked } = createResultsApi([{}]);
  const filters = {
    ...{ source: 'tour', order: 'arrived_at', status: 'analyzed', sentiment: 'MIXED' },
    ...{ language: 'de', from: '2026-11-22T00:00:00Z', to: '2026-11-23T00:00:00Z' },
  };
  const query = new URLSearchParams(filters).toString();
  await readPage(`${query}&include=text,withdrawn`);
  await readPage(`${query}&include=withdrawn`);
  const common = { ...filters, tenant: 'acme', limit: 50, has_withdrawn: true };
  expect(asked).toEqual([
    { ...common, has_texts: true },
    { ...common, has_texts: false },
  ]);
});

it('GET /results leaves withdrawn records out unless the query asks for them', async () => {
  const { readAll } = createResultsApi([{}, { status: 'withdrawn' }]);
  expect(await readAll('')).toEqual([['r0']]);
  expect(await readAll('include=withdrawn')).toEqual([['r1', 'r0']]);
  expect(await readAll('status=withdrawn')).toEqual([['r1']]);
});

it('GET /results is a 304 without a body while the page has no news, and has one again after a new result', async () => {
  const { results, rows } = createFakeReader();
  const { app } = testApi(undefined, { results });
  const read = (etag?: string) => {
    const headers: Record<string, string> = etag === undefined ? {} : { 'if-none-match': etag };
    return app.request('/results?include=text', { headers }, as('acme'));
  };
  const etag = (await read()).headers.get('etag')!;
  const again = await read(etag);
  expect([again.status, await again.text()]).toEqual([304, '']);
  const row = aResult({ tenant: 'acme', source: 'tour', record_id: 'new' });
  rows.set(recordKey(row), row);
  expect((await read(etag)).status).toBe(200);
});

it('GET /results says how far it searched if a page is not full', async () => {
  const searched_until = '2026-11-20T00:00:00.000Z';
  const { app } = testApi(undefined, {
    results: {
      ...createFakeReader().results,
      list: async () => ({ results: [], next: `${searched_until}#s#r`, searched_until }),
    },
  });
  const answer = await (await app.request('/results', {}, as('acme'))).json();
  expect(answer).toEqual({ results: [], searched_until, next_cursor: expect.any(String) });
});

it.each([
  ['limit=0', 'limit'],
  ['limit=201', 'limit'],
  ['sentiment=HAPPY', 'sentiment'],
  ['status=done', 'status'],
  ['language=english', 'language'],
  ['order=processed_at', 'order'],
  ['include=all', 'include'],
  ['source=No', 'source'],
  ['from=yesterday', 'from'],
  ['cursor=tampered', 'cursor'],
])('GET /results refuses %s with a 400 that names the field', async (query, field) => {
  const { read } = createResultsApi([{}]);
  const response = await read(query);
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ code: 'VALIDATION_ERROR', field });
});

const QUERIES = ['', 'source=tour', 'sentiment=MIXED', 'order=arrived_at', 'include=text'];

it('GET /results refuses the cursor of another query or another tenant with a 400 that says so', async () => {
  const many = Array.from({ length: 3 }, () => ({ sentiment: 'MIXED' as const }));
  const { read, readPage } = createResultsApi(many);
  for (const one of QUERIES) {
    const { next_cursor } = await readPage(`${one}&limit=2`);
    for (const other of QUERIES) {
      const { status } = await read(`${other}&limit=1&cursor=${next_cursor}`);
      expect(status, `${one} ${other}`).toBe(one === other ? 200 : 400);
    }
    const response = await read(`${one}&cursor=${next_cursor}`, 'globex');
    expect(await errorOf(response)).toMatchObject({
      field: 'cursor',
      message: 'cursor: belongs to another query; send the parameters of the page that returned it',
    });
  }
});

it('GET /results takes a cursor whatever the order of the parameters', async () => {
  const { read, readPage } = createResultsApi([{}, {}]);
  const { next_cursor } = await readPage('source=tour&language=en&limit=1');
  const { status } = await read(`cursor=${next_cursor}&language=en&limit=9&source=tour`);
  expect(status).toBe(200);
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
