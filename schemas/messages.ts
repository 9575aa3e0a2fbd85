import * as z from 'zod';
import { recordId } from './record.ts';

/**
 * The fields that AuraStream reads from an event about a new object in a bucket. EventBridge sends
 * the event. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
const objectCreatedSchema = z.object({
  'detail-type': z.literal('Object Created'),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string() }),
  }),
});

/**
 * A command to the submitting function. `resume` continues the submission of a job. An invocation
 * that hands the submission over to the next invocation sends `owner` and `hops`. The sweeper sends
 * neither. `sweep` checks the jobs that are due.
 */
const jobCommandSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('resume'),
    job_id: recordId,
    /** The owner of the job's lease when the message was sent. */
    owner: z.string().optional(),
    /** Number of invocations that have handed the submission over. Absent: 0. */
    hops: z.int().min(0).optional(),
  }),
  z.object({ kind: z.literal('sweep') }),
]);

/** A message of the jobs queue. */
export const jobMessageSchema = z.union([objectCreatedSchema, jobCommandSchema]);
export type JobMessage = z.infer<typeof jobMessageSchema>;
export type JobCommand = z.infer<typeof jobCommandSchema>;

/**
 * A message of the keeper's queue: a raw object has arrived, or a command. `merge` merges the objects
 * that wait into the table `results`. `maintain` does the work of the night, and
 * `check_counts` compares the counts with the table.
 */
export const keeperMessageSchema = z.union([
  objectCreatedSchema,
  z.object({ kind: z.enum(['merge', 'maintain', 'check_counts']) }),
]);

/** A message of the callback queue. `attempt` is the number of the attempt, counted from 1. */
export const callbackMessageSchema = z.object({ job_id: recordId, attempt: z.int().min(1) });
export type CallbackMessage = z.infer<typeof callbackMessageSchema>;
