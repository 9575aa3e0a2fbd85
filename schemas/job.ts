import * as z from 'zod';
import { FORMAT_NAMES } from './formats.ts';
import { JOB_STATUSES } from './job-status.ts';
import { recordId, slug, timestamp } from './record.ts';

export const jobStatus = z.enum(JOB_STATUSES);

/** The number of records whose progress one item of the jobs table holds. */
export const JOB_PAGE_SIZE = 1_000;

/** The limit of records per job: the set of its closed page numbers must fit in one item of 400 KB. */
export const MAX_JOB_RECORDS = 50_000_000;

/** The outcome of one record of a job. */
export const RECORD_OUTCOMES = [
  'positive',
  'negative',
  'neutral',
  'mixed',
  'withdrawn',
  'unsupported_language',
  'empty',
  'set_aside',
] as const;
export type RecordOutcome = (typeof RECORD_OUTCOMES)[number];

/** The record has a verdict, or its source withdrew it. */
export const SUCCEEDED_OUTCOMES: readonly RecordOutcome[] = [
  'positive',
  'negative',
  'neutral',
  'mixed',
  'withdrawn',
];
/** The record has a result without a verdict. */
export const FAILED_OUTCOMES: readonly RecordOutcome[] = ['unsupported_language', 'empty'];

/** Records per outcome; an absent outcome has no records. */
export const outcomeCountsSchema = z.partialRecord(z.enum(RECORD_OUTCOMES), z.int().min(0));
export type OutcomeCounts = z.infer<typeof outcomeCountsSchema>;

/** The reason why a job is FAILED. */
const JOB_ERROR_CODES = [
  'INPUT_NEVER_ARRIVED',
  'INPUT_CHANGED',
  'INPUT_EMPTY',
  'INPUT_UNREADABLE',
  'TOO_MANY_RECORDS',
  'DEADLINE_EXCEEDED',
] as const;
export const jobErrorSchema = z.object({ code: z.enum(JOB_ERROR_CODES), message: z.string() });
export type JobError = z.infer<typeof jobErrorSchema>;

/** The object of the input bucket that holds the records of a job. */
const jobInputSchema = z.object({
  kind: z.enum(['text', 'documents', 'upload']),
  format: z.enum(FORMAT_NAMES),
  /** The object's key, built by `inputKey`. */
  key: z.string(),
  /** Absent until the object has arrived. Every read asks for this etag, so that a replaced object is noticed. */
  etag: z.string().optional(),
  bytes: z.int().optional(),
});

/** A position in the input: `records` records end before byte `bytes`. */
export const inputPositionSchema = z.object({ records: z.int().min(0), bytes: z.int().min(0) });
export type InputPosition = z.infer<typeof inputPositionSchema>;

const callbackAttemptSchema = z.object({
  attempted_at: timestamp,
  duration_ms: z.int(),
  /** HTTP status of the response. */
  status: z.int().optional(),
  /** An error code if there was no response. It never quotes the receiver. */
  error: z.string().optional(),
});
export type CallbackAttempt = z.infer<typeof callbackAttemptSchema>;

export const callbackSchema = z.object({
  url: z.url(),
  /** `waiting` until the job is final, then `pending` until an attempt gets a 2xx response or all have failed. */
  state: z.enum(['waiting', 'pending', 'delivered', 'failed']),
  /** Every attempt has the same id. */
  delivery_id: z.string(),
  attempts: z.array(callbackAttemptSchema),
});

/** A job: a set of records whose progress is tracked. One item of the jobs table. */
export const jobSchema = z.object({
  job_id: recordId,
  tenant: slug,
  status: jobStatus,
  input: jobInputSchema,
  /** The source of records that do not name one. */
  source_id: slug,
  /** SHA-256 of the request's body. A repeated Idempotency-Key must come with the same body. */
  request_hash: z.string().optional(),
  created_at: timestamp,
  started_at: timestamp.optional(),
  completed_at: timestamp.optional(),
  /** At this time a job that is not final becomes FAILED. */
  deadline_at: timestamp,
  /** When the sweeper checks the job next; absent if the job needs no further check. */
  due_at: timestamp.optional(),
  /** The number of records of the input; absent until they are counted. */
  total: z.int().min(0).optional(),
  /** Counting has reached this position. */
  counted: inputPositionSchema.optional(),
  /** Publishing has reached this position: earlier records are on the stream or are marked as set aside. */
  submitted: inputPositionSchema.optional(),
  error: jobErrorSchema.optional(),
  callback: callbackSchema.optional(),
  /** Epoch seconds: DynamoDB's time to live. */
  expires_at: z.int(),
});
export type Job = z.infer<typeof jobSchema>;

/** Derives the id of a job's record that has none. Every delivery and every resumption derives the same id. */
export function deriveJobRecordId(job_id: string, job_index: number): string {
  return `${job_id}:${job_index}`;
}

const JOB_STAGES = ['waiting_for_input', 'counting', 'submitting', 'analyzing', 'done'] as const;

/**
 * The progress of a job. `done = succeeded + failed + set_aside ≤ total`, and `done` never decreases. `total` is 0
 * until the input is counted, which happens before its first record is published.
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
