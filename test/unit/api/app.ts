import { createHash } from 'node:crypto';
import { detectLanguage } from '@aurastream/language-detector';
import { createApi } from '../../../api/app.ts';
import type { ApiDeps, RequestReport } from '../../../api/deps.ts';
import type { ResultsReader } from '../../../api/ports.ts';
import { InputChangedError, type JobInputs } from '../../../ingest/submission/ports.ts';
import { type ErrorResponse, errorResponseSchema, type Result } from '../../../schemas/index.ts';
import { createMemoryJobStore } from '../../support/memory-job-store.ts';
import { fakeAnalyzer, testAnalysis } from '../processors/analysis/fakes.ts';

/** What an authorizer says of a key of this tenant. */
const as = (tenant: string) => ({
  requestContext: { authorizer: { tenant, rate_limit: '25' } },
});

/** Inputs in memory, under the promises of their port. */
export function memoryInputs() {
  const objects = new Map<string, Buffer>();
  const etagOf = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');
  const inputs: JobInputs = {
    async put(key, body) {
      objects.set(key, Buffer.from(body));
    },
    async head(key) {
      const bytes = objects.get(key);
      return bytes === undefined ? undefined : { etag: etagOf(bytes), bytes: bytes.length };
    },
    async *read(key, { etag, from }) {
      const bytes = objects.get(key);
      if (bytes === undefined || etagOf(bytes) !== etag) throw new InputChangedError('another');
      yield bytes.subarray(from);
    },
    presignPut: async (key) => `https://bucket.example/${key}?signed`,
  };
  return { inputs, objects };
}

function memoryResults() {
  const rows = new Map<string, Result>();
  const results: ResultsReader = {
    get: async (tenant, record_id) => rows.get(`${tenant}#${record_id}`),
    getMany: async (records) =>
      new Map(
        records.flatMap(({ tenant, record_id }) => {
          const key = `${tenant}#${record_id}`;
          const row = rows.get(key);
          return row === undefined ? [] : [[key, row]];
        }),
      ),
    async list({ tenant, source, limit, cursor }) {
      if (cursor !== undefined && !/^\d+$/.test(cursor)) throw new RangeError('no cursor');
      const all = [...rows.values()].filter(
        (row) => row.tenant === tenant && row.source === source,
      );
      const from = Number(cursor ?? 0);
      const page = all.slice(from, from + limit);
      const next = from + limit;
      return { results: page, ...(next < all.length ? { cursor: String(next) } : {}) };
    },
  };
  return { results, rows };
}

/** The API over real analysis and a fake analyzer, or over what a test wants analysis to say; the rest in memory. */
export function testApi(analyse?: ApiDeps['analyse'], more: Partial<ApiDeps> = {}) {
  const fake = fakeAnalyzer();
  const analysis = testAnalysis({ analyzer: fake.analyzer, detect_language: detectLanguage });
  const answers: RequestReport[] = [];
  const errors: unknown[] = [];
  let clock = Date.UTC(2026, 10, 23);
  const now = () => (clock += 5);
  const { inputs, objects } = memoryInputs();
  const { results, rows } = memoryResults();
  const jobs = createMemoryJobStore({ now });
  const published: Uint8Array[] = [];
  let ids = 0;
  const app = createApi({
    analyse: analyse ?? analysis.analyseAll,
    jobs,
    inputs,
    results,
    stream: {
      putRecords: async (entries) =>
        entries.map(({ data }, i) => {
          published.push(data);
          return { ok: true, shard_id: 'shardId-0', sequence_number: String(published.length + i) };
        }),
    },
    claims: { put: async (_, text) => createHash('sha256').update(text).digest('hex') },
    throughput_samples: async () => [],
    stats: async () => {
      throw new Error('No test asks for statistics');
    },
    ready: async () => ({
      status: 'ready',
      dependencies: [],
      timestamp: new Date(0).toISOString(),
    }),
    settings: {
      deadline_seconds: 86_400,
      retention_seconds: 30 * 86_400,
      upload_url_ttl_seconds: 3_600,
      calls_per_second: 10,
      allow_loopback_callbacks: false,
    },
    random_id: () => String(++ids).padStart(32, '0'),
    now,
    version: '1.2.3',
    request_id: () => 'request-1',
    on_answer: (report) => answers.push(report),
    on_error: (error) => errors.push(error),
    ...more,
  });
  const request = (path: string, init?: RequestInit, tenant = 'acme') =>
    app.request(path, init, as(tenant));
  const post = (body: unknown, content_type = 'application/json', path = '/analyze/sync') =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': content_type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { app, request, post, calls: fake.calls, answers, errors, jobs, objects, rows, published };
}

/** The error of an answer, held against the schema that callers are promised. */
export async function errorOf(response: Response): Promise<ErrorResponse['error']> {
  return errorResponseSchema.parse(await response.json()).error;
}
