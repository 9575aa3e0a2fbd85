import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResultsQuery, ResultsReader } from '../../../api/ports.ts';
import { RESULT_STATUSES, type Result, SENTIMENTS } from '../../../schemas/index.ts';
import { aResult } from '../../support/results.ts';

interface Listed {
  reader: Pick<ResultsReader, 'list'>;
  put: (results: Result[]) => Promise<unknown>;
}

const START = Date.UTC(2026, 10, 23, 10);
const second = (i: number) => new Date(START + i * 1_000).toISOString();

const row = fc.record({
  source: fc.constantFrom('app', 'shop', 'mail'),
  status: fc.constantFrom(...RESULT_STATUSES),
  sentiment: fc.constantFrom(...SENTIMENTS),
  language_code: fc.constantFrom('en', 'de', 'zh-TW'),
  created: fc.nat(9),
  arrived: fc.nat(9),
});

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const query = fc.record({
  source: optional(fc.constantFrom('app', 'shop', 'none')),
  order: fc.constantFrom('created_at' as const, 'arrived_at' as const),
  from: optional(fc.nat(11).map((i) => second(i - 1))),
  to: optional(fc.nat(11).map((i) => second(i))),
  status: optional(fc.constantFrom(...RESULT_STATUSES)),
  sentiment: optional(fc.constantFrom(...SENTIMENTS)),
  language: optional(fc.constantFrom('en', 'zh-TW')),
  has_withdrawn: fc.boolean(),
  has_texts: fc.boolean(),
});

const matches = (one: Result, asked: Omit<ResultsQuery, 'limit' | 'tenant'>) =>
  (asked.source ?? one.source) === one.source &&
  (asked.status ?? one.status) === one.status &&
  (asked.sentiment ?? one.sentiment) === one.sentiment &&
  (asked.language ?? one.language_code) === one.language_code &&
  one[asked.order] >= (asked.from ?? '') &&
  one[asked.order] < (asked.to ?? '~') &&
  (one.status !== 'withdrawn' || asked.status === 'withdrawn' || asked.has_withdrawn === true);

/**
 * Defines the tests that every listing of results must pass.
 *
 * @param createListed creates a listing whose tenant `tenant` has no results.
 */
export function describeResultsListing(
  createListed: (tenant: string) => Listed,
  { runs }: { runs: number },
): void {
  let count = 0;
  const newTenant = () => `listed-${count++}`;
  const readPages = async (reader: Listed['reader'], asked: ResultsQuery) => {
    const pages: string[][] = [];
    for (let { after } = asked; ; ) {
      const page = await reader.list({ ...asked, after });
      pages.push(page.results.map(({ record_id }) => record_id));
      expect(page.searched_until).toBeUndefined();
      after = page.next;
      if (after === undefined) return pages;
    }
  };

  it('the pages of a listing, of any sizes, have each result of the query exactly once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 40 }),
        fc.array(query, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        async (rows, queries, limit) => {
          const tenant = newTenant();
          const results = rows.map(({ created, arrived, ...fields }, i) =>
            aResult({
              ...{ ...fields, tenant, record_id: `r${i}` },
              ...{ created_at: second(created), arrived_at: second(arrived) },
            }),
          );
          const { reader, put } = createListed(tenant);
          await put(results);
          for (const asked of queries) {
            const pages = await readPages(reader, { ...asked, tenant, limit });
            const place = (one: Result) => `${one[asked.order]}#${one.source}#${one.record_id}`;
            const expected = results
              .filter((one) => matches(one, asked))
              .sort((one, other) => (place(one) < place(other) ? 1 : -1));
            expect(pages.flat()).toEqual(expected.map(({ record_id }) => record_id));
            // Only the last page may have fewer results.
            for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
          }
        },
      ),
      { numRuns: runs },
    );
  });

  it('a listing has texts only if the query asks for them', async () => {
    const tenant = newTenant();
    const { reader, put } = createListed(tenant);
    const result = aResult({ tenant, text: 'I love my cat', author: 'Kim' });
    await put([result]);
    const asked = { tenant, order: 'created_at', limit: 5 } as const;
    const [plain] = (await reader.list(asked)).results;
    expect(plain).not.toHaveProperty('text');
    expect(plain).not.toHaveProperty('author');
    const [whole] = (await reader.list({ ...asked, has_texts: true })).results;
    expect(whole).toMatchObject({ ...plain, text: 'I love my cat', author: 'Kim' });
  });

  it('a listing stays in its order while newer results arrive between its pages', async () => {
    const tenant = newTenant();
    const { reader, put } = createListed(tenant);
    const resultsOf = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) =>
        aResult({ tenant, record_id: `r${from + i}`, created_at: second(from + i) }),
      );
    await put(resultsOf(0, 10));
    const asked = { tenant, order: 'created_at', limit: 4 } as const;
    const first = await reader.list(asked);
    await put(resultsOf(10, 20));
    const rest = await readPages(reader, { ...asked, after: first.next });
    expect(first.results.map(({ record_id }) => record_id)).toEqual(['r9', 'r8', 'r7', 'r6']);
    expect(rest.flat()).toEqual(['r5', 'r4', 'r3', 'r2', 'r1', 'r0']);
  });

  it('a listing of a tenant has no results of another tenant', async () => {
    const [one, other] = [newTenant(), newTenant()];
    const { reader, put } = createListed(one);
    await put([aResult({ tenant: one }), aResult({ tenant: other })]);
    const { results } = await reader.list({ tenant: one, order: 'arrived_at', limit: 5 });
    expect(results.map(({ tenant }) => tenant)).toEqual([one]);
  });

  it.each(['', 'bm9uc2Vuc2U', '2026-11-23T10:00:00.000Z', '%00'])(
    'a listing refuses the position %j with a RangeError',
    async (after) => {
      const tenant = newTenant();
      const { reader } = createListed(tenant);
      const asked = { tenant, order: 'created_at', limit: 5, after } as const;
      await expect(reader.list(asked)).rejects.toThrow(RangeError);
    },
  );
}
