import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Logger } from '@aws-lambda-powertools/logger';
import { LRUCache } from 'lru-cache';
import { createQueueRead } from '../audit/queue-read.ts';
import { createDigests } from '../aws/dynamodb/alerts/digests.ts';
import { createAlertEvents } from '../aws/dynamodb/alerts/events.ts';
import { createIncidents } from '../aws/dynamodb/alerts/incidents.ts';
import { createAlertRules } from '../aws/dynamodb/alerts/rules.ts';
import { createTrafficStates } from '../aws/dynamodb/alerts/traffic-states.ts';
import { createBudgetLedger } from '../aws/dynamodb/budget-ledger.ts';
import { createHistoryStore } from '../aws/dynamodb/history/store.ts';
import { createJobStore } from '../aws/dynamodb/jobs/store.ts';
import { createResultsReader } from '../aws/dynamodb/results/reader.ts';
import { createKinesisStream } from '../aws/kinesis/stream.ts';
import { createProbes } from '../aws/probes.ts';
import { openBucket } from '../aws/s3/bucket.ts';
import { createDownloadSigner } from '../aws/s3/download-signer.ts';
import { countGivenUp, createMarks } from '../aws/s3/failure-bucket.ts';
import { createPrivacyRequests } from '../aws/s3/privacy-requests.ts';
import { createRecordLists } from '../aws/s3/record-lists.ts';
import { createTenantSetAsides } from '../aws/s3/tenant-set-asides.ts';
import { createTextClaims } from '../aws/s3/text-claims.ts';
import { findUploadOrigin } from '../aws/s3/upload-origin.ts';
import { createUploadSigner } from '../aws/s3/upload-signer.ts';
import { createSecret } from '../aws/secrets-manager/secrets.ts';
import { createAlertQueue, createAuditQueue, createPrivacyQueue } from '../aws/sqs/queues.ts';
import { createReadBudget, type ReadBudget } from '../budgets/read-budget.ts';
import { createPublisher } from '../ingest/index.ts';
import { createReadHistory } from '../insight/history/read.ts';
import { describeSafely } from '../lib/safe-error.ts';
import { replaySetAside } from '../operations/replay-set-aside.ts';
import manifest from '../package.json' with { type: 'json' };
import { analyseAll } from '../processors/analysis/analyse-all.ts';
import {
  composeAnalysis,
  composeLanguageResolver,
  createAnalyzer,
  shareQuota,
} from '../processors/analysis/compose.ts';
import { createAnalysisContext } from '../processors/analysis/context.ts';
import type { AnalysisCounts } from '../processors/analysis/counts.ts';
import { composeEngine, type EngineStats } from '../processors/engine/compose.ts';
import { createLocalDetector } from '../processors/privacy/local-detector.ts';
import { createSearchText } from '../processors/privacy/search-text.ts';
import {
  ANALYZERS,
  type ApiEnvironment,
  apiEnvironmentSchema,
  parseEnvironment,
  textsPerSecond,
} from '../schemas/index.ts';
import { createApi } from './app.ts';
import { withAnalysisDeadline, withSearchDeadline } from './deadline.ts';
import type { ApiDeps } from './deps.ts';
import { DOWNLOAD_LIMITS } from './download/limits.ts';
import { createReady } from './ready.ts';
import { composeStats, remember } from './stats/compose.ts';

/**
 * Number of attempts of each call to the cache that an analysis makes. The API makes only one retry,
 * because the caller is waiting. If both attempts fail, the text counts as not cached.
 */
const MAX_CACHE_ATTEMPTS = 2;
const BUDGETS_KEPT = { max: 1_000, ttl: 5_000 };

/**
 * Creates the API with its AWS clients.
 *
 * @throws {Error} if a variable of the environment is missing or invalid.
 */
