import type { z } from 'zod';
import { sleep as sleepFor } from '../lib/sleep.ts';
import type {
  AsyncResponse,
  asyncRequestSchema,
  BatchResponse,
  batchRequestSchema,
  HealthResponse,
  JobResult,
  JobResultsResponse,
  JobStatus,
  JobsResponse,
  JobView,
  ReadyResponse,
  RecordInput,
  RecordsResponse,
  Result,
  ResultsQueryInput,
  ResultsResponse,
  StatsResponse,
  StatusResponse,
  SyncResponse,
  statsQuerySchema,
  syncRequestSchema,
} from '../schemas/index.ts';
import { ApiError, type ClientOptions, createSend, type Send } from './request.ts';

type Signal = { signal?: AbortSignal };
type SyncOptions = NonNullable<z.input<typeof syncRequestSchema>['options']>;
type BatchInput = z.input<typeof batchRequestSchema>;

export interface WaitOptions extends Signal {
  /** Between the first polls; later ones come less often. Default 500. */
  poll_ms?: number;
  on_progress?: (status: StatusResponse) => void;
}

/** The API of an AuraStream deployment. Every method rejects with an {@link ApiError}. */
export interface Client {
  analyze(text: string, options?: SyncOptions & Signal): Promise<SyncResponse>;
  /** Up to 100 texts: an answer or an error for each, in their order. */
  analyzeBatch(
    texts: BatchInput['texts'],
    options?: NonNullable<BatchInput['options']> & Signal,
  ): Promise<BatchResponse>;
  /** A job. Without a key one is made up, so that sending it again makes no second job. */
  submit(
    request: z.input<typeof asyncRequestSchema>,
    options?: { idempotency_key?: string } & Signal,
  ): Promise<AsyncResponse>;
  status(job_id: string, options?: Signal): Promise<StatusResponse>;
  /** Resolves with the status of a job that is over, whichever way. */
  waitForJob(job_id: string, options?: WaitOptions): Promise<StatusResponse>;
  /** Newest first, page by page as they are asked for. */
  jobs(options?: { status?: JobStatus } & Signal): AsyncIterable<JobsResponse['jobs'][number]>;
  cancel(job_id: string, options?: Signal): Promise<JobView>;
  /** Each record of a job, in the order of its input. */
  results(job_id: string, options?: { page_size?: number } & Signal): AsyncIterable<JobResult>;
  /** Newest first, without texts. */
  listResults(
    query: Omit<ResultsQueryInput, 'cursor' | 'limit'>,
    options?: { page_size?: number } & Signal,
  ): AsyncIterable<Result>;
  /** Undefined where there is none. */
  getResult(record_id: string, options?: Signal): Promise<Result | undefined>;
  /** Any number of records, in requests that the API takes; an outcome for each, in their order. */
  publish(records: RecordInput[], options?: Signal): Promise<RecordsResponse>;
  stats(query?: z.input<typeof statsQuerySchema>, options?: Signal): Promise<StatsResponse>;
  health(options?: Signal): Promise<HealthResponse>;
  /** What does not answer is in the answer; it does not reject. */
  ready(options?: Signal): Promise<ReadyResponse>;
}

const RECORDS_PER_REQUEST = 500;
/** With room for what JSON adds: the API takes 5 MiB. */
const BYTES_PER_REQUEST = 4 * 1024 * 1024;
const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 10_000;
const POLL_GROWTH = 1.3;
const FINAL: readonly JobStatus[] = ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'];

/**
 * @example
 * const client = createClient({ base_url, api_key });
 * const { sentiment } = await client.analyze('I love my cat');
 */
