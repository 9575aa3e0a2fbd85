import { createHash } from 'node:crypto';
import type { Books, JobBook, RecordSpec } from '../../chaos/checker/books.ts';
import { type CheckReport, checkStorm } from '../../chaos/checker/check.ts';
import type { Verdict, VerdictOf } from '../../chaos/checker/expected.ts';
import { KINDS } from '../../chaos/checker/findings.ts';
import type { JobStatus, StoredResult } from '../../chaos/checker/formats.ts';
import type { StoreContents } from '../../chaos/checker/stores.ts';
import {
  createStormGenerator,
  generateBurst,
  generateLateText,
  type StormEntry,
} from '../../chaos/generate.ts';
import { createRandom } from '../../support/random.ts';
import { hmacSignature } from '../../support/signature.ts';

/** The books of a storm, and stores with the right end of everything in the books. */
export interface CorrectStorm {
  books: Books;
  contents: StoreContents;
  verdictOf: VerdictOf;
}

const REPLAY = { from: Date.UTC(2026, 10, 26, 10), to: Date.UTC(2026, 10, 26, 11) };
const ARRIVED_AT = '2026-11-26T10:30:00.000Z';
const SECRET = 'a secret of the test';

const SENTIMENTS = ['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED'];

/** Computes a verdict from the text, so that each text has one right verdict. */
function verdictOf(_language: string, text: string): Verdict {
  const sentiment = SENTIMENTS[text.trim().length % SENTIMENTS.length] ?? '';
  return { sentiment, scores: { positive: 0.7, negative: 0.1, neutral: 0.1, mixed: 0.1 } };
}

export function check({ books, contents, verdictOf: of }: CorrectStorm): CheckReport {
  return checkStorm(books, contents, of);
}

/** Returns the report's counts of broken promises. */
export function countBroken(report: CheckReport): Record<string, number> {
  return Object.fromEntries(KINDS.map((kind) => [kind, report[kind]]));
}

export const NONE = Object.fromEntries(KINDS.map((kind) => [kind, 0]));

export function createCorrectStorm(seed: number): CorrectStorm {
  const books = createBooks(seed);
  const contents: StoreContents = {
    ...{ stream: [], rows: [], lines: [], lake_table: [], counts: [], history: [], set_asides: [] },
    given_up: [{ key: 'aws/lambda/one', records: 3, is_put_back: true }],
    jobs: new Map(books.jobs.map((job) => [job.job_id, createStatus(job)])),
    log: '{"message":"batch processed"}',
  };
  for (const [i, { specs, bytes, is_aggregate }] of books.entries.entries()) {
    const position = {
      ...{ stream_name: 'live', shard_id: 'shardId-000000000001' },
      sequence_number: String(1_000 + i),
    };
    contents.stream.push({ ...position, data: bytes });
    const at = `live:${position.shard_id}:${position.sequence_number}`;
    for (const [index, spec] of specs.entries()) {
      if (spec.kind === 'record') {
        store(contents, spec, spec.record_id ?? (is_aggregate ? `${at}:${index}` : at));
        continue;
      }
      const { reason, repaired } = spec;
      const data_base64 = bytes.toString('base64');
      contents.set_asides.push({ set_aside_id: at, reason, ...position, data_base64 });
      if (repaired !== undefined) store(contents, repaired, repaired.record_id ?? at);
    }
  }
  for (const job of books.jobs) storeJob(contents, job);
  contents.lake_table = contents.rows.map(writeLakeRow);
  contents.counts = countRows(contents.rows);
  contents.history = listReplaced(contents);
  return { books, contents, verdictOf };
}

/** Lists the versions that were rows once, as the history has them. */
function listReplaced({ rows, lines }: StoreContents): StoreContents['history'] {
  const keyOf = ({ tenant, source, record_id }: StoredResult) => `${tenant}#${source}#${record_id}`;
  const current = new Map(rows.map((row) => [keyOf(row), row.revision ?? 0]));
  return lines.flatMap((line) => {
    const { revision, record_version, stamp, processed_at, status } = line;
    const record_key = keyOf(line);
    if (revision === undefined || revision >= current.get(record_key)!) return [];
    return { record_key, revision, record_version, stamp, processed_at, status };
  });
}

