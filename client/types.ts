import type { z } from 'zod';
import type {
  AlertEvent,
  AlertTestResponse,
  AlertView,
  AsyncResponse,
  alertInputSchema,
  asyncRequestSchema,
  BatchInput,
  BatchResponse,
  BudgetResponse,
  DigestHistoryResponse,
  DigestPreview,
  DigestView,
  digestInputSchema,
  digestPreviewQuerySchema,
  ErasureResponse,
  ExportResponse,
  erasureRequestSchema,
  exportRequestSchema,
  HealthResponse,
  HistoryVersion,
  Incident,
  JobResult,
  JobStatus,
  JobsResponse,
  JobView,
  OverviewResponse,
  overviewQuerySchema,
  ReadyResponse,
  RecordInput,
  RecordsResponse,
  Result,
  ResultsQueryInput,
  ResultsResponse,
  SetAsideCountsResponse,
  SetAsideReplayResponse,
  SetAsideView,
  StatsResponse,
  StatusResponse,
  SyncInput,
  SyncResponse,
  setAsideQuerySchema,
  setAsideReplaySchema,
  statsQuerySchema,
} from '../schemas/index.ts';

/**
 * Options of a method that the caller can abort. The signal aborts the current request and prevents
 * further retries.
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
 * Options of {@link Client.waitForJob}.
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
  /**
   * Pause between the first two polls, in milliseconds. The pause grows after each poll, up to 10
   * seconds. Default 500.
   */
  poll_ms?: number;
  on_progress?: (status: StatusResponse) => void;
}

type SyncOptions = NonNullable<SyncInput['options']>;
type SubmitInput = z.input<typeof asyncRequestSchema>;
type StatsInput = z.input<typeof statsQuerySchema>;
type OverviewInput = z.input<typeof overviewQuerySchema>;
type ErasureInput = z.input<typeof erasureRequestSchema>;
type ExportInput = z.input<typeof exportRequestSchema>;
type SetAsideQueryInput = z.input<typeof setAsideQuerySchema>;
type SetAsideReplayInput = z.input<typeof setAsideReplaySchema>;
type JobSummary = JobsResponse['jobs'][number];

