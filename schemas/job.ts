import * as z from 'zod';
import { JOB_STATUSES } from './job-status.ts';
import { recordId, slug, timestamp } from './record.ts';

export const jobStatus = z.enum(JOB_STATUSES);

/** How many records' progress one item of the jobs table holds. */
export const JOB_PAGE_SIZE = 1_000;

/** The most records of one job: their pages' numbers must fit in one item of 400 KB. */
export const MAX_JOB_RECORDS = 50_000_000;

/** How one record of a job ended. */
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

/** Ends with a verdict, or as its source asked. */
export const SUCCEEDED_OUTCOMES: readonly RecordOutcome[] = [
  'positive',
  'negative',
  'neutral',
  'mixed',
  'withdrawn',
];
/** Ends as a result without a verdict. */
export const FAILED_OUTCOMES: readonly RecordOutcome[] = ['unsupported_language', 'empty'];

/** How many records ended how; an outcome that is absent has none. */
export const outcomeCountsSchema = z.partialRecord(z.enum(RECORD_OUTCOMES), z.int().min(0));
export type OutcomeCounts = z.infer<typeof outcomeCountsSchema>;

/** Why a job FAILED. */
export const JOB_ERROR_CODES = [
  'INPUT_NEVER_ARRIVED',
  'INPUT_CHANGED',
  'INPUT_EMPTY',
  'INPUT_UNREADABLE',
  'TOO_MANY_RECORDS',
  'DEADLINE_EXCEEDED',
] as const;
export const jobErrorSchema = z.object({ code: z.enum(JOB_ERROR_CODES), message: z.string() });
export type JobError = z.infer<typeof jobErrorSchema>;

export const INPUT_FORMATS = ['jsonl', 'csv'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** What a job's records are read from: an object of the input bucket. */
export const jobInputSchema = z.object({
  kind: z.enum(['text', 'documents', 'upload']),
  format: z.enum(INPUT_FORMATS),
  /** The object's key: `inputs/<job_id>.<format>`. */
  key: z.string(),
  /** Absent until the object has arrived. Reads ask for this very object. */
  etag: z.string().optional(),
  bytes: z.int().optional(),
});

/** How far a reader of the input has come: `records` of it end before byte `bytes`. */
export const inputPositionSchema = z.object({ records: z.int().min(0), bytes: z.int().min(0) });
export type InputPosition = z.infer<typeof inputPositionSchema>;

export const callbackAttemptSchema = z.object({
  attempted_at: timestamp,
  duration_ms: z.int(),
  /** HTTP status of the answer. */
  status: z.int().optional(),
  /** Why there was no answer: a code, nothing of the receiver's. */
  error: z.string().optional(),
});
export type CallbackAttempt = z.infer<typeof callbackAttemptSchema>;

export const callbackSchema = z.object({
  url: z.url(),
  /** `waiting` until the job is final, then `pending` until one attempt is answered with 2xx or all have failed. */
  state: z.enum(['waiting', 'pending', 'delivered', 'failed']),
  /** The same for every attempt. */
  delivery_id: z.string(),
  attempts: z.array(callbackAttemptSchema),
});

/** A job: a named set of records whose progress somebody watches. One item of the jobs table. */
export const jobSchema = z.object({
  job_id: recordId,
  tenant: slug,
  status: jobStatus,
  input: jobInputSchema,
  /** The source of records that name none. */
  source_id: slug,
  /** SHA-256 over the request's body, where it came with an Idempotency-Key. */
  request_hash: z.string().optional(),
  created_at: timestamp,
  started_at: timestamp.optional(),
  completed_at: timestamp.optional(),
  /** When the job FAILS if it is not final by then. */
  deadline_at: timestamp,
  /** When the sweeper looks at it next; absent once there is nothing to look after. */
  due_at: timestamp.optional(),
  /** How many records the input has; absent until it was counted. */
  total: z.int().min(0).optional(),
  /** How far counting has come. */
  counted: inputPositionSchema.optional(),
  /** How far publishing has come: records before it are on the stream, or were marked as set aside. */
  submitted: inputPositionSchema.optional(),
  error: jobErrorSchema.optional(),
  callback: callbackSchema.optional(),
  /** Epoch seconds: DynamoDB's time to live. */
  expires_at: z.int(),
});
export type Job = z.infer<typeof jobSchema>;

/** The record id of a job's record that names none. Redelivery and resumption derive it again. */
export function jobRecordId(job_id: string, job_index: number): string {
  return `${job_id}:${job_index}`;
}

export const JOB_STAGES = [
  'waiting_for_input',
  'counting',
  'submitting',
  'analyzing',
  'done',
] as const;

/**
 * A job's progress. `done = succeeded + failed + set_aside ≤ total`; done never falls. `total` is 0 until the input was
 * counted, which is before its first record is published.
 */
export const progressSchema = z.object({
  total: z.int().min(0),
  done: z.int().min(0),
  succeeded: z.int().min(0).describe('Ended with a verdict, or withdrawn by their source.'),
  failed: z.int().min(0).describe('Ended without a verdict: empty, or in an unsupported language.'),
  set_aside: z.int().min(0).describe('Lines of the input that are no record.'),
  percentage: z.number().min(0).max(100).describe('100 only when all is done.'),
  stage: z.enum(JOB_STAGES),
});
export type Progress = z.infer<typeof progressSchema>;
