import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildOpenApiDocument } from '../../../api/openapi/document.ts';
import { ERROR_CODES, type OverviewResponse, type StatsResponse } from '../../../schemas/index.ts';
import { createContract } from '../../support/openapi.ts';
import { REPEATS } from '../../support/repeats.ts';
import { ROUTES } from '../../support/routes.ts';
import { testApi } from './app.ts';

/** Words that most texts of the test contain. No error may quote these words. */
const SECRET = 'xq7-private-words-of-a-person';

const NO_COUNTS = { POSITIVE: 0, NEGATIVE: 0, NEUTRAL: 0, MIXED: 0, no_verdict: 0 };
const NO_STATS: StatsResponse = {
  from: '2026-11-22T00:00:00.000Z',
  to: '2026-11-23T00:00:00.000Z',
  interval: 'hour',
  time: 'created_at',
  as_of: '2026-11-23T00:00:00.000Z',
  total: 0,
  withdrawn: 0,
  by_sentiment: NO_COUNTS,
  by_source: [],
  by_language: [],
  over_time: [],
  cache: { hits: 0, misses: 0, hit_rate: 0 },
  billing: { billed_units: 0, avoided_units: 0, billed_usd: 0, avoided_usd: 0 },
};

const { as_of: _, ...NO_PREVIOUS } = NO_STATS;
const NO_OVERVIEW: OverviewResponse = {
  ...NO_STATS,
  by_source: [],
  by_language: [],
  previous: NO_PREVIOUS,
  budget: {
    ...{ tenant: 'acme', month: '2026-11', budget_units: null, used_units: null },
    ...{ remaining_units: null, resets_at: '2026-12-01T00:00:00.000Z' },
    ...{ exceeded: false, deployment_exceeded: false },
  },
  pipeline: { bulk_lag_ms: 0, bulk_records_per_second: null, bulk_reported_at: null },
  open_jobs: [],
};

const text = fc.oneof(
  fc.constant(SECRET),
  fc.string({ unit: 'binary' }).map((some) => SECRET + some),
  fc.string({ unit: 'grapheme' }).map((some) => `${some} ${SECRET}`),
  fc.constantFrom('', ' ', '\u0000', '\ud800', SECRET.repeat(5_000)),
);
const odd = fc.oneof(
  text,
  fc.jsonValue(),
  fc.constantFrom(null, -1, Number.MAX_VALUE, 2 ** 53, [], {}, true, ['__proto__'], { toJSON: 1 }),
);
const code = fc.oneof(fc.constantFrom('auto', 'en', 'de', 'zh-TW', 'xx', SECRET), odd);
const options = fc.record(
  { language_code: code, include_confidence: fc.oneof(fc.boolean(), odd) },
  { requiredKeys: [] },
);
const id = fc.oneof(fc.constantFrom('mine', 'job_1', 'a'.repeat(257), `../${SECRET}`), text);
const record = fc.record(
  {
    record_id: id,
    text: fc.oneof(text, odd),
    source: fc.oneof(fc.constantFrom('tour', 'a b', SECRET), odd),
    language: code,
    language_code: code,
    created_at: fc.oneof(fc.constant('2026-11-23T00:00:00Z'), odd),
    attributes: fc.oneof(
      // An error may quote the name of an invalid attribute, but only if the name looks like an
      // identifier. The name that contains SECRET also contains a space, so no error may quote it.
      fc.dictionary(
        fc.oneof(fc.string(), fc.constant(`${SECRET} said`)),
        fc.oneof(fc.integer(), odd),
      ),
      odd,
    ),
    record_version: fc.oneof(fc.nat(), odd),
    deleted: fc.boolean(),
    tenant: fc.constantFrom('acme', 'globex', SECRET),
    job_id: fc.constantFrom('job_1', SECRET),
    text_claim: text,
  },
  { requiredKeys: [] },
);
const callback_url = fc.oneof(
  fc.webUrl(),
  fc.constantFrom('http://127.0.0.1/', 'https://[::1]/', `https://u:${SECRET}@a.com/`, SECRET),
  odd,
);
const BODIES: Record<string, fc.Arbitrary<unknown>> = {
  '/analyze/sync': fc.record({ text: fc.oneof(text, odd), options }, { requiredKeys: [] }),
  '/analyze/batch': fc.record({
    texts: fc.oneof(fc.array(fc.oneof(text, record), { maxLength: 120 }), odd),
  }),
  '/analyze/async': fc.record(
    {
      text,
      documents: fc.oneof(fc.array(record, { maxLength: 20 }), odd),
      upload: fc.oneof(
        fc.record({
          format: fc.constantFrom('jsonl', 'csv', SECRET),
          size_bytes: fc.oneof(fc.nat(20_000), fc.constant(6_000_000_000), odd),
        }),
        odd,
      ),
      source_id: fc.oneof(fc.constant('tour'), odd),
      callback_url,
    },
    { requiredKeys: [] },
  ),
  '/records': fc.record({ records: fc.oneof(fc.array(record, { maxLength: 20 }), odd) }),
};

