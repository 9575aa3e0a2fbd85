import { expect, it } from 'vitest';
import type * as z from 'zod';
import {
  asyncRequestSchema,
  createAnalyzeSchemas,
  fileOptionsSchema,
  isFinal,
  JOB_STATUSES,
  jobErrorSchema,
  jobResultsQuerySchema,
  jobSchema,
  jobsQuerySchema,
  listStatusesBefore,
  overviewQuerySchema,
  pickCarried,
  RECORD_OUTCOMES,
  recordSchema,
  recordsRequestSchema,
  resultSchema,
  resultsQuerySchema,
  SET_ASIDE_REASONS,
  setAsideSchema,
  statsQuerySchema,
  TIERS,
} from '../../../schemas/index.ts';
import { FAILED_OUTCOMES, jobStatus, SUCCEEDED_OUTCOMES } from '../../../schemas/job.ts';
import { CACHE_TIERS, RESULT_STATUSES } from '../../../schemas/result.ts';
import { listAccepted, listRequired } from '../../support/fields.ts';
import { aResult } from '../../support/results.ts';

const AT = '2026-11-23T10:00:00.000Z';
const { sync, batch } = createAnalyzeSchemas(['en', 'de']);

/** Returns the errors of a value, such as `text: must not be empty`. */
function listErrors(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}

const record = { text: 'a', source: 's' };
const many = (count: number) => Array(count).fill(record);
const ASYNC_UPLOAD = { format: 'csv', size_bytes: 1 };
const WRONG_SLUG = 'must be 1 to 64 of a-z, 0-9, _ and -, starting with a letter or digit';
const WRONG_TIME = 'must be an ISO 8601 date and time with a zone';
const WRONG_ID = 'must be 1 to 256 of A-Z, a-z, 0-9, ., _, : and -';
const WRONG_LANGUAGE = 'must be auto or a language code such as en, pt-BR or zh-Hant';

it.each([
  [recordSchema, { ...record, text: '' }, 'text: must not be empty'],
  [recordSchema, { source: 's' }, 'text: is required'],
  [recordSchema, { ...record, source: '-' }, `source: ${WRONG_SLUG}`],
  [recordSchema, { ...record, tenant: 'A' }, `tenant: ${WRONG_SLUG}`],
  [recordSchema, { ...record, record_id: '' }, `record_id: ${WRONG_ID}`],
  [recordSchema, { ...record, language: 'English' }, `language: ${WRONG_LANGUAGE}`],
  [recordSchema, { ...record, created_at: '2026' }, `created_at: ${WRONG_TIME}`],
  [
    recordSchema,
    { ...record, created_at: '0000-01-01T00:00:00+14:00' },
    'created_at: must be within the years 0000 to 9999 in UTC',
  ],
  [
    recordSchema,
    { ...record, attributes: Object.fromEntries(many(33).map((_, i) => [`a${i}`, i])) },
    'attributes: must have at most 32 entries',
  ],
  [recordSchema, { ...record, job_index: 1 }, 'job_index: job_id and job_index must come together'],
  [recordSchema, { source: 's', deleted: true }, 'record_id: is required in a withdrawal'],
  [recordsRequestSchema, { records: [] }, 'records: must not be empty'],
  [recordsRequestSchema, { records: many(501) }, 'records: must have at most 500 records'],
  [sync, { text: '' }, 'text: must not be empty'],
  [
    sync,
    { text: 'a', options: { language_code: 'nl' } },
    'options.language_code: must be auto or one of en, de',
  ],
  [batch, { texts: [] }, 'texts: must not be empty'],
  [batch, { texts: Array(101).fill('a') }, 'texts: must have at most 100 texts'],
  [asyncRequestSchema, {}, 'text: give one of text, documents and upload'],
  [asyncRequestSchema, { documents: [] }, 'documents: must not be empty'],
  [
    asyncRequestSchema,
    { documents: many(1_001) },
    'documents: must have at most 1000 documents; upload more',
  ],
  [
    asyncRequestSchema,
    { upload: { ...ASYNC_UPLOAD, format: 'doc' } },
    'upload.format: must be one of jsonl, json, csv, tsv, text, xlsx, parquet',
  ],
  [
    asyncRequestSchema,
    { upload: { ...ASYNC_UPLOAD, size_bytes: 0 } },
    'upload.size_bytes: must be at least 1, because an empty file has no records',
  ],
  [
    asyncRequestSchema,
    { upload: { ...ASYNC_UPLOAD, size_bytes: 1.5 } },
    'upload.size_bytes: must be the size of the file in bytes',
  ],
  [asyncRequestSchema, { text: 'a', callback_url: 'a.b' }, 'callback_url: must be a URL'],
  [asyncRequestSchema, { text: 'a', callback_url: 'ftp://a.b' }, 'callback_url: must be a URL'],
  [asyncRequestSchema, { text: 'a', source_id: 'No' }, `source_id: ${WRONG_SLUG}`],
  [resultsQuerySchema, { source: 's', from: '2026-11-23' }, `from: ${WRONG_TIME}`],
  [resultsQuerySchema, { source: 's', to: 'now' }, `to: ${WRONG_TIME}`],
  [statsQuerySchema, { from: 'now' }, `from: ${WRONG_TIME}`],
  [statsQuerySchema, { to: 'now' }, `to: ${WRONG_TIME}`],
  [statsQuerySchema, { source: '' }, `source: ${WRONG_SLUG}`],
] as [z.ZodType, unknown, string][])(
  'the error of a wrong request says what to send: %#',
  (schema, value, error) => {
    expect(listErrors(schema, value)).toEqual([error]);
  },
);

