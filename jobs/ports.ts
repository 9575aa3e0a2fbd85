import type {
  CallbackAttempt,
  CallbackMessage,
  InputPosition,
  Job,
  JobCommand,
  JobStatus,
  Lease,
  ListedRecord,
  OutcomeCounts,
  RecordOutcome,
} from '../schemas/index.ts';

/**
 * One page of the records of a job. Shows which records of the page are done, or how many. The
 * first record of the page has the index `page × JOB_PAGE_SIZE`.
 */
export interface Page {
  page: number;
  /**
   * Number of records for each outcome. Present if every record of the page is done. The counts
   * never change after they are stored.
   */
  counts?: OutcomeCounts;
  /**
   * The indexes of the done records for each outcome. The indexes are used only if `counts` is
   * absent. If an index is in several sets, the record counts once, under the outcome that
   * RECORD_OUTCOMES lists first.
   */
  done: Partial<Record<RecordOutcome, Set<number>>>;
}

/**
 * Identifies the job that a page belongs to. Pages expire together with their job. If a later job
 * gets the same id from the same Idempotency-Key, the later job has another `expires_at`, and pages
 * of the earlier job do not belong to the later job.
 */
export type JobRef = Pick<Job, 'job_id' | 'expires_at'>;

/** The fields of a job that may change in the same write as the status. */
export type JobChanges = Partial<
  Pick<
    Job,
    | 'started_at'
    | 'completed_at'
    | 'deadline_at'
    | 'due_at'
    | 'total'
    | 'units'
    | 'error'
    | 'callback'
    | 'input'
    | 'lease'
  >
>;

interface JobListing {
  jobs: Job[];
  /** Cursor of the next page of the listing. Absent on the last page. */
  cursor?: string;
}

/**
 * The size and the duration of one batch of the consumer. Samples are used to measure the
 * throughput.
 */
export interface ThroughputSample {
  shard_id: string;
  /** Time at which the consumer had processed the batch, as ISO 8601 in UTC. */
  ended_at: string;
  records: number;
  duration_ms: number;
  iterator_age_ms: number;
}

/**
 * A batch that a consumer has begun. Its first record is the oldest record of the shard that is not
 * done.
 */
export interface BatchStart {
  shard_id: string;
  /** Time at which the consumer began the batch, as ISO 8601 in UTC. */
  started_at: string;
  /** Time at which the first record of the batch arrived, as ISO 8601 in UTC. */
  oldest_at: string;
}

/**
 * Stores jobs and their pages. Each method is atomic and idempotent, and can throw a {@link
 * ServiceError}. A job whose `expires_at` has passed counts as absent.
 */