/**
 * A client of the API of an AuraStream deployment. Every method rejects with an {@link ApiError} if
 * the API refuses a request or does not answer.
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
  /**
   * Analyses up to 100 texts. Returns a verdict or an error for each text, in the order of the
   * texts.
   */
  analyzeBatch(
    texts: BatchInput['texts'],
    options?: NonNullable<BatchInput['options']> & Cancellable,
  ): Promise<BatchResponse>;
  /**
   * Submits a job. If the caller gives no idempotency key, the client creates a key, so that a
   * retry does not create a second job.
   */
  submit(
    request: SubmitInput,
    options?: { idempotency_key?: string } & Cancellable,
  ): Promise<AsyncResponse>;
  /** Reads the status of a job. */
  status(job_id: string, options?: Cancellable): Promise<StatusResponse>;
  /** Polls a job until the job is completed, failed or cancelled. Returns the status. */
  waitForJob(job_id: string, options?: WaitOptions): Promise<StatusResponse>;
  /** Lists the jobs of the tenant, starting with the newest job. */
  jobs(options?: { status?: JobStatus } & Cancellable): AsyncIterable<JobSummary>;
  /** Cancels a job. */
  cancel(job_id: string, options?: Cancellable): Promise<JobView>;
  /** Reads the outcome of each record of a job, in the order of the job's input. */
  results(job_id: string, options?: { page_size?: number } & Cancellable): AsyncIterable<JobResult>;
  /**
   * Reads the outcome of each record of a job in one streamed response, which is faster than
   * {@link Client.results} for many records. If the response breaks off, the client requests it
   * again. If rows are missing even so, the loop ends with an {@link ApiError} whose code is
   * `INCOMPLETE`.
   */
  download(job_id: string, options?: Cancellable): AsyncIterable<JobResult>;
  /**
   * Lists the results of a query, starting with the newest result. The results contain the texts
   * only if the query asks for them with `include`.
   */
  listResults(
    query?: Omit<ResultsQueryInput, 'cursor' | 'limit'>,
    options?: { page_size?: number } & Cancellable,
  ): AsyncIterable<ResultsResponse['results'][number]>;
  /** Reads the result of a record. Returns undefined if the record has no result. */
  getResult(source: string, record_id: string, options?: Cancellable): Promise<Result | undefined>;
  /**
   * Lists the versions of a record, the newest first, without texts. Lists nothing if the record has
   * no result.
   */
  listHistory(
    source: string,
    record_id: string,
    options?: { page_size?: number } & Cancellable,
  ): AsyncIterable<HistoryVersion>;
  /**
   * Publishes any number of records, in as many requests as necessary. Returns an outcome for each
   * record, in the order of the records.
   */
  publish(records: RecordInput[], options?: Cancellable): Promise<RecordsResponse>;
  /**
   * Asks for the erasure of records from every store. It needs the right `admin`. If an answer is lost, the
   * request is sent again, and a second erasure finds nothing more.
   */
  requestErasure(request: ErasureInput, options?: Cancellable): Promise<ErasureResponse>;
  /** Reads how far an erasure is, and its signed report. It needs the right `admin`. */
  readErasure(erasure_id: string, options?: Cancellable): Promise<ErasureResponse>;
  /**
   * Asks for files with all that is held on some records. It needs the right `admin`. If an answer is lost, the
   * request is sent again, and there are two exports.
   */
  requestExport(request: ExportInput, options?: Cancellable): Promise<ExportResponse>;
  /**
   * Reads how far an export is, its signed report, and URLs of its files, at most 100. It needs the right
   * `admin`.
   *
   * @param options.after `next_after` of the answer before. By default, the first files.
   */
  readExport(
    export_id: string,
    options?: { after?: number | undefined } & Cancellable,
  ): Promise<ExportResponse>;
  /**
   * Reads statistics of the tenant's results in a period, such as the number of results for each
   * sentiment.
   */
  stats(query?: StatsInput, options?: Cancellable): Promise<StatsResponse>;
  /**
   * Reads what a dashboard shows: the statistics of a period and of the period before, the budget, the
   * lag and the open jobs.
   */
  overview(query?: OverviewInput, options?: Cancellable): Promise<OverviewResponse>;
  /**
   * Reads what changed in the last day or week that is over, as data, HTML, text and a chart. It has texts of
   * records, so the read is in the audit trail.
   */
  previewDigest(
    query?: z.input<typeof digestPreviewQuerySchema>,
    options?: Cancellable,
  ): Promise<DigestPreview>;
  /** Lists the digests of the tenant, by name. */
  digests(options?: Cancellable): Promise<DigestView[]>;
  /** Creates a digest, or replaces the one with the same name. Needs the right `admin`. */
  setDigest(digest: z.input<typeof digestInputSchema>, options?: Cancellable): Promise<DigestView>;
  /** Deletes a digest, and returns it as it was. Needs the right `admin`. */
  deleteDigest(name: string, options?: Cancellable): Promise<DigestView>;
  /** Lists the periods that a digest has sent in the last 30 days, and to which hosts, the newest first. */
  digestHistory(name: string, options?: Cancellable): Promise<DigestHistoryResponse>;
  /** Lists the alerts of the tenant, by name. */
  alerts(options?: Cancellable): Promise<AlertView[]>;
  /** Creates an alert, or replaces the one with the same name. Needs the right `admin`. */
  setAlert(alert: z.input<typeof alertInputSchema>, options?: Cancellable): Promise<AlertView>;
  /** Mutes an alert until a time. `null` ends the muting. */
  muteAlert(name: string, until: string | null, options?: Cancellable): Promise<AlertView>;
  /** Sends a test to each destination of an alert. The history shows what became of it. */
  testAlert(name: string, options?: Cancellable): Promise<AlertTestResponse>;
  /** Deletes an alert, and returns it as it was. */
  deleteAlert(name: string, options?: Cancellable): Promise<AlertView>;
  /** Lists what an alert has reported and to which hosts, the newest first. */
  alertHistory(
    name: string,
    options?: { page_size?: number } & Cancellable,
  ): AsyncIterable<AlertEvent>;
  /** Lists when alerts on traffic fired in a range of ISO 8601 times, the newest first. */
  incidents(
    range: { from: string; to: string },
    options?: { page_size?: number } & Cancellable,
  ): AsyncIterable<Incident>;
  /** Counts the records that could not be processed, by reason. */
  countSetAsides(options?: Cancellable): Promise<SetAsideCountsResponse>;
  /**
   * Lists the records that could not be processed, with their first bytes, the newest first. Needs the
   * right `admin`.
   */
  listSetAsides(
    query?: Omit<SetAsideQueryInput, 'cursor' | 'limit'>,
    options?: { page_size?: number } & Cancellable,
  ): AsyncIterable<SetAsideView>;
  /**
   * Puts records that could not be processed on the stream again, one of them with a fixed text if the
   * request has one. Needs the right `admin`.
   */
  replaySetAsides(
    request: SetAsideReplayInput,
    options?: Cancellable,
  ): Promise<SetAsideReplayResponse>;
  /** Reads how many billed units of its budget the tenant has used this month. */
  budget(options?: Cancellable): Promise<BudgetResponse>;
  /** Checks that the API runs. */
  health(options?: Cancellable): Promise<HealthResponse>;
  /**
   * Checks the services behind the API. The response says for each service whether the service
   * answers. The method does not throw an error if a service is down.
   */
  ready(options?: Cancellable): Promise<ReadyResponse>;
}
