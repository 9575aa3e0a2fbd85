import { expect, it } from 'vitest';
import { createReadHistory } from '../../../../insight/history/read.ts';
import {
  type HistoryResponse,
  historyResponseSchema,
  type Result,
  recordKey,
} from '../../../../schemas/index.ts';
import { createFakeHistoryStore } from '../../../fakes/history-store.ts';
import { createFakeReader } from '../../../fakes/results-reader.ts';
import { aResult, asStored } from '../../../support/results.ts';
import { aPastVersion } from '../../../support/versions.ts';
import { errorOf, testApi } from '../app.ts';

/** Creates the API with the record `r-1` of the source `app`, whose row had versions before. */
async function createHistoryApi(past_versions: number, row: Partial<Result> = {}) {
  const { results, rows } = createFakeReader();
  const past = createFakeHistoryStore();
  for (const tenant of ['acme', 'globex']) {
    const identity = { tenant, source: 'app', record_id: 'r-1' };
    const current = asStored(aResult({ ...identity, revision: 1_000, ...row }));
    rows.set(recordKey(current), current);
    await past.put(
      Array.from({ length: past_versions }, (_, i) =>
        aPastVersion(
          { revision: 100 + i, job_id: `${tenant}-${i}` },
          { record_key: recordKey(identity) },
        ),
      ),
    );
  }
  const { request } = testApi(undefined, {
    read_history: createReadHistory({ current: results, past }),
  });
  const read = (query = '', path = '/results/app/r-1/history', tenant = 'acme') =>
    request(`${path}?${query}`, {}, tenant);
  const readPage = async (query: string): Promise<HistoryResponse> =>
    historyResponseSchema.strict().parse(await (await read(query)).json());
  return { read, readPage };
}

it('GET /results/{source}/{record_id}/history has the current version, and then the versions before, without texts', async () => {
  const { readPage, read } = await createHistoryApi(2, { job_id: 'job_now' });
  const page = await readPage('');
  expect(page).toMatchObject({ source: 'app', record_id: 'r-1' });
  expect(page).not.toHaveProperty('next_cursor');
  expect(page.versions.map(({ job_id }) => job_id)).toEqual(['job_now', 'acme-1', 'acme-0']);
  expect(page.versions[0]).toMatchObject({ status: 'analyzed', sentiment: 'POSITIVE', score: 0.9 });
  expect(await (await read()).text()).not.toMatch(/cat|stars|text|attributes/);
});

it('the history of a withdrawn record begins with the withdrawal', async () => {
  const withdrawn = { status: 'withdrawn' as const, sentiment: undefined, score: undefined };
  const { readPage } = await createHistoryApi(1, withdrawn);
  const { versions } = await readPage('');
  expect(versions.map(({ status }) => status)).toEqual(['withdrawn', 'analyzed']);
  expect(versions[0]).not.toHaveProperty('sentiment');
});

it.each([1, 2, 3, 4, 50])(
  'the pages of a history with a limit of %s have each version once',
  async (limit) => {
    const { readPage } = await createHistoryApi(4);
    const revisions: number[] = [];
    let cursor = '';
    for (let pages = 0; pages < 9; pages += 1) {
      const { versions, next_cursor } = await readPage(`limit=${limit}${cursor}`);
      revisions.push(...versions.map(({ revision }) => revision));
      if (next_cursor === undefined) break;
      expect(versions).toHaveLength(limit);
      cursor = `&cursor=${next_cursor}`;
    }
    expect(revisions).toEqual([1_000, 103, 102, 101, 100]);
  },
);

it('a history belongs to the tenant of the key, and so does its cursor', async () => {
  const { readPage, read } = await createHistoryApi(3);
  const { next_cursor } = await readPage('limit=1');
  const answer = await read(`cursor=${next_cursor}`, undefined, 'globex');
  expect(answer.status).toBe(400);
  expect(await errorOf(answer)).toMatchObject({ code: 'VALIDATION_ERROR', field: 'cursor' });
  const page = await (await read('', undefined, 'globex')).text();
  expect(page).toContain('globex-2');
  expect(page).not.toContain('acme');
});

it('the cursor of a history is refused for another record, and if it is none', async () => {
  const { readPage, read } = await createHistoryApi(3);
  const { next_cursor = '' } = await readPage('limit=1');
  const mark = Buffer.from(next_cursor, 'base64url').subarray(0, 12).toString();
  const made_up = [`${mark}1.5`, `${mark}9007199254740993`, `${mark}1x`, 'none'].map((text) =>
    Buffer.from(text).toString('base64url'),
  );
  const answers = [
    await read(`cursor=${next_cursor}`, '/results/app/r-2/history'),
    ...(await Promise.all(made_up.map((cursor) => read(`cursor=${cursor}`)))),
  ];
  for (const answer of answers) {
    expect(answer.status).toBe(400);
    expect(await errorOf(answer)).toMatchObject({ code: 'VALIDATION_ERROR', field: 'cursor' });
  }
});

it('the history of an unknown record is a 404', async () => {
  const { read } = await createHistoryApi(1);
  for (const path of ['/results/app/r-2/history', '/results/shop/r-1/history']) {
    const answer = await read('', path);
    expect(answer.status).toBe(404);
    expect(await errorOf(answer)).toMatchObject({ code: 'NOT_FOUND' });
  }
});

it.each(['limit=0', 'limit=201', 'limit=many'])('a history refuses %s', async (query) => {
  const { read } = await createHistoryApi(1);
  expect(await errorOf(await read(query))).toMatchObject({ field: 'limit' });
});