export interface JobStore {
  /**
   * Creates a job. If a job with the same id exists, returns the existing job and changes nothing.
   */
  create(job: Job): Promise<{ created: boolean; job: Job }>;
  /**
   * Reads a job consistently, which means that the read returns the effect of every earlier
   * acknowledged write.
   */
  get(job_id: string): Promise<Job | undefined>;
  /**
   * Reads jobs consistently and returns the jobs by id. The map does not contain ids for which no
   * job exists.
   */
  getMany(job_ids: string[]): Promise<Map<string, Job>>;
  /**
   * Lists the jobs of a tenant, starting with the newest job. If `status` is given, lists only jobs
   * with this status. Jobs with a different status are read first and then left out. A page may
   * therefore contain fewer jobs than `limit` although more pages follow. Only the last page has no
   * cursor.
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
   * Moves a job to a status and changes fields in the same write. The value `undefined` removes a
   * field. Returns undefined if the current status of the job does not allow the new status, for
   * example because another writer has changed the status in the meantime.
   */
  transition(job_id: string, to: JobStatus, changes: JobChanges): Promise<Job | undefined>;
  /**
   * Changes fields of a job. Returns undefined and changes nothing if the job is in none of the
   * given statuses.
   */
  update(job_id: string, states: JobStatus[], changes: JobChanges): Promise<Job | undefined>;
  /**
   * Gives the lease of a job to a new owner, and makes the job due when the lease ends. The lease
   * must be free: the job has no lease, or the lease has ended at the time `now` (in epoch
   * milliseconds), or its owner is `from`. Returns undefined and changes nothing if the lease is not
   * free, or if the job is in none of the given statuses.
   */
  takeLease(
    job_id: string,
    states: JobStatus[],
    lease: Lease,
    free: { from?: string | undefined; now: number },
  ): Promise<Job | undefined>;
  /**
   * Moves a checkpoint of a job forward and never back. Also extends the lease, and makes the job
   * due when the lease ends. Returns undefined if the lease has another owner, or if the job is in
   * none of the given statuses.
   */
  advance(
    job_id: string,
    states: JobStatus[],
    field: 'counted' | 'submitted',
    position: InputPosition,
    lease: Lease,
  ): Promise<Job | undefined>;
  /**
   * Moves the time of the sweeper's next check of a job. Returns undefined and changes nothing if
   * the status or the `due_at` of the job has changed since the job was read.
   */
  postpone(
    job: Pick<Job, 'job_id' | 'status' | 'due_at'>,
    due_at: string,
  ): Promise<Job | undefined>;
  /**
   * Adds the indexes of done records to a page. A closed page does not change. Returns the page
   * after the change.
   */
  mark(job: JobRef, page: number, done: Partial<Record<RecordOutcome, number[]>>): Promise<Page>;
  /**
   * Closes a page by replacing its indexes with their counts. If the page is closed already, the
   * call changes nothing. Returns the page after the change.
   */
  closePage(job: JobRef, page: number, counts: OutcomeCounts): Promise<Page>;
  /**
   * Remembers that a page is closed. Returns whether all pages of the job are closed after the call.
   *
   * @param pages number of pages of the job.
   */
  addClosedPage(job: JobRef, page: number, pages: number): Promise<boolean>;
  /**
   * Reads the pages of a job. Pages on which no record is done are left out. The read is
   * consistent, and the pages are in order.
   */
  pages(job: JobRef): Promise<Page[]>;
  /**
   * Yields the jobs that are due at the time `now`, because their `due_at` has passed. The time
   * `now` is in epoch milliseconds.
   */
  due(now: number): AsyncIterable<Job>;
  /**
   * Appends an attempt to a pending callback and sets the state of the callback. The job stays due,
   * because its input may not be deleted yet. Returns undefined if the callback is not pending, or
   * if `attempt_number` (counted from 1) is not the number of the next attempt.
   */
  addCallbackAttempt(
    job_id: string,
    attempt_number: number,
    attempt: CallbackAttempt,
    state: 'pending' | 'delivered' | 'failed',
  ): Promise<Job | undefined>;
  /** Stores the latest throughput sample of a shard, in place of the shard's earlier sample. */
  putThroughputSample(sample: ThroughputSample): Promise<void>;
  /** Reads the latest throughput sample of each shard. */
  throughputSamples(): Promise<ThroughputSample[]>;
  /** Stores that a batch has begun, in place of the earlier batch of its shard. */
  putBatchStart(start: BatchStart): Promise<void>;
  /** Reads the batch of each shard that has begun last. */
  batchStarts(): Promise<BatchStart[]>;
}

/**
 * Stores the record lists of jobs, in pages of `JOB_PAGE_SIZE` rows. Each method can throw a
 * {@link ServiceError}.
 */
export interface RecordLists {
  /** Stores a page, in place of an earlier one. */
  put(job: JobRef, page: number, records: ListedRecord[]): Promise<void>;
  /** Reads a page. Returns undefined if it is not stored. */
  get(job: JobRef, page: number): Promise<ListedRecord[] | undefined>;
}

/**
 * The queue that the submitting function reads.
 *
 * @throws {ServiceError} if the queue does not accept a message.
 */
export interface JobQueue {
  send(command: JobCommand): Promise<void>;
}

/**
 * The queue that the callback function reads.
 *
 * @throws {ServiceError} if the queue does not accept a message.
 */
export interface CallbackQueue {
  /**
   * Sends a message to the queue.
   *
   * @param delay_seconds time until SQS delivers the message, from 0 to 900 seconds.
   */
  send(message: CallbackMessage, delay_seconds: number): Promise<void>;
}
