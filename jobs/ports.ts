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

/** The done records of one page of a job: indexes `page × JOB_PAGE_SIZE` on. */
export interface Page {
  page: number;
  /** Final, once every record of the page is done. */
  counts?: OutcomeCounts;
  /** Until then: indexes by outcome. An index that is in two of them counts as the first of RECORD_OUTCOMES. */
  done: Partial<Record<RecordOutcome, Set<number>>>;
}

/**
 * Which job's pages are meant: all of them go when the job does, and one that is made later under the same id (by the
 * same Idempotency-Key) has none of them, its `expires_at` being another.
 */
export type JobRef = Pick<Job, 'job_id' | 'expires_at'>;

/** Fields that go with a change of status. */
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

export interface JobListing {
  jobs: Job[];
  /** Where the next page starts; absent on the last. */
  cursor?: string;
}

/** What a consumer's batch took: the measure of throughput. */
export interface ThroughputSample {
  shard_id: string;
  /** ISO 8601 in UTC. */
  ended_at: string;
  records: number;
  duration_ms: number;
  iterator_age_ms: number;
}

/**
 * Jobs and their pages. Each method is one atomic step that may be repeated: it then changes nothing more. All may
 * throw a {@link ServiceError}. A job past its `expires_at` is not there.
 */
export interface JobStore {
  /** Makes a job where there is none of its id; else the job that is there. */
  create(job: Job): Promise<{ created: boolean; job: Job }>;
  /** As of now: sees every write that was answered before. */
  get(job_id: string): Promise<Job | undefined>;
  /** Those that are there, as of now, by id. */
  getMany(job_ids: string[]): Promise<Map<string, Job>>;
  /**
   * Newest first. A page may be short where many jobs are of another status: only one without a cursor is the last.
   *
   * @throws {RangeError} where the cursor is none of ours.
   */
  list(query: {
    tenant: string;
    status?: JobStatus | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<JobListing>;
  /**
   * Takes a legal transition, with what changes along with it (`undefined` removes a field); undefined where the job is
   * in no state that allows it, another writer's included.
   */
  transition(job_id: string, to: JobStatus, changes: JobChanges): Promise<Job | undefined>;
  /** Changes fields of a job in one of these states; undefined where it is in none. */
  update(job_id: string, states: JobStatus[], changes: JobChanges): Promise<Job | undefined>;
  /** Moves counting or publishing on, never back; undefined where the job is in none of these states. */
  advance(
    job_id: string,
    states: JobStatus[],
    field: 'counted' | 'submitted',
    position: InputPosition,
  ): Promise<Job | undefined>;
  /** Adds to the done indexes of a page. A page that is closed stays as it is. The page as it is then. */
  mark(job: JobRef, page: number, done: Partial<Record<RecordOutcome, number[]>>): Promise<Page>;
  /** Replaces a page's indexes by their counts. The first call decides; the page as it is then. */
  closePage(job: JobRef, page: number, counts: OutcomeCounts): Promise<Page>;
  /** Adds a closed page to the job's; how many are closed then. */
  addClosedPage(job: JobRef, page: number): Promise<number>;
  /** All pages with anything done, in their order, as of now. */
  pages(job: JobRef): Promise<Page[]>;
  /** Jobs whose `due_at` is past. */
  due(now: number): AsyncIterable<Job>;
  /**
   * Appends an attempt to a pending callback, with the state it leaves; one that leaves it delivered or failed takes
   * `due_at` away. Undefined where the callback is not pending, or the number (from 1) is not the next.
   */
  addCallbackAttempt(
    job_id: string,
    attempt_number: number,
    attempt: CallbackAttempt,
    state: 'pending' | 'delivered' | 'failed',
  ): Promise<Job | undefined>;
  /** Best effort: keeps the last throughput sample of a shard. */
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
