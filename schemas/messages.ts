import * as z from 'zod';
import { recordId } from './record.ts';

/**
 * EventBridge's event about a new object in a bucket: the fields that AuraStream reads.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
const objectCreatedSchema = z.object({
  'detail-type': z.literal('Object Created'),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), size: z.int(), etag: z.string() }),
  }),
});

/** `resume`: continue the submission of a job. `sweep`: check the jobs that are due. */
const jobCommandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('resume'), job_id: recordId }),
  z.object({ kind: z.literal('sweep') }),
]);

/** A message of the jobs queue. */
export const jobMessageSchema = z.union([objectCreatedSchema, jobCommandSchema]);
export type JobMessage = z.infer<typeof jobMessageSchema>;
export type JobCommand = z.infer<typeof jobCommandSchema>;

/** A message of the callback queue. Attempts are numbered from 1. */
export const callbackMessageSchema = z.object({ job_id: recordId, attempt: z.int().min(1) });
export type CallbackMessage = z.infer<typeof callbackMessageSchema>;