/** Bodies that the API accepts, so that each route also answers requests without a fault. */
const VALID: Record<string, object> = {
  '/analyze/sync': { text: 'I love it' },
  '/analyze/batch': { texts: ['I love it'] },
  '/analyze/async': { text: 'I love it' },
  '/records': { records: [{ text: 'I love it', source: 'tour' }] },
};

const segment = fc.oneof(
  id,
  fc.constantFrom('%00', '%', '%ff', '..', 'job_00000000000000000000000000000001'),
);
const query = fc
  .dictionary(
    fc.constantFrom('limit', 'cursor', 'source', 'from', 'to', 'sentiment', 'status', 'interval'),
    fc.oneof(
      fc.constantFrom('1', '0', '1e9', 'hour', 'POSITIVE', 'PENDING', 'tour', '2026-11-23', SECRET),
      fc.string({ unit: 'binary-ascii' }),
    ),
  )
  .map((pairs) => String(new URLSearchParams(pairs)));

const WITH_BODY = ROUTES.filter(({ path }) => path in BODIES);
const RUNS = 3_000 * REPEATS;
/** Least number of answers with each status. About 100 of 3,000 answers have the rarest of them, 202. */
const LEAST = RUNS / 150;

const call = fc.constantFrom(...ROUTES, ...WITH_BODY, ...WITH_BODY).chain((route) =>
  fc.record({
    method: fc.oneof(
      { weight: 12, arbitrary: fc.constant(route.method as string) },
      { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'OPTIONS', 'HEAD', 'DELETE') },
    ),
    path: fc.tuple(segment, query).map(([name, pairs]) => {
      const filled = route.path.replace(/\{\w+\}/, () => safely(name));
      return pairs === '' ? filled : `${filled}?${pairs}`;
    }),
    body: fc.oneof(
      { weight: 8, arbitrary: (BODIES[route.path] ?? odd).map((body) => JSON.stringify(body)) },
      { weight: 2, arbitrary: fc.constant(JSON.stringify(VALID[route.path] ?? {})) },
      { weight: 1, arbitrary: text },
      { weight: 1, arbitrary: fc.constantFrom(`{"text":"${SECRET}`, `[[[[`, '"\\ud800"', 'null') },
    ),
    headers: fc.record(
      {
        'content-type': fc.constantFrom('application/json', 'application/JSON ; x=y', 'text/plain'),
        'idempotency-key': fc.constantFrom('a', 'b', 'with space', 'x'.repeat(300)),
        accept: fc.constantFrom('*/*', 'text/csv', 'application/x-ndjson'),
      },
      { requiredKeys: [] },
    ),
  }),
);

function safely(name: string): string {
  if (name.startsWith('%')) return name;
  return encodeURIComponent(Buffer.from(name).toString()) || 'x';
}

it(
  'no request causes a 5xx, an undocumented answer, or a refusal that quotes the text',
  async () => {
    const contract = createContract(buildOpenApiDocument({ routes: ROUTES, version: 'test' }));
    const { request, errors } = testApi(undefined, {
      stats: async () => NO_STATS,
      overview: async () => NO_OVERVIEW,
    });
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(call, async ({ method, path, body, headers }) => {
        const bodied = method !== 'GET' && method !== 'HEAD';
        const response = await request(path, {
          method,
          headers: { 'content-type': 'application/json', ...headers },
          ...(bodied ? { body } : {}),
        });
        const { status } = response;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(errors).toEqual([]);
        expect(status).toBeLessThan(500);
        const said = await response.text();
        const named = Object.fromEntries(response.headers);
        const is_json = named['content-type']?.startsWith('application/json') && method !== 'HEAD';
        const answer = is_json ? JSON.parse(said) : said;
        contract.check(method, path, { status, headers: named, body: answer });
        if (status >= 400) {
          if (method !== 'HEAD') expect(ERROR_CODES).toContain(answer.error.code);
          expect(said + JSON.stringify(named)).not.toContain(SECRET);
        }
      }),
      { numRuns: RUNS },
    );
    // Each of these statuses must occur often, so that the test covers both accepted and refused
    // requests.
    for (const status of [200, 202, 400, 404, 405]) {
      expect(statuses.get(status), `${status}`).toBeGreaterThan(LEAST);
    }
  },
  120_000 * REPEATS,
);