it('a document of a job has the fields of a record, but none that the job sets', () => {
  const parse = (document: object) =>
    asyncRequestSchema.parse({ documents: [document] }).documents?.[0];
  const document = {
    ...{ text: 'a', source: 's', record_id: 'r', record_version: 3, created_at: AT },
    ...{ author: 'Ada', url: 'https://a.example/', attributes: { stars: 5 } },
  };
  expect(parse({ ...document, language_code: 'EN-us' })).toEqual({
    ...document,
    language_code: 'en',
  });
  const set_by_job = {
    ...{ tenant: 'acme', job_id: 'j', job_index: 1, analysis_run: 1, deleted: true },
    stamp: 1_790_000_000_000,
  };
  expect(parse({ ...document, ...set_by_job, text_claim: 'a'.repeat(64) })).toEqual({
    ...document,
    language_code: 'auto',
  });
  expect(parse({ text: 'a' })).toEqual({ text: 'a', language_code: 'auto' });
  for (const wrong of [{}, [], null, 'a', { text: '' }, { text: 'a', source: 'No' }]) {
    expect(asyncRequestSchema.safeParse({ documents: [wrong] }).success).toBe(false);
  }
});

it('the metadata of a document never costs its verdict', () => {
  const given = { text: 'a', language_code: 'English', url: 'N/A', created_at: 'yesterday' };
  expect(asyncRequestSchema.parse({ documents: [given] }).documents).toEqual([
    {
      ...{ text: 'a', language_code: 'auto' },
      attributes: { url: 'N/A', language: 'English', created_at: 'yesterday' },
    },
  ]);
});

it('a request for a job keeps its file options, its source, its language and its callback', () => {
  const options = { text_field: 'Review', columns: ['Review'], map: { stars: 'Nr' } };
  const upload = { ...ASYNC_UPLOAD, options };
  const request = { upload, source_id: 'tour', callback_url: 'https://a.example/hook' };
  expect(asyncRequestSchema.parse(request)).toEqual({ ...request, language_code: 'auto' });
  const loopback = { text: 'a', language_code: 'de', callback_url: 'http://127.0.0.1/' };
  expect(asyncRequestSchema.parse(loopback)).toEqual({ ...loopback, source_id: 'api' });
  const long = `https://a.b/${'x'.repeat(2_037)}`;
  expect(listAccepted(asyncRequestSchema.shape.callback_url, [long, long.slice(1)])).toEqual([]);
  expect(listAccepted(asyncRequestSchema.shape.callback_url, [long.slice(0, -1)])).toHaveLength(1);
});

it('each text of a batch may name its language, and is a string or an object', () => {
  const options = { language_code: 'de', include_confidence: false, include_pii_detection: true };
  const request = { texts: ['a', { text: 'b', language_code: 'en' }, { text: 'c' }], options };
  expect(batch.parse(request)).toEqual(request);
  const wrong = [7, null, {}, { text: 7 }, { text: 'a', language_code: 'nl' }];
  expect(
    listAccepted(
      batch,
      wrong.map((text) => ({ texts: [text] })),
    ),
  ).toEqual([]);
  expect(sync.parse({ text: 'a', options })).toEqual({ text: 'a', options });
});