/** Counts rows as the product does. A second row takes away what a first one has too much. */
function countRows(rows: StoredResult[]): StoreContents['counts'] {
  const counted = rows.filter(({ first_created_at }) => first_created_at !== undefined);
  return ['created_at#hour', 'created_at#day', 'arrived_at#hour', 'arrived_at#day'].flatMap(
    (family) =>
      counted.flatMap(({ tenant, source, status, sentiment = status, language_code }) => {
        const name = `n.${language_code}.${CODES[sentiment]}`;
        const at = { partition: `${tenant}#${family}#2026`, bucket: `2026#${source}#shard` };
        return [
          { ...at, seq: '1', [name]: 2 },
          { ...at, seq: '2', [name]: -1 },
        ];
      }),
  );
}

const CODES: Record<string, string> = {
  ...{ POSITIVE: 'pos', NEGATIVE: 'neg', NEUTRAL: 'neu', MIXED: 'mix' },
  ...{ unsupported_language: 'lang', empty: 'empty', withdrawn: 'gone' },
};

/** Writes the row of the lake's table that belongs to a row of the results table. */
function writeLakeRow(row: StoredResult): string {
  const { tenant, source, record_id, record_version = '', revision, status } = row;
  return `${tenant}#${source}#${record_id}#${record_version}#${revision}#${status}`;
}

function createBooks(seed: number): Books {
  const random = createRandom(seed);
  const repairs = { records: new Map<string, object>(), late_texts: [] };
  const generate = createStormGenerator(random, 'c0', repairs);
  const made = [...generateBurst('c0', 3), generateLateText('c0', repairs)];
  while (made.length < 150) made.push(...generate());
  made.push(createWithdrawal());
  const entries = made.map((entry) => ({
    specs: entry.specs,
    bytes: 'bytes' in entry ? entry.bytes : Buffer.from(JSON.stringify(entry.record)),
    is_aggregate: 'bytes' in entry && entry.is_aggregate,
    acknowledged: true,
  }));
  const jobs = createJobs();
  return {
    ...{ entries, jobs, answers: createAnswers(), replay: REPLAY, callback_secret: SECRET },
    deliveries: jobs
      .filter(({ fate }) => fate !== 'cancel')
      .flatMap((job) => [
        { ...createDelivery(job), answered: 500 },
        { ...createDelivery(job), answered: 200 },
      ]),
  };
}

function createWithdrawal(): StormEntry {
  const record = { tenant: 'default', source: 'c0', record_id: 'c0-withdrawn', record_version: 1 };
  return {
    record: { ...record, deleted: true },
    specs: [{ kind: 'record', ...record, text: '', status: 'withdrawn' }],
  };
}

function createJobs(): JobBook[] {
  const texts = ['I love this line #1#', undefined, 'I hate this long line #2#'];
  const polls = [
    { done: 0, total: 0 },
    { done: 1, total: 3 },
  ];
  return [
    { job_id: 'job_done', texts, has_callback: true, fate: 'complete', polls },
    {
      ...{ job_id: 'job_cancelled', texts: ['Cancelled #3#'], has_callback: true, polls: [] },
      ...{ fate: 'cancel', cancellation: 'accepted' },
    },
    {
      ...{ job_id: 'job_late', texts: ['Too late to cancel #4#'], has_callback: false, polls: [] },
      ...{ fate: 'cancel', cancellation: 'refused' },
    },
    { job_id: 'job_empty', texts: [], has_callback: true, fate: 'upload_missing', polls: [] },
  ];
}

