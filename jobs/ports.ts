import type {
  CallbackAttempt,
  CallbackMessage,
  InputPosition,
  Job,
  JobCommand,
  JobStatus,
  OutcomeCounts,
  RecordOutcome,
} from '../schemas/index.ts';

/** The done records of one page of a job. Its first index is `page × JOB_PAGE_SIZE`. */
export interface Page {
  page: number;
  /** Present once every record of the page is done, and final from then on. */
  counts?: OutcomeCounts;
  /**
   * Without `counts`: the indexes of the done records by outcome. An index with several outcomes counts as the first of
   * them in RECORD_OUTCOMES.
   */
  done: Partial<Record<RecordOutcome, Set<number>>>;
}

/**
 * The job that pages belong to. Pages expire with their job. A later job with the same id, from the same
 * Idempotency-Key, has another `expires_at` and so has none of these pages.
 */
export type JobRef = Pick<Job, 'job_id' | 'expires_at'>;

/** Fields that may change together with the status. */
export type JobChanges = Partial<
  Pick<
    Job,
    | 'started_at'
    | 'completed_at'
    | 'deadline_at'
    | 'due_at'
    | 'total'
    | 'error'
    | 'callback'
    | 'input'
  >
>;

interface JobListing {
  jobs: Job[];
  /** Start of the next page; absent on the last page. */
  cursor?: string;
}

/** The size and duration of a consumer's batch, to measure throughput. */
export interface ThroughputSample {
  shard_id: string;
  /** ISO 8601 in UTC. */
  ended_at: string;
  records: number;
  duration_ms: number;
  iterator_age_ms: number;
}

/**
 * Jobs and their pages. Each method is atomic and idempotent, and may throw a {@link ServiceError}. A job past its
 * `expires_at` does not exist.
 */
export interface JobStore {
  /** Creates the job, unless a job with its id exists: then returns that job. */
  create(job: Job): Promise<{ created: boolean; job: Job }>;
  /** Reads a job consistently: sees every write that was acknowledged before. */
  get(job_id: string): Promise<Job | undefined>;
  /** Reads jobs consistently, and returns them by id. Unknown ids are absent. */
  getMany(job_ids: string[]): Promise<Map<string, Job>>;
  /**
   * Newest first. A page may be short if many jobs have another status: only a page without a cursor is the last one.
   *
   * @throws {RangeError} if the cursor is invalid.
   */
  list(query: {
    tenant: string;
    status?: JobStatus | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<JobListing>;
  /**
   * Moves the job to a status and changes fields with it; the value `undefined` removes a field. Returns undefined if
   * the job's status does not allow it, perhaps because another writer has changed it in the meantime.
   */
  transition(job_id: string, to: JobStatus, changes: JobChanges): Promise<Job | undefined>;
  /** Changes fields if the job is in one of these states; otherwise returns undefined. */
  update(job_id: string, states: JobStatus[], changes: JobChanges): Promise<Job | undefined>;
  /** Moves a checkpoint forward, never back. Returns undefined if the job is in none of these states. */
  advance(
    job_id: string,
    states: JobStatus[],
    field: 'counted' | 'submitted',
    position: InputPosition,
  ): Promise<Job | undefined>;
  /** Adds done indexes to a page, unless the page is closed. Returns the page after that. */
  mark(job: JobRef, page: number, done: Partial<Record<RecordOutcome, number[]>>): Promise<Page>;
  /** Replaces a page's indexes with their counts. Later calls have no effect. Returns the page after that. */
  closePage(job: JobRef, page: number, counts: OutcomeCounts): Promise<Page>;
  /** Adds a page to the job's closed pages. Returns the number of closed pages after that. */
  addClosedPage(job: JobRef, page: number): Promise<number>;
  /** Reads all pages with done records consistently, in order. */
  pages(job: JobRef): Promise<Page[]>;
  /** Jobs whose `due_at` is past. */
  due(now: number): AsyncIterable<Job>;
  /**
   * Appends an attempt to a pending callback and sets the callback's state; `delivered` and `failed` remove `due_at`.
   * Returns undefined if the callback is not pending, or if `attempt_number`, from 1, is not the next one.
   */
  addCallbackAttempt(
    job_id: string,
    attempt_number: number,
    attempt: CallbackAttempt,
    state: 'pending' | 'delivered' | 'failed',
  ): Promise<Job | undefined>;
  /** Keeps the last throughput sample of a shard, best effort. */
  putThroughputSample(sample: ThroughputSample): Promise<void>;
  /** The last throughput sample of each shard. */
  throughputSamples(): Promise<ThroughputSample[]>;
}

/** The queue that the submitting function reads. @throws {ServiceError} */
export interface JobQueue {
  send(command: JobCommand): Promise<void>;
}

/** The queue that the callback function reads. @throws {ServiceError} */
export interface CallbackQueue {
  /** @param delay_seconds 0 to 900. */
  send(message: CallbackMessage, delay_seconds: number): Promise<void>;
}
