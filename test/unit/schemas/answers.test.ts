import { expect, it } from 'vitest';
import type * as z from 'zod';
import {
  asyncResponseSchema,
  batchResponseSchema,
  budgetResponseSchema,
  callbackBodySchema,
  errorResponseSchema,
  healthResponseSchema,
  historyResponseSchema,
  jobResultsResponseSchema,
  jobsResponseSchema,
  overviewResponseSchema,
  readyResponseSchema,
  recordsResponseSchema,
  resultsResponseSchema,
  statsResponseSchema,
  statusResponseSchema,
  syncResponseSchema,
} from '../../../schemas/index.ts';
import { listAccepted, listRequired } from '../../support/fields.ts';
import { aResult, asStored } from '../../support/results.ts';
import { aVersion } from '../../support/versions.ts';

const AT = '2026-11-23T10:00:00.000Z';
const SCORES = { positive: 0.9, negative: 0.03, neutral: 0.05, mixed: 0.02 };
const BY_SENTIMENT = { POSITIVE: 4, NEGATIVE: 3, NEUTRAL: 2, MIXED: 5, no_verdict: 6 };
const TALLY = { total: 20, withdrawn: 2, by_sentiment: BY_SENTIMENT };
const VERDICTS = ['cache', 'billing', 'average_scores', 'pii'];
const PREVIOUS = {
  ...{ from: AT, to: AT, ...TALLY, over_time: [{ start: AT, ...TALLY }] },
  cache: { hits: 3, misses: 1, hit_rate: 0.75 },
  billing: { billed_units: 3, avoided_units: 9, billed_usd: 0.0003, avoided_usd: 0.0009 },
  average_scores: SCORES,
  pii: { records: 4, count: 7, redacted: 3, failed: 1, by_type: [{ type: 'EMAIL', records: 2 }] },
};
const COUNTS = { ...PREVIOUS, interval: 'hour', time: 'created_at', as_of: AT };
const PROGRESS = {
  ...{ total: 8, done: 6, succeeded: 3, failed: 2, set_aside: 1 },
  ...{ percentage: 75, stage: 'analyzing' },
};
const JOB = {
  ...{ job_id: 'job_1', status: 'FAILED', source_id: 'api', created_at: AT },
  ...{ started_at: AT, completed_at: AT },
  error: { code: 'BUDGET_EXCEEDED', message: 'm', figures: { records: 3, units: 9 } },
};
const RESULT = asStored(
  aResult({ author: 'Ada', url: 'https://a.example/', job_id: 'job_1', job_index: 4 }),
);
const { text: _text, attributes: _attributes, stamp: _stamp, ...LISTED } = aResult();
const VERDICT = {
  ...{ sentiment: 'POSITIVE', score: 0.9, scores: SCORES, confidence: 0.85, chunks: 2 },
  ...{ language_code: 'en', language_source: 'detected', pii_detected: false },
  ...{ cache_hit: false, cache: 'miss' },
};
const REFUSAL = { code: 'BUDGET_EXCEEDED', message: 'm', field: 'texts', retry_after: 7 };