function createStatus({ job_id, texts, fate, cancellation, has_callback }: JobBook): JobStatus {
  const set_aside = texts.filter((text) => text === undefined).length;
  const succeeded = texts.length - set_aside;
  const progress = { total: texts.length, done: texts.length, succeeded, failed: 0, set_aside };
  const counts: Record<string, number> = set_aside === 0 ? {} : { set_aside };
  for (const text of texts) {
    if (text === undefined) continue;
    const name = verdictOf('en', text).sentiment.toLowerCase();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  const callback = has_callback ? { callback: { state: 'delivered' } } : {};
  const base = { job_id, progress, counts, ...callback };
  if (fate === 'upload_missing') {
    return { ...base, status: 'FAILED', error: { code: 'INPUT_NEVER_ARRIVED' } };
  }
  if (cancellation === 'accepted') {
    const none = { ...progress, done: 0, succeeded: 0 };
    return {
      ...base,
      status: 'CANCELLED',
      progress: none,
      counts: {},
      callback: { state: 'waiting' },
    };
  }
  return { ...base, status: set_aside === 0 ? 'COMPLETED' : 'COMPLETED_WITH_ERRORS' };
}

function createDelivery(job: JobBook) {
  const { job_id, status, progress } = createStatus(job);
  const event = status === 'FAILED' ? 'job.failed' : 'job.completed';
  return signDelivery({
    event,
    delivery_id: `delivery_${job_id}`,
    job: { job_id, status, progress },
  });
}

/** Signs a callback with the secret of the books. */
export function signDelivery(content: { delivery_id: string; [field: string]: unknown }) {
  const body = JSON.stringify(content);
  const headers = {
    'x-aurastream-timestamp': '1700000000',
    'x-aurastream-delivery': content.delivery_id,
    'x-aurastream-signature': hmacSignature(SECRET, '1700000000', body),
  };
  return { headers, body };
}

/** Creates the API's right answer to a text. */
export function answerTo(text: string) {
  return { ...verdictOf('en', text), language_code: 'en', chunks: 1 };
}

function createAnswers(): Books['answers'] {
  const loved = { text: 'I love this answer #h1#', language: 'en' };
  const blank = { text: '   ', refusal: 'VALIDATION_ERROR' };
  const down = { error: { code: 'SERVICE_UNAVAILABLE', message: 'The analyzer is down' } };
  const refused = { error: { code: 'VALIDATION_ERROR', message: 'must not be blank' } };
  const details = { request_id: 'r', timestamp: '2026-11-26T10:00:00.000Z' };
  return [
    { route: 'sync', asked: [loved], answer: { status: 200, body: answerTo(loved.text) } },
    {
      ...{ route: 'sync', asked: [loved] },
      answer: { status: 503, body: { error: { ...down.error, ...details } } },
    },
    {
      ...{ route: 'sync', asked: [blank] },
      answer: { status: 400, body: { error: { ...refused.error, ...details } } },
    },
    {
      ...{ route: 'batch', asked: [loved, blank, loved] },
      answer: {
        status: 200,
        body: { results: [answerTo(loved.text), refused, down], succeeded: 1, failed: 2 },
      },
    },
    {
      ...{ route: 'records', asked: [loved, { text: 'x', refusal: 'invalid_record' }] },
      answer: {
        status: 202,
        body: {
          ...{ accepted: 1, refused: 1, failed: 0 },
          records: [{ status: 'accepted' }, { status: 'refused' }],
        },
      },
    },
  ];
}

function storeJob(contents: StoreContents, { job_id, texts, cancellation }: JobBook): void {
  if (cancellation === 'accepted') return;
  for (const [index, text] of texts.entries()) {
    if (text === undefined) continue;
    const base = { kind: 'record', tenant: 'default', source: 'api' } as const;
    const spec: RecordSpec = { ...base, text, language: 'en', status: 'analyzed' };
    store(contents, spec, `${job_id}:${index}`, cancellation === undefined ? job_id : undefined);
  }
}

/** Adds the line of a record and the line of its replay to the lake, and replaces an older row. */
function store(
  { rows, lines }: StoreContents,
  spec: RecordSpec,
  record_id: string,
  job_id?: string,
): void {
  const { tenant, source, record_version, status, language = 'en' } = spec;
  const text = status === 'withdrawn' ? undefined : spec.text;
  const result: StoredResult = {
    ...{ tenant, source, record_id, record_version, status, language_code: language, chunks: 1 },
    ...(text === undefined ? {} : { text }),
    ...(job_id === undefined ? {} : { job_id }),
    text_hash: createHash('sha256')
      .update(text ?? '')
      .digest('hex'),
    arrived_at: ARRIVED_AT,
    ...{ stamp: Date.parse(ARRIVED_AT) + (record_version ?? 0), first_created_at: ARRIVED_AT },
    processed_at: ARRIVED_AT,
    revision: 2 * (record_version ?? 0) + 1,
    ...(status === 'analyzed' ? { ...verdictOf(language, spec.text) } : {}),
    ...(Buffer.byteLength(spec.text) > 5_000 ? { chunks: 2 } : {}),
  };
  const run = { analysis_run: REPLAY.to / 1_000, processed_at: new Date(REPLAY.to).toISOString() };
  const replayed = { ...result, ...run, revision: result.revision! + 1 };
  const at = rows.findIndex(
    (row) => row.tenant === tenant && row.source === source && row.record_id === record_id,
  );
  const is_late = at !== -1 && (rows[at]!.record_version ?? 0) >= (record_version ?? 0);
  // The line of a version that never was the row has no revision.
  const written = is_late ? { revision: undefined } : {};
  lines.push({ ...result, ...written }, { ...replayed, ...written });
  const row = { ...replayed, first_created_at: ARRIVED_AT };
  // The withdrawal of a record that was never seen has no `first_created_at`.
  if (at === -1) rows.push(status === 'withdrawn' ? replayed : row);
  else if (!is_late) rows[at] = row;
}