it.each([
  ['GET /results', resultsQuerySchema, { source: 's' }],
  ['GET /jobs', jobsQuerySchema, {}],
  ['GET /jobs/{job_id}/results', jobResultsQuerySchema, {}],
] as [string, z.ZodType, object][])(
  'the query of %s takes a limit as text, and a cursor of up to 2,048 characters',
  (_, schema, query) => {
    expect(schema.parse({ ...query, limit: '7', cursor: 'c' })).toMatchObject({ limit: 7 });
    for (const limit of ['0', '-1', '1.5', 'many', '']) {
      expect(schema.safeParse({ ...query, limit }).success, limit).toBe(false);
    }
    const cursors = ['', 'c', 'c'.repeat(2_048), 'c'.repeat(2_049)];
    expect(
      listAccepted(
        schema,
        cursors.map((cursor) => ({ ...query, cursor })),
      ),
    ).toHaveLength(3);
  },
);

it('the queries keep each of their filters', () => {
  const times = { from: AT, to: '2026-11-24T10:00:00+01:00' };
  const results = {
    ...{ source: 's', ...times, sentiment: 'MIXED', limit: 7, cursor: 'c', order: 'arrived_at' },
    ...{ status: 'analyzed', language: 'zh-TW', include: 'text,withdrawn' },
  };
  expect(resultsQuerySchema.parse(results)).toEqual(results);
  const jobs = { status: 'CANCELLED', limit: 7, cursor: 'c' };
  expect(jobsQuerySchema.parse(jobs)).toEqual(jobs);
  const filters = { time: 'arrived_at', source: 's', language: 'zh-TW', sentiment: 'MIXED' };
  const stats = { interval: 'day', ...times, ...filters };
  expect(overviewQuerySchema.parse({ ...times, ...filters })).toEqual({ ...times, ...filters });
  expect(statsQuerySchema.parse(stats)).toEqual(stats);
});

it('a result has all of its fields, and without a verdict only those that every record has', () => {
  const result = aResult({
    ...{ author: 'Ada', url: 'https://a.example/', job_id: 'j', job_index: 4, analysis_run: 5 },
    ...{ revision: 6, first_created_at: AT },
  });
  expect(resultSchema.parse(result)).toEqual(result);
  const { required } = listRequired(resultSchema, result);
  expect(required.filter((path) => !path.includes('.')).sort()).toEqual([
    ...['arrived_at', 'created_at', 'processed_at', 'record_id'],
    ...['schema_version', 'source', 'stamp', 'status', 'tenant', 'text_bytes', 'text_hash'],
  ]);
  for (const wrong of [
    ...[{ schema_version: 2 }, { record_version: -1 }, { record_version: 0.5 }],
    ...[{ analysis_run: -1 }, { chunks: 0.5 }, { text_bytes: 0.5 }, { job_index: -1 }],
    ...[{ created_at: '2026' }, { tenant: 'A' }, { source: 'A' }, { record_id: '' }],
    ...[{ attributes: { stars: 5 } }, { language_code: 'English' }, { language_code: 'e' }],
    ...[{ analyzer: {} }, { analyzer: { name: 'comprehend' } }, { scores: {} }],
  ]) {
    expect(resultSchema.safeParse({ ...result, ...wrong }).success, JSON.stringify(wrong)).toBe(
      false,
    );
  }
});

it('a set-aside has its reason, its place on the stream, its arrival and its bytes', () => {
  const set_aside = {
    ...{
      set_aside_id: 'shardId-0:1:2',
      reason: 'over_budget',
      issues: [{ path: '', message: 'm' }],
    },
    ...{ stream_name: 'live', shard_id: 'shardId-0', sequence_number: '1' },
    ...{ sub_sequence_number: 2, nested_numbers: [3], partition_key: 'k' },
    over_budget: { month: '2026-11', refused_at: AT },
    ...{ arrived_at: '2026-11-23T10:00:00+01:00', data_base64: 'e30=' },
  };
  expect(setAsideSchema.parse(set_aside)).toEqual(set_aside);
  const { all, required } = listRequired(setAsideSchema, set_aside);
  const optional = ['sub_sequence_number', 'nested_numbers', 'over_budget'];
  expect(required).toEqual(all.filter((path) => !optional.includes(path)));
  for (const wrong of [{ data_base64: '{}' }, { arrived_at: 'now' }, { nested_numbers: [0.5] }]) {
    expect(setAsideSchema.safeParse({ ...set_aside, ...wrong }).success).toBe(false);
  }
});