export function composeApi(variables: Record<string, string | undefined>) {
  const environment = parseEnvironment(apiEnvironmentSchema, variables);
  const now = Date.now;
  const logger = new Logger({ serviceName: 'aurastream-api' });
  const { languages } = ANALYZERS[environment.ANALYZER];
  const read_budget = composeReadBudget(environment, now);
  const stores = composeStores(environment, now);
  return createApi({
    analyse: composeAnalyse(environment, logger, now),
    searchText: composeSearchText(environment, logger, now),
    languages,
    read_budget,
    ...stores,
    ready: createReady({ probes: createProbes(resourceNames(environment)), now }),
    ...composeStats(environment, { ...stores, read_budget, now }),
    settings: {
      deadline_seconds: environment.JOB_DEADLINE_SECONDS,
      retention_seconds: environment.JOB_RETENTION_SECONDS,
      upload_url_ttl_seconds: environment.UPLOAD_URL_TTL_SECONDS,
      max_upload_bytes: environment.MAX_UPLOAD_BYTES,
      documents_per_second: textsPerSecond(environment.ANALYZER, {
        analyzer_calls: environment.ANALYZER_QUOTA_CALLS_PER_SECOND,
        searches: environment.PRIVACY_CALLS_PER_SECOND,
      }),
      allow_loopback_callbacks: environment.CALLBACK_ALLOW_LOOPBACK,
      cors_origins: environment.CORS_ORIGINS,
      serves_docs: environment.SERVES_DOCS,
      serves_dashboard: environment.SERVES_DASHBOARD,
    },
    download_limits: DOWNLOAD_LIMITS,
    record_read: createQueueRead({
      queue: createAuditQueue({ queue_url: environment.AUDIT_QUEUE_URL }),
      now,
    }),
    random_id: () => randomBytes(16).toString('hex'),
    now,
    version: manifest.version,
    docs_folder: fileURLToPath(new URL('./docs/', import.meta.url)),
    dashboard_folder: fileURLToPath(new URL('./dashboard/', import.meta.url)),
    upload_origin: findUploadOrigin(environment.INPUT_BUCKET, variables),
    request_id: ({ requestContext, lambdaContext }) =>
      requestContext?.requestId ?? lambdaContext?.awsRequestId ?? randomUUID(),
    on_answer: (report) => logger.info('request answered', { ...report }),
    on_error: (error, request_id) =>
      logger.error('bug in the API', { request_id, ...describeSafely(error) }),
  });
}

function composeAnalyse(
  environment: ApiEnvironment,
  logger: Logger,
  now: () => number,
): ApiDeps['analyse'] {
  const { analyzer, stats } = shareQuota(createAnalyzer(environment, 'sync'), environment, {
    use: 'sync',
    now,
  });
  const analyse = composeAnalysis(environment, {
    analyzer,
    max_attempts: MAX_CACHE_ATTEMPTS,
    now,
  });
  return (requests) =>
    withAnalysisDeadline(now, async (analysis) => {
      const { ledger_errors } = stats();
      const context = { ...createAnalysisContext(), analysis };
      const outcomes = await analyseAll(analyse, requests, context);
      logFailures(logger, context.counts, stats().ledger_errors - ledger_errors);
      return outcomes;
    });
}

function composeSearchText(
  environment: ApiEnvironment,
  logger: Logger,
  now: () => number,
): ApiDeps['searchText'] {
  const local_detector = createLocalDetector();
  const { detector, stats } = composeEngine(environment, {
    local: local_detector,
    traffic: 'live',
    now,
  });
  const searchText = createSearchText({
    settings: environment.PRIVACY,
    detector,
    local_detector,
    resolveLanguage: composeLanguageResolver(environment),
  });
  return async (request) => {
    const before = stats?.();
    try {
      return await withSearchDeadline(now, (deadline) => searchText(request, deadline));
    } finally {
      logEngineErrors(logger, before, stats?.());
    }
  };
}

function logEngineErrors(logger: Logger, before?: EngineStats, after?: EngineStats): void {
  if (before === undefined || after === undefined) return;
  const ledger_errors = after.ledger_errors - before.ledger_errors;
  const throttles = after.throttles - before.throttles;
  if (ledger_errors + throttles === 0) return;
  logger.warn('search for personal data degraded', { ledger_errors, throttles });
}

/** Creates the function that reads budgets, with a cache of five seconds. */
function composeReadBudget(
  { BUDGETS: limits, QUOTA_TABLE: table_name }: ApiEnvironment,
  now: () => number,
): ReadBudget {
  const ledger = createBudgetLedger({ table_name, max_attempts: MAX_CACHE_ATTEMPTS });
  const read = createReadBudget({ ledger, limits, now });
  const known = new LRUCache<string, Awaited<ReturnType<ReadBudget>>>({
    ...BUDGETS_KEPT,
    perf: { now },
  });
  return async (tenant) => {
    const cached = known.get(tenant);
    if (cached !== undefined) return cached;
    const use = await read(tenant);
    known.set(tenant, use);
    return use;
  };
}

