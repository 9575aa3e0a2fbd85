import { expect, it } from 'vitest';
import type * as z from 'zod';
import {
  ANALYZERS,
  asyncRequestSchema,
  createAnalyzeSchemas,
  INDEXED_ATTRIBUTES,
  idempotencyKey,
  JOB_PAGE_SIZE,
  jobMessageSchema,
  jobResultsQuerySchema,
  jobsQuerySchema,
  MAX_JOB_BODY_BYTES,
  MAX_JOB_RECORDS,
  recordsRequestSchema,
  resultsQuerySchema,
  statsQuerySchema,
} from '../../../schemas/index.ts';

const { sync, batch } = createAnalyzeSchemas(['en', 'de']);
const listOf = (length: number) => Array.from({ length }, () => ({ text: 'a' }));

it.each([
  ['texts in a batch', 100, (count: number) => batch.safeParse({ texts: listOf(count) })],
  [
    'posted records',
    500,
    (count: number) => recordsRequestSchema.safeParse({ records: listOf(count) }),
  ],
  [
    'documents of a job',
    1_000,
    (count: number) => asyncRequestSchema.safeParse({ documents: listOf(count) }),
  ],
  [
    'results in a page',
    200,
    (limit: number) => resultsQuerySchema.safeParse({ source: 's', limit }),
  ],
  ['jobs in a page', 100, (limit: number) => jobsQuerySchema.safeParse({ limit })],
  [
    'records of a job in a page',
    1_000,
    (limit: number) => jobResultsQuerySchema.safeParse({ limit }),
  ],
] as [string, number, (count: number) => z.ZodSafeParseResult<unknown>][])(
  'there are 1 to %2$d %1$s',
  (_, most, parse) => {
    expect([0, 1, most, most + 1].map((count) => parse(count).success)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  },
);

it('a request without options has the defaults that docs/api.md and the OpenAPI document name', () => {
  const options = {
    language_code: 'auto',
    include_confidence: true,
    include_pii_detection: false,
  };
  expect(sync.parse({ text: 'a' })).toEqual({ text: 'a', options });
  expect(batch.parse({ texts: ['a'] })).toEqual({ texts: ['a'], options });
  expect(resultsQuerySchema.parse({})).toEqual({ order: 'created_at', limit: 50 });
  expect(jobsQuerySchema.parse({})).toEqual({ limit: 20 });
  expect(jobResultsQuerySchema.parse({})).toEqual({ limit: 100 });
  expect(statsQuerySchema.parse({})).toEqual({ interval: 'hour', time: 'created_at' });
  expect(asyncRequestSchema.parse({ text: 'a' })).toEqual({
    text: 'a',
    language_code: 'auto',
    source_id: 'api',
  });
});

it('a language is auto or one of the analyzer, and an empty text is refused', () => {
  const parse = (language_code: string) =>
    sync.safeParse({ text: 'a', options: { language_code } });
  expect(['auto', 'en', 'de', 'fr', 'EN', ''].map((code) => parse(code).success)).toEqual([
    true,
    true,
    true,
    false,
    true,
    true,
  ]);
  expect(sync.safeParse({ text: '' }).success).toBe(false);
});

it('a job has exactly one of text, documents and upload', () => {
  const parts = { text: 'a', documents: listOf(1), upload: { format: 'csv', size_bytes: 1 } };
  const names = Object.keys(parts) as (keyof typeof parts)[];
  for (let chosen = 0; chosen < 8; chosen += 1) {
    const some = names.filter((_, i) => (chosen >> i) % 2 === 1);
    const body = Object.fromEntries(some.map((name) => [name, parts[name]]));
    expect(asyncRequestSchema.safeParse(body).success, some.join()).toBe(some.length === 1);
  }
});

it('an Idempotency-Key has 1 to 255 visible ASCII characters', () => {
  for (const key of ['a', '!~', 'x'.repeat(255)]) {
    expect(idempotencyKey.safeParse(key).success, key).toBe(true);
  }
  for (const key of ['', 'a b', 'a\n', 'x'.repeat(256), 'é']) {
    expect(idempotencyKey.safeParse(key).success, key).toBe(false);
  }
});

it('a listing shows no text, and no more than the 20 fields that an index may have', () => {
  const names = [...INDEXED_ATTRIBUTES];
  expect(names).toHaveLength(20);
  for (const name of ['text', 'author', 'url', 'attributes']) expect(names).not.toContain(name);
});

it('the limits of Comprehend and of jobs are those that the documentation of AWS and ours name', () => {
  expect(ANALYZERS.comprehend).toMatchObject({
    max_documents: 25,
    max_document_bytes: 5_000,
    usd_per_unit: 0.0001,
  });
  expect(ANALYZERS.comprehend.languages).toEqual([
    'en',
    'es',
    'fr',
    'de',
    'it',
    'pt',
    'ar',
    'hi',
    'ja',
    'ko',
    'zh',
    'zh-TW',
  ]);
  expect(MAX_JOB_BODY_BYTES).toBe(4 * 1024 * 1024);
  expect([JOB_PAGE_SIZE, MAX_JOB_RECORDS]).toEqual([1_000, 50_000_000]);
});

it('a message of the jobs queue is an upload, a resume or a sweep', () => {
  const object = { key: 'inputs/job_1.csv' };
  const upload = { 'detail-type': 'Object Created', detail: { bucket: { name: 'b' }, object } };
  const messages = [upload, { kind: 'resume', job_id: 'job_1' }, { kind: 'sweep' }];
  for (const message of messages) expect(jobMessageSchema.parse(message)).toEqual(message);
  for (const message of [{ kind: 'resume' }, { kind: 'drop' }, {}, null]) {
    expect(jobMessageSchema.safeParse(message).success).toBe(false);
  }
});