it.each([
  ['tier', TIERS, ['starter', 'growth', 'professional', 'enterprise']],
  [
    'status of a result',
    RESULT_STATUSES,
    ['analyzed', 'unsupported_language', 'empty', 'withdrawn'],
  ],
  ['origin of a verdict', CACHE_TIERS, ['miss', 'batch', 'memory', 'table']],
  [
    'reason of a set-aside',
    SET_ASIDE_REASONS,
    [
      ...['invalid_json', 'invalid_utf8', 'invalid_record', 'invalid_gzip', 'invalid_aggregate'],
      ...['too_large', 'text_missing', 'refused_by_analyzer', 'invalid_signature', 'envelope'],
      'over_budget',
    ],
  ],
  [
    'status of a job',
    jobStatus.options,
    ['PENDING', 'PROCESSING', 'COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'],
  ],
] as [string, readonly string[], string[]][])(
  'a %s is one of the documented words',
  (_, words, documented) => {
    expect(words).toEqual(documented);
  },
);

it('each outcome of a record is a success, a failure or a set-aside', () => {
  expect(SUCCEEDED_OUTCOMES).toEqual([
    'positive',
    'negative',
    'neutral',
    'mixed',
    'withdrawn',
    'not_newer',
  ]);
  expect(FAILED_OUTCOMES).toEqual(['unsupported_language', 'empty']);
  expect([...SUCCEEDED_OUTCOMES, ...FAILED_OUTCOMES, 'set_aside']).toEqual([...RECORD_OUTCOMES]);
});

it('a job that is final stays as it is, and each final status is reached from an open one', () => {
  expect(JOB_STATUSES.filter(isFinal)).toEqual(JOB_STATUSES.slice(2));
  expect(JOB_STATUSES.map((status) => listStatusesBefore(status))).toEqual([
    [],
    ['PENDING'],
    ['PROCESSING'],
    ['PROCESSING'],
    ['PENDING', 'PROCESSING'],
    ['PENDING', 'PROCESSING'],
  ]);
});

it('the figures of a refused job count from 0, and the allowance of a tenant from 1', () => {
  const accepts = (figures: object) => {
    const error = { code: 'BUDGET_EXCEEDED', message: 'm', figures: { records: 5, ...figures } };
    const parsed = jobErrorSchema.safeParse(error);
    if (parsed.success) expect(parsed.data).toEqual(error);
    return parsed.success;
  };
  const names = ['records_ahead', 'open_records', 'units', 'units_ahead', 'remaining_units'];
  for (const name of ['records', ...names]) {
    expect(
      [-1, 0, 0.5, 7].map((n) => accepts({ [name]: n })),
      name,
    ).toEqual([...[false, true, false, true]]);
  }
  expect([0, 1, 7].map((n) => accepts({ max_records: n }))).toEqual([false, true, true]);
  expect(accepts({ estimated_hours: 0.5, deadline_at: AT, resets_at: AT })).toBe(true);
  expect(accepts({ resets_at: 'later' })).toBe(false);
  expect(accepts({ deadline_at: 'later' })).toBe(false);
});

it('a stored job counts its records and units from 0, and keeps how to read its file', () => {
  const { shape } = jobSchema;
  for (const name of ['total', 'units'] as const) {
    expect(listAccepted(shape[name], [-1, 0, 0.5, 7, undefined])).toEqual([0, 7, undefined]);
  }
  expect(listAccepted(shape.max_open_records, [0, 1, 7])).toEqual([1, 7]);
  const position = { records: 5, bytes: 6, units: 7 };
  for (const name of ['counted', 'submitted'] as const) {
    expect(shape[name].parse(position)).toEqual(position);
    for (const part of Object.keys(position)) {
      expect(listAccepted(shape[name], [{ ...position, [part]: -1 }])).toEqual([]);
    }
  }
  const input = {
    ...{ kind: 'upload', format: 'parquet', key: 'inputs/j.parquet', etag: 'e', bytes: 6 },
    options: { text_field: 'Review' },
  };
  expect(shape.input.parse(input)).toEqual(input);
  const kinds = ['text', 'documents', 'upload', 'file'].map((kind) => ({ ...input, kind }));
  expect(listAccepted(shape.input, kinds)).toEqual(kinds.slice(0, 3));
  expect(fileOptionsSchema.parse(input.options)).toEqual(input.options);
});

it('a result carries along the same fields as its record, absent ones as undefined', () => {
  const carried = {
    author: 'Ada',
    url: 'https://a.example/',
    job_id: 'j',
    job_index: 0,
    run_id: 'r',
  };
  expect(pickCarried({ ...carried, attributes: { a: 1 }, text: 'a', tenant: 't' })).toEqual({
    ...carried,
    attributes: { a: 1 },
  });
  expect(Object.keys(pickCarried({})).sort()).toEqual([
    ...['attributes', 'author', 'job_id', 'job_index', 'run_id', 'url'],
  ]);
});
