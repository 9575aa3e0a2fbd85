import * as z from 'zod';
import { uploadOptionsSchema } from './file.ts';
import { FORMAT_NAMES } from './formats.ts';
import { JOB_STATUSES } from './job-status.ts';
import { recordId, slug, timestamp } from './record.ts';

export const jobStatus = z.enum(JOB_STATUSES);

/** Number of records whose progress is stored together in one item of the jobs table. */
export const JOB_PAGE_SIZE = 1_000;

/**
 * Maximum number of records of a job. The limit exists because the progress of a job is read from
 * all of its pages. The 50,000 closed pages of the largest job have about 5 MB.
 */
export const MAX_JOB_RECORDS = 50_000_000;

/** The possible outcomes of one record of a job. */
export const RECORD_OUTCOMES = [
  'positive',
  'negative',
  'neutral',
  'mixed',
  'withdrawn',
  'not_newer',
  'unsupported_language',
  'empty',
  'set_aside',
] as const;
export type RecordOutcome = (typeof RECORD_OUTCOMES)[number];

/**
 * Outcomes that count as success. The record has a verdict, or the source of the record withdrew
 * the record. If a newer version of the record was there already, the outcome is `not_newer`, and the
 * record stays as it was.
 */
export const SUCCEEDED_OUTCOMES: readonly RecordOutcome[] = [
  'positive',
  'negative',
  'neutral',
  'mixed',
  'withdrawn',
  'not_newer',
];
/** Outcomes that count as failure. The record has a result without a verdict. */
export const FAILED_OUTCOMES: readonly RecordOutcome[] = ['unsupported_language', 'empty'];

/** Number of records for each outcome. If an outcome is absent, no record has that outcome. */
export const outcomeCountsSchema = z.partialRecord(z.enum(RECORD_OUTCOMES), z.int().min(0));
export type OutcomeCounts = z.infer<typeof outcomeCountsSchema>;

/** The possible reasons why a job is FAILED. */
const JOB_ERROR_CODES = [
  'INPUT_NEVER_ARRIVED',
  'INPUT_CHANGED',
  'INPUT_EMPTY',
  'INPUT_UNREADABLE',
  'TOO_MANY_RECORDS',
  'DEADLINE_EXCEEDED',
  'SUBMISSION_STOPPED',
  'DEADLINE_UNREACHABLE',
  'BUDGET_EXCEEDED',
] as const;

/** The figures for which a job was refused. */
const jobFiguresSchema = z.object({
  records: z.int().min(0).describe('Records of the job.'),
  records_ahead: z.int().min(0).optional().describe('Records that are done before or beside them.'),
  estimated_hours: z.number().optional().describe('Time that the job would take.'),
  deadline_at: timestamp.optional(),
  open_records: z.int().min(0).optional().describe('Records of the other open jobs of the tenant.'),
  max_records: z.int().min(1).optional().describe('Records that open jobs of the tenant may have.'),
  units: z.int().min(0).optional().describe('Billed units of the job, as if no text were cached.'),
  units_ahead: z.int().min(0).optional().describe('Units of the other open jobs of the tenant.'),
  remaining_units: z.int().min(0).optional().describe('Units that the budget leaves this month.'),
  resets_at: timestamp.optional(),
});

export const jobErrorSchema = z.object({
  code: z.enum(JOB_ERROR_CODES),
  message: z.string(),
  figures: jobFiguresSchema.optional(),
});
export type JobError = z.infer<typeof jobErrorSchema>;

/** The object in the input bucket that contains the records of a job. */
const jobInputSchema = z.object({
  kind: z.enum(['text', 'documents', 'upload']),
  format: z.enum(FORMAT_NAMES),
  /** How to read the file. Absent if the file says it itself. */
  options: uploadOptionsSchema.optional(),
  /** Key of the object in the input bucket. The function `inputKey` builds the key. */
  key: z.string(),
  /**
   * The etag of the object. The etag is absent until the object has arrived. Every read requests
   * the object with this etag, so that a replaced object is detected.
   */
  etag: z.string().optional(),
  bytes: z.int().optional(),
  /** Time at which the object was deleted, because the job was over. */
  deleted_at: timestamp.optional(),
});

/**
 * A position in the input of a job. `bytes` is the byte offset of the position in the unpacked UTF-8
 * text, or the number of rows in a format without text. `records` is the number of records that end
 * before the position.
 */
export const inputPositionSchema = z.object({
  records: z.int().min(0),
  bytes: z.int().min(0),
  /** Billed units of the records before the position. Only counted if the tenant has a budget. */
  units: z.int().min(0).optional(),
});
export type InputPosition = z.infer<typeof inputPositionSchema>;