/** Each answer with all of its fields, and the fields that may be absent. */
const ANSWERS: [string, z.ZodType, object, string[]][] = [
  ['GET /health', healthResponseSchema, { status: 'ok', version: '1', timestamp: AT }, []],
  [
    'GET /ready',
    readyResponseSchema,
    {
      status: 'unavailable',
      dependencies: [{ name: 'stream', status: 'failed', error: 'Timeout', duration_ms: 1.5 }],
      timestamp: AT,
    },
    ['dependencies.0.error'],
  ],
  [
    'GET /budget',
    budgetResponseSchema,
    {
      ...{ tenant: 'acme', month: '2026-11', budget_units: 9, used_units: 4, remaining_units: 5 },
      ...{ resets_at: AT, exceeded: false, deployment_exceeded: true },
    },
    [],
  ],
  [
    'an error',
    errorResponseSchema,
    {
      error: {
        ...REFUSAL,
        details: [{ field: 'text', message: 'm' }],
        ...{ resets_at: AT, request_id: 'r', timestamp: AT },
      },
    },
    ['field', 'details', 'retry_after', 'resets_at', 'timestamp'].map((name) => `error.${name}`),
  ],
  [
    'POST /records',
    recordsResponseSchema,
    {
      ...{ accepted: 1, refused: 2, failed: 3 },
      records: [
        {
          status: 'refused',
          record_id: 'r-1',
          issues: [{ path: 'text', message: 'm' }],
          error: 'E',
        },
      ],
    },
    ['record_id', 'issues', 'error'].map((name) => `records.0.${name}`),
  ],
  [
    'POST /analyze/sync',
    syncResponseSchema,
    { ...VERDICT, processing_time_ms: 1.5, request_id: 'r' },
    ['confidence'],
  ],
  [
    'POST /analyze/batch',
    batchResponseSchema,
    {
      results: [VERDICT, { error: { ...REFUSAL, resets_at: AT } }],
      ...{ succeeded: 1, failed: 1, processing_time_ms: 1.5, request_id: 'r' },
    },
    [
      'results.0.confidence',
      ...['field', 'retry_after', 'resets_at'].map((name) => `results.1.error.${name}`),
    ],
  ],
  [
    'POST /analyze/async',
    asyncResponseSchema,
    {
      ...{ job_id: 'job_1', status: 'PENDING', message: 'm', created_at: AT },
      estimated_completion: AT,
      upload: {
        ...{ url: 'https://s3.example/', method: 'PUT', headers: { 'content-type': 'text/csv' } },
        form: { url: 'https://s3.example/', fields: { Policy: 'p' } },
        ...{ expires_at: AT, size_bytes: 12 },
      },
    },
    ['upload'],
  ],
  [
    'GET /status/{job_id}',
    statusResponseSchema,
    {
      ...JOB,
      ...{ progress: PROGRESS, estimated_completion: AT, result: RESULT },
      ...{ counts: { positive: 3, set_aside: 1 }, results_url: '/jobs/job_1/results' },
      callback: {
        ...{ url: 'https://a.example/', state: 'delivered', delivery_id: 'd' },
        attempts: [{ attempted_at: AT, duration_ms: 5, status: 200, error: 'ETIMEDOUT' }],
      },
    },
    [
      ...['started_at', 'completed_at', 'error', 'error.figures', 'error.figures.units'],
      ...['estimated_completion', 'result', 'counts.positive', 'counts.set_aside'],
      ...['callback', 'callback.attempts.0.status', 'callback.attempts.0.error'],
      ...listOptionalOfResult('result.'),
    ],
  ],
  [
    'GET /jobs',
    jobsResponseSchema,
    { jobs: [{ ...JOB, total: 8 }], next_cursor: 'c' },
    [
      'next_cursor',
      ...['started_at', 'completed_at', 'error', 'error.figures', 'error.figures.units'].map(
        (name) => `jobs.0.${name}`,
      ),
    ],
  ],
  [
    'GET /jobs/{job_id}/results',
    jobResultsResponseSchema,
    {
      results: [
        {
          ...{ job_index: 4, record_id: 'r', outcome: 'done', result: RESULT },
          issues: [{ path: 'text', message: 'm' }],
        },
      ],
      next_cursor: 'c',
    },
    [
      'next_cursor',
      ...['record_id', 'result', 'issues'].map((name) => `results.0.${name}`),
      ...listOptionalOfResult('results.0.result.'),
    ],
  ],
  [
    'GET /results',
    resultsResponseSchema,
    { results: [LISTED], next_cursor: 'c', searched_until: AT },
    ['next_cursor', 'searched_until', ...listOptionalOfResult('results.0.')],
  ],
  [
    'GET /results/{source}/{record_id}/history',
    historyResponseSchema,
    {
      ...{ source: 's', record_id: 'r', next_cursor: 'c' },
      versions: [aVersion({ analysis_run: 7, job_id: 'job_1', run_id: 'job_1' })],
    },
    [
      'next_cursor',
      ...['record_version', 'analysis_run', 'sentiment', 'score', 'confidence'].map(
        (name) => `versions.0.${name}`,
      ),
      ...['analyzer', 'run_id', 'job_id'].map((name) => `versions.0.${name}`),
    ],
  ],
  [
    'GET /stats',
    statsResponseSchema,
    {
      ...COUNTS,
      by_source: [{ source: 's', ...TALLY }],
      by_language: [{ language_code: 'en', ...TALLY }],
    },
    ['as_of', ...VERDICTS],
  ],
  [
    'GET /overview',
    overviewResponseSchema,
    {
      ...COUNTS,
      by_source: [{ source: 's', ...TALLY, previous_total: 1 }],
      by_language: [{ language_code: 'en', ...TALLY, previous_total: 1 }],
      previous: PREVIOUS,
      budget: {
        ...{ tenant: 'acme', month: '2026-11', budget_units: 9, used_units: 3 },
        ...{ remaining_units: 6, resets_at: AT, exceeded: false, deployment_exceeded: false },
      },
      pipeline: { bulk_lag_ms: 5, bulk_records_per_second: 100, bulk_reported_at: AT },
      open_jobs: [
        {
          ...{ job_id: 'j', status: 'PROCESSING', source_id: 's' },
          ...{ created_at: AT, started_at: AT, total: 5 },
        },
      ],
    },
    ['as_of', ...VERDICTS, ...VERDICTS.map((name) => `previous.${name}`), 'open_jobs.0.started_at'],
  ],
  [
    'a callback',
    callbackBodySchema,
    { event: 'job.failed', delivery_id: 'd', job: { ...JOB, progress: PROGRESS } },
    ['started_at', 'completed_at', 'error', 'error.figures', 'error.figures.units'].map(
      (name) => `job.${name}`,
    ),
  ],
];

