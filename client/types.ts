import type { z } from 'zod';
import type {
  AsyncResponse,
  asyncRequestSchema,
  BatchInput,
  BatchResponse,
  HealthResponse,
  JobResult,
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
  SyncInput,
  SyncResponse,
  statsQuerySchema,
} from '../schemas/index.ts';

/**
 * Aborts a request, and the retries of it.
 *
 * @example
 * import { type Cancellable, createClient } from 'aurastream/client';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1' });
 * const options: Cancellable = { signal: AbortSignal.timeout(5_000) };
 * const { status } = await client.health(options);
 */
export interface Cancellable {
  signal?: AbortSignal;
}

/**
 * How {@link Client.waitForJob} waits.
 *
 * @example
 * import { createClient, type WaitOptions } from 'aurastream/client';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const options: WaitOptions = {
 *   poll_ms: 1_000,
 *   on_progress: ({ progress }) => console.log(`${progress.percentage} %`),
 * };
 * const { job_id } = await client.submit({ text: 'I love my cat' });
 * await client.waitForJob(job_id, options);
 */
export interface WaitOptions extends Cancellable {
  /** Milliseconds between the first polls; the pauses grow to 10 s. Default 500. */
  poll_ms?: number;
  on_progress?: (status: StatusResponse) => void;
}

type SyncOptions = NonNullable<SyncInput['options']>;
type SubmitInput = z.input<typeof asyncRequestSchema>;
type StatsInput = z.input<typeof statsQuerySchema>;
type JobSummary = JobsResponse['jobs'][number];

/**
 * The API of an AuraStream deployment. Every method rejects with an {@link ApiError}.
 *
 * @example
 * import { type Client, createClient } from 'aurastream/client';
 *
 * async function countNegative(client: Client, source: string): Promise<number> {
 *   let count = 0;
 *   for await (const _ of client.listResults({ source, sentiment: 'NEGATIVE' })) count += 1;
 *   return count;
 * }
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * console.log(await countNegative(client, 'app_reviews'));
 */
export interface Client {
  /** Analyses one text while the caller waits. */
  analyze(text: string, options?: SyncOptions & Cancellable): Promise<SyncResponse>;
  /** Analyses up to 100 texts: a verdict or an error for each, in their order. */
  analyzeBatch(
    texts: BatchInput['texts'],
    options?: NonNullable<BatchInput['options']> & Cancellable,
  ): Promise<BatchResponse>;
  /** Submits a job. Without an idempotency key, the client creates one, so that retries add no second job. */
  submit(
    request: SubmitInput,
    options?: { idempotency_key?: string } & Cancellable,
  ): Promise<AsyncResponse>;
  /** Reads the status of a job. */
  status(job_id: string, options?: Cancellable): Promise<StatusResponse>;
  /** Polls a job until it is completed, failed or cancelled, and returns its status. */
  waitForJob(job_id: string, options?: WaitOptions): Promise<StatusResponse>;
  /** Lists the tenant's jobs, newest first. */
  jobs(options?: { status?: JobStatus } & Cancellable): AsyncIterable<JobSummary>;
  /** Cancels a job. */
  cancel(job_id: string, options?: Cancellable): Promise<JobView>;
  /** Reads the outcome of each record of a job, in the order of its input. */
  results(job_id: string, options?: { page_size?: number } & Cancellable): AsyncIterable<JobResult>;
  /** Lists the results of a source, newest first, without texts. */
  listResults(
    query: Omit<ResultsQueryInput, 'cursor' | 'limit'>,
    options?: { page_size?: number } & Cancellable,
  ): AsyncIterable<ResultsResponse['results'][number]>;
  /** Reads one result; undefined if there is none. */
  getResult(record_id: string, options?: Cancellable): Promise<Result | undefined>;
  /** Publishes any number of records, in as many requests as needed. Returns an outcome for each, in their order. */
  publish(records: RecordInput[], options?: Cancellable): Promise<RecordsResponse>;
  /** Counts results over time. */
  stats(query?: StatsInput, options?: Cancellable): Promise<StatsResponse>;
  /** Checks that the API runs. */
  health(options?: Cancellable): Promise<HealthResponse>;
  /** Checks the services behind the API. The answer names those that are down; the method does not throw for them. */
  ready(options?: Cancellable): Promise<ReadyResponse>;
}