/**
 * The right of one invocation to submit the records of a job. Another invocation may take the lease
 * once the time `until` has passed.
 */
const leaseSchema = z.object({
  /** An id of the invocation that no other invocation has. */
  owner: z.string(),
  until: timestamp,
});
export type Lease = z.infer<typeof leaseSchema>;

const callbackAttemptSchema = z.object({
  attempted_at: timestamp,
  duration_ms: z.int(),
  /** HTTP status of the response. Absent if there was no response. */
  status: z.int().optional(),
  /** An error code if there was no response. The code never contains data from the receiver. */
  error: z.string().optional(),
});
export type CallbackAttempt = z.infer<typeof callbackAttemptSchema>;

export const callbackSchema = z.object({
  url: z.url(),
  /**
   * The state is `waiting` until the job is final, and `pending` while attempts are made. The state
   * becomes `delivered` when an attempt gets a 2xx response, and `failed` when all attempts have
   * failed.
   */
  state: z.enum(['waiting', 'pending', 'delivered', 'failed']),
  /** Id of the callback. Every attempt sends the same id. */
  delivery_id: z.string(),
  attempts: z.array(callbackAttemptSchema),
});

/**
 * A job, which is a set of records whose progress is tracked. Each job is stored as an item of the
 * jobs table.
 */
export const jobSchema = z.object({
  job_id: recordId,
  tenant: slug,
  status: jobStatus,
  input: jobInputSchema,
  /** The source of the records that do not name a source. */
  source_id: slug,
  /**
   * SHA-256 of the body of the request. A request that repeats an Idempotency-Key must have the
   * same body as the first request.
   */
  request_hash: z.string().optional(),
  created_at: timestamp,
  started_at: timestamp.optional(),
  completed_at: timestamp.optional(),
  /**
   * Number of records that the open jobs of the tenant may have together. The tier of the API key
   * sets it.
   */
  max_open_records: z.int().min(1).optional(),
  /** Time at which a job that is not final becomes FAILED. */
  deadline_at: timestamp,
  /** Time of the sweeper's next check of the job. Absent if the job needs no further check. */
  due_at: timestamp.optional(),
  /** Number of records in the input. Absent until the records are counted. */
  total: z.int().min(0).optional(),
  /** Billed units of all records, as if no text were cached. Absent if the tenant has no budget. */
  units: z.int().min(0).optional(),
  /** The position in the input up to which the records are counted. */
  counted: inputPositionSchema.optional(),
  /**
   * The position in the input up to which the records are published. All records before the
   * position are on the stream or are marked as set aside.
   */
  submitted: inputPositionSchema.optional(),
  /** The lease of the invocation that submits the job. Absent before and after the submission. */
  lease: leaseSchema.optional(),
  error: jobErrorSchema.optional(),
  callback: callbackSchema.optional(),
  /** Time at which DynamoDB may delete the job, in epoch seconds. */
  expires_at: z.int(),
});
export type Job = z.infer<typeof jobSchema>;

/**
 * Returns the stamp of all records of a job, in epoch milliseconds: when the API accepted the texts,
 * or when the uploaded file was counted. A submission that resumes sends the same stamp again.
 */
export function stampOf({ input, created_at, started_at }: Job): number {
  return Date.parse(input.kind === 'upload' ? (started_at ?? created_at) : created_at);
}

/**
 * Derives an id for a record of a job if the record has no id of its own. The record gets the same
 * id after a redelivery and after a resumption of the job.
 */
export function deriveJobRecordId(job_id: string, job_index: number): string {
  return `${job_id}:${job_index}`;
}

const JOB_STAGES = ['waiting_for_input', 'counting', 'submitting', 'analyzing', 'done'] as const;

/**
 * The progress of a job. `done` is the sum of `succeeded`, `failed` and `set_aside`. `done` is at
 * most `total` and never decreases. `total` is 0 until the records of the input are counted.
 * Counting ends before the first record is published.
 */
export const progressSchema = z.object({
  total: z.int().min(0),
  done: z.int().min(0),
  succeeded: z
    .int()
    .min(0)
    .describe('Records with a verdict, and records that their source withdrew.'),
  failed: z
    .int()
    .min(0)
    .describe('Records without a verdict: empty, or in an unsupported language.'),
  set_aside: z.int().min(0).describe('Lines of the input that are not a valid record.'),
  percentage: z.number().min(0).max(100).describe('100 only when all records are done.'),
  stage: z.enum(JOB_STAGES),
});
export type Progress = z.infer<typeof progressSchema>;
