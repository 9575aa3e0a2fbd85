import { detectLanguage } from '@aurastream/language-detector';
import { createApi } from '../../../api/app.ts';
import type { ApiDeps, RequestReport } from '../../../api/deps.ts';
import type { RecordedRead } from '../../../api/http/record-reads.ts';
import { createComputeDigest } from '../../../insight/digests/compute.ts';
import { createReadHistory } from '../../../insight/history/read.ts';
import {
  type ErrorResponse,
  errorResponseSchema,
  formatRights,
  RIGHTS,
  type Right,
  SENTIMENT_LANGUAGES,
} from '../../../schemas/index.ts';
import {
  createFakeAlertEvents,
  createFakeAlertQueue,
  createFakeAlertRules,
  createFakeIncidents,
  createFakeTrafficStates,
} from '../../fakes/alerts.ts';
import { createFakeAnalyzer } from '../../fakes/analyzer.ts';
import { createFakeDigests } from '../../fakes/digests.ts';
import { createFakeHistoryStore } from '../../fakes/history-store.ts';
import { createFakeInputs } from '../../fakes/job-inputs.ts';
import { createFakeJobStore } from '../../fakes/job-store.ts';
import { createTestSearch } from '../../fakes/privacy.ts';
import { createFakePrivacyRequests } from '../../fakes/privacy-requests.ts';
import { createFakeRecordLists } from '../../fakes/record-lists.ts';
import { createFakeStream } from '../../fakes/record-stream.ts';
import { createFakeReader } from '../../fakes/results-reader.ts';
import { createFakeTenantSetAsides } from '../../fakes/tenant-set-asides.ts';
import { createFakeClaims } from '../../fakes/text-claims.ts';
import { testAnalysis } from '../processors/analysis/test-analysis.ts';

/** Settings of the API. A test may change some of them. */
export const SETTINGS: ApiDeps['settings'] = {
  deadline_seconds: 86_400,
  retention_seconds: 30 * 86_400,
  upload_url_ttl_seconds: 3_600,
  max_upload_bytes: 5 * 1024 ** 3,
  documents_per_second: 250,
  allow_loopback_callbacks: false,
  cors_origins: [],
  serves_docs: true,
  serves_dashboard: true,
};

/** Returns the request context that the authorizer creates for an API key of the tenant. */
const as = (tenant: string, rights: readonly Right[] = RIGHTS) => ({
  requestContext: {
    authorizer: {
      tenant,
      rights: formatRights(rights),
      rate_limit: '25',
      open_job_records: '5000',
    },
  },
});

/**
 * Creates the API with in-memory fakes. By default, the API uses the real analysis with a fake
 * analyzer.
 */
export function testApi(analyse?: ApiDeps['analyse'], more: Partial<ApiDeps> = {}) {
  const fake = createFakeAnalyzer();
  const analysis = testAnalysis({ analyzer: fake.analyzer, detect_language: detectLanguage });
  const answers: RequestReport[] = [];
  const errors: unknown[] = [];
  const reads: RecordedRead[] = [];
  let clock = Date.UTC(2026, 10, 23);
  const now = () => (clock += 5);
  const { inputs, objects } = createFakeInputs();
  const { record_lists } = createFakeRecordLists();
  const { results, rows } = createFakeReader();
  const jobs = createFakeJobStore({ now });
  const { stream, entries } = createFakeStream();
  let ids = 0;
  const privacy = createFakePrivacyRequests();
  const deps: ApiDeps = {
    analyse: analyse ?? analysis.analyseAll,
    searchText: createTestSearch(),
    languages: SENTIMENT_LANGUAGES,
    jobs,
    ...{ inputs, record_lists },
    sign_upload: async ({ key }) => ({
      url: `https://bucket.example/${key}?signed`,
      form: { url: 'https://bucket.example/', fields: { key } },
      expires_at: '2026-11-23T01:00:00.000Z',
    }),
    sign_downloads: async (keys) => ({
      urls: keys.map((key) => `https://bucket.example/${key}?signed`),
      expires_at: '2026-11-23T00:15:00.000Z',
    }),
    results,
    read_history: createReadHistory({ current: results, past: createFakeHistoryStore() }),
    alerts: createFakeAlertRules(),
    alert_events: createFakeAlertEvents(),
    alert_queue: createFakeAlertQueue().queue,
    alert_states: createFakeTrafficStates(),
    incidents: createFakeIncidents(),
    set_asides: createFakeTenantSetAsides(),
    replay_set_aside: async () => ({ status: 'replayed', records: 1 }),
    count_failed_batches: async () => 0,
    privacy: privacy.requests,
    stream,
    upload_origin: 'https://bucket.example',
    claims: createFakeClaims(),
    throughput_samples: async () => [],
    read_budget: async () => ({
      month: '2026-11',
      resets_at: Date.UTC(2026, 11),
      tenant: undefined,
      deployment: undefined,
    }),
    stats: async () => {
      throw new Error('No test asks for statistics');
    },
    digests: createFakeDigests(),
    computeDigest: createComputeDigest({
      readBuckets: async () => [],
      listTexts: async () => [],
    }),
    overview: async () => {
      throw new Error('No test asks for an overview');
    },
    ready: async () => ({
      status: 'ready',
      dependencies: [],
      timestamp: new Date(0).toISOString(),
    }),
    settings: SETTINGS,
    download_limits: { bytes: 1_000_000, milliseconds: 60_000 },
    record_read: async (read) => void reads.push(read),
    random_id: () => String(++ids).padStart(32, '0'),
    now,
    version: '1.2.3',
    request_id: () => 'request-1',
    on_answer: (report) => answers.push(report),
    on_error: (error) => errors.push(error),
    ...more,
  };
  const app = createApi(deps);
  const request = (path: string, init?: RequestInit, tenant = 'acme', rights?: readonly Right[]) =>
    app.request(path, init, as(tenant, rights));
  const post = (body: unknown, content_type = 'application/json', path = '/analyze/sync') =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': content_type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    app,
    deps,
    request,
    post,
    calls: fake.calls,
    answers,
    errors,
    reads,
    jobs,
    objects,
    rows,
    entries,
    privacy,
  };
}

/** Parses the error in an answer with the public schema of errors. */
export async function errorOf(response: Response): Promise<ErrorResponse['error']> {
  return errorResponseSchema.parse(await response.json()).error;
}