function composeStores(environment: ApiEnvironment, now: () => number) {
  const bucket_name = environment.INPUT_BUCKET;
  const jobs = createJobStore({ table_name: environment.JOBS_TABLE, now });
  const results = createResultsReader({ table_name: environment.RESULTS_TABLE, now });
  const requests = createPrivacyQueue({ queue_url: environment.PRIVACY_QUEUE_URL });
  const past = createHistoryStore({ table_name: environment.HISTORY_TABLE, now });
  return {
    jobs,
    throughput_samples: remember(now, () => jobs.throughputSamples()),
    inputs: openBucket({ bucket_name }),
    record_lists: createRecordLists({ bucket_name }),
    sign_upload: createUploadSigner({ bucket_name, role_arn: environment.UPLOAD_ROLE_ARN, now }),
    sign_downloads: createDownloadSigner({
      ...{ bucket_name, role_arn: environment.DOWNLOAD_ROLE_ARN, now },
    }),
    claims: createTextClaims({ bucket_name }),
    stream: createKinesisStream({ stream_name: environment.STREAM_NAME }),
    results,
    read_history: createReadHistory({ current: results, past }),
    alerts: createAlertRules({ table_name: environment.ALERTS_TABLE }),
    alert_events: createAlertEvents({ table_name: environment.ALERTS_TABLE, now }),
    alert_states: createTrafficStates({ table_name: environment.ALERTS_TABLE, now }),
    incidents: createIncidents({ table_name: environment.ALERTS_TABLE, now }),
    alert_queue: createAlertQueue({ queue_url: environment.ALERT_QUEUE_URL }),
    digests: createDigests({ table_name: environment.ALERTS_TABLE }),
    ...composeSetAsides(environment, now),
    privacy: {
      ...createPrivacyRequests({ bucket_name: environment.SET_ASIDE_BUCKET }, bucket_name),
      send: (message) => requests.send(message, 0),
    },
  } satisfies Partial<ApiDeps>;
}

function composeSetAsides(
  environment: ApiEnvironment,
  now: () => number,
): Pick<ApiDeps, 'set_asides' | 'replay_set_aside' | 'count_failed_batches'> {
  const bucket_name = environment.SET_ASIDE_BUCKET;
  const deps = {
    marks: createMarks({ bucket_name }),
    publisher: createPublisher({
      stream: createKinesisStream({ stream_name: environment.BULK_STREAM_NAME }),
    }),
    claims: createTextClaims({ bucket_name: environment.INPUT_BUCKET }),
    restoreKey: createSecret({ secret_id: environment.RESTORE_KEY_ARN }),
    now,
  };
  return {
    set_asides: createTenantSetAsides({ bucket_name }),
    replay_set_aside: (set_aside, { fixed_text, ...options }) => {
      const fix = fixed_text === undefined ? undefined : () => fixed_text;
      return replaySetAside({ ...deps, ...options, fix }, set_aside);
    },
    count_failed_batches: remember(now, () =>
      countGivenUp({ bucket_name: environment.FAILURE_BUCKET }),
    ),
  };
}

function resourceNames(environment: ApiEnvironment) {
  return {
    stream_name: environment.STREAM_NAME,
    results_table: environment.RESULTS_TABLE,
    cache_table: environment.CACHE_TABLE,
    jobs_table: environment.JOBS_TABLE,
    input_bucket: environment.INPUT_BUCKET,
    counts_table: environment.COUNTS_TABLE,
    history_table: environment.HISTORY_TABLE,
  };
}

function logFailures(logger: Logger, counts: AnalysisCounts, ledger_errors: number): void {
  if (ledger_errors > 0) logger.warn('quota ledger unavailable', { ledger_errors });
  const { cache_errors, cache_unreadable, throttles, failed } = counts;
  if (cache_errors + cache_unreadable + throttles + failed > 0) {
    logger.warn('analysis degraded', { analysis: counts });
  }
}