export function createClient(options: ClientOptions): Client {
  const send = createSend(options);
  const sleep = options.sleep ?? sleepFor;
  const client: Client = {
    analyze: (text, { signal, ...of_text } = {}) =>
      post(send, '/analyze/sync', { text, options: of_text }, { signal }),
    analyzeBatch: (texts, { signal, ...of_texts } = {}) =>
      post(send, '/analyze/batch', { texts, options: of_texts }, { signal }),
    submit: (request, { idempotency_key = crypto.randomUUID(), signal } = {}) =>
      post(send, '/analyze/async', request, {
        signal,
        headers: { 'idempotency-key': idempotency_key },
      }),
    status: (job_id, { signal } = {}) => get(send, `/status/${named(job_id)}`, { signal }),
    async waitForJob(job_id, { poll_ms = FIRST_POLL_MS, on_progress, signal } = {}) {
      for (let wait_ms = poll_ms; ; wait_ms = Math.min(LONGEST_POLL_MS, wait_ms * POLL_GROWTH)) {
        const status = await client.status(job_id, signal === undefined ? {} : { signal });
        on_progress?.(status);
        if (FINAL.includes(status.status)) return status;
        await sleep(wait_ms, signal);
      }
    },
    jobs: ({ status, signal } = {}) =>
      pages(async (cursor) => {
        const query = { status, cursor };
        const { jobs, next_cursor } = await get<JobsResponse>(send, '/jobs', { query, signal });
        return { items: jobs, next_cursor };
      }),
    cancel: async (job_id, { signal } = {}) => {
      const response = await send(`/jobs/${named(job_id)}`, { method: 'DELETE', signal });
      return (await response.json()) as JobView;
    },
    results: (job_id, { page_size = 500, signal } = {}) =>
      pages(async (cursor) => {
        const path = `/jobs/${named(job_id)}/results`;
        const query = { limit: page_size, cursor };
        const { results, next_cursor } = await get<JobResultsResponse>(send, path, {
          query,
          signal,
        });
        return { items: results, next_cursor };
      }),
    listResults: (query, { page_size = 100, signal } = {}) =>
      pages(async (cursor) => {
        const { results, next_cursor } = await get<ResultsResponse>(send, '/results', {
          query: { ...query, limit: page_size, cursor },
          signal,
        });
        return { items: results, next_cursor };
      }),
    async getResult(record_id, { signal } = {}) {
      try {
        return await get(send, `/results/${named(record_id)}`, { signal });
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    publish: (records, { signal } = {}) => publishAll(send, records, signal),
    stats: (query = {}, { signal } = {}) => get(send, '/stats', { query, signal }),
    health: ({ signal } = {}) => get(send, '/health', { signal }),
    ready: ({ signal } = {}) => ready(options, signal),
  };
  return client;
}

type Sending = { signal?: AbortSignal | undefined; headers?: Record<string, string> };

async function post<Answer>(
  send: Send,
  path: string,
  body: unknown,
  sending: Sending,
): Promise<Answer> {
  const response = await send(path, { method: 'POST', body, ...sending });
  return (await response.json()) as Answer;
}

async function get<Answer>(
  send: Send,
  path: string,
  options: {
    query?: Record<string, string | number | undefined>;
    signal?: AbortSignal | undefined;
  },
): Promise<Answer> {
  const response = await send(path, options);
  return (await response.json()) as Answer;
}

async function* pages<Item>(
  read: (
    cursor: string | undefined,
  ) => Promise<{ items: Item[]; next_cursor?: string | undefined }>,
): AsyncIterable<Item> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== undefined);
}

/** A record gets its id here, before it is sent for the first time: sent again it is the same record. */
async function publishAll(
  send: Send,
  records: RecordInput[],
  signal: AbortSignal | undefined,
): Promise<RecordsResponse> {
  const named_records = records.map((record) => ({
    ...record,
    record_id: record.record_id ?? crypto.randomUUID(),
  }));
  const all: RecordsResponse = { accepted: 0, refused: 0, failed: 0, records: [] };
  for (const part of parts(named_records)) {
    const answer = await post<RecordsResponse>(send, '/records', { records: part }, { signal });
    all.accepted += answer.accepted;
    all.refused += answer.refused;
    all.failed += answer.failed;
    all.records.push(...answer.records);
  }
  return all;
}

function parts(records: RecordInput[]): RecordInput[][] {
  const encoder = new TextEncoder();
  const all: RecordInput[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = encoder.encode(JSON.stringify(record)).length;
    const last = all.at(-1);
    if (
      last === undefined ||
      last.length === RECORDS_PER_REQUEST ||
      bytes + size > BYTES_PER_REQUEST
    ) {
      all.push([record]);
      bytes = size;
    } else {
      last.push(record);
      bytes += size;
    }
  }
  return all;
}

/** A 503 here is an answer like any other. */
async function ready(
  options: ClientOptions,
  signal: AbortSignal | undefined,
): Promise<ReadyResponse> {
  const call = options.fetch ?? fetch;
  const send = createSend({
    ...options,
    fetch: async (input, init) => {
      const response = await call(input, init);
      return response.status === 503 ? new Response(response.body, { status: 200 }) : response;
    },
  });
  return get(send, '/ready', { signal });
}

function named(id: string): string {
  return encodeURIComponent(id);
}