/** Lists the fields of a result that may be absent. */
function listOptionalOfResult(prefix: string): string[] {
  return [
    ...['sentiment', 'score', 'confidence', 'scores', 'language_code', 'language_source'],
    ...['analyzer', 'cache', 'chunks', 'text', 'author', 'url', 'attributes', 'job_id'],
    ...['job_index', 'attributes.stars', 'record_version', 'revision', 'first_created_at'],
  ].map((name) => `${prefix}${name}`);
}

it.each(ANSWERS)(
  '%s has all of its fields, and each of them but the optional ones is required',
  (_, schema, answer, optional) => {
    expect(schema.parse(answer)).toEqual(answer);
    const { required, all } = listRequired(schema, answer);
    const is_optional = (path: string) => optional.includes(path);
    const inMap = (path: string) => /headers\.|fields\./.test(path);
    expect(required).toEqual(all.filter((path) => !is_optional(path) && !inMap(path)));
  },
);

const { shape } = statsResponseSchema;

it.each([
  ['interval of statistics', shape.interval, ['minute', 'quarter_hour', 'hour', 'day']],
  [
    'status of a published record',
    recordsResponseSchema.shape.records.element.shape.status,
    ['accepted', 'refused', 'failed'],
  ],
  ['status of the API', readyResponseSchema.shape.status, ['ready', 'unavailable']],
  [
    'dependency of the API',
    readyResponseSchema.shape.dependencies.element.shape.name,
    [
      ...['stream', 'results_table', 'cache_table', 'jobs_table', 'counts_table'],
      ...['history_table', 'input_bucket'],
    ],
  ],
  [
    'status of a dependency',
    readyResponseSchema.shape.dependencies.element.shape.status,
    ['ok', 'failed'],
  ],
  ['origin of a language', syncResponseSchema.shape.language_source, ['given', 'detected']],
  ['origin of a verdict', syncResponseSchema.shape.cache, ['miss', 'batch', 'memory', 'table']],
  ['sentiment', syncResponseSchema.shape.sentiment, ['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED']],
  [
    'outcome of a record of a job',
    jobResultsResponseSchema.shape.results.element.shape.outcome,
    ['pending', 'done', 'set_aside'],
  ],
  [
    'stage of a job',
    statusResponseSchema.shape.progress.shape.stage,
    ['waiting_for_input', 'counting', 'submitting', 'analyzing', 'done'],
  ],
  [
    'state of a callback',
    statusResponseSchema.shape.callback.unwrap().shape.state,
    ['waiting', 'pending', 'delivered', 'failed'],
  ],
  ['event of a callback', callbackBodySchema.shape.event, ['job.completed', 'job.failed']],
  [
    'reason why a job fails',
    statusResponseSchema.shape.error.unwrap().shape.code,
    [
      ...['INPUT_NEVER_ARRIVED', 'INPUT_CHANGED', 'INPUT_EMPTY', 'INPUT_UNREADABLE'],
      ...['TOO_MANY_RECORDS', 'DEADLINE_EXCEEDED', 'SUBMISSION_STOPPED'],
      ...['DEADLINE_UNREACHABLE', 'BUDGET_EXCEEDED'],
    ],
  ],
] as [string, z.ZodType, string[]][])('a %s is one of the documented words', (_, schema, words) => {
  const wrong = words.flatMap((word) => [`${word}x`, word.slice(1), word.toUpperCase() + word]);
  expect(listAccepted(schema, [...words, ...wrong, ''])).toEqual(words);
});

it.each([
  ['percentage', statusResponseSchema.shape.progress.shape.percentage, 0, 100],
  ['hit rate of the cache', shape.cache.unwrap().shape.hit_rate, 0, 1],
  ['probability', syncResponseSchema.shape.scores.shape.positive, 0, 1],
] as [string, z.ZodType, number, number][])(
  'a %s is from %3$d to %4$d',
  (_, schema, least, most) => {
    const middle = (least + most) / 2;
    const values = [least - 0.001, least, middle, most, most + 0.001];
    expect(listAccepted(schema, values)).toEqual([least, middle, most]);
  },
);

it.each(['total', 'done', 'succeeded', 'failed', 'set_aside'] as const)(
  'the progress of a job counts its %s from 0, in whole records',
  (name) => {
    const schema = statusResponseSchema.shape.progress.shape[name];
    expect(listAccepted(schema, [-1, 0, 0.5, 1])).toEqual([0, 1]);
  },
);

it('a budget without a limit has null for its units', () => {
  const budget = {
    ...{ tenant: 'acme', month: '2026-11', budget_units: null, used_units: null },
    ...{ remaining_units: null, resets_at: AT, exceeded: false, deployment_exceeded: false },
  };
  expect(budgetResponseSchema.parse(budget)).toEqual(budget);
});

it('an upload is no estimate, and the detection of personal data says yes or no, never nothing', () => {
  expect(asyncResponseSchema.shape.estimated_completion.parse(null)).toBeNull();
  expect(statusResponseSchema.shape.estimated_completion.parse(null)).toBeNull();
  expect(listAccepted(syncResponseSchema.shape.pii_detected, [true, false, null, 'x'])).toEqual([
    true,
    false,
  ]);
});
