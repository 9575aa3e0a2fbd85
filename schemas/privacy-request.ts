import * as z from 'zod';
import { auditCallerSchema } from './audit.ts';
import { slug, timestamp } from './record.ts';
import { selectorSchema } from './selector.ts';

/** The things that a caller can ask for: that records are erased, or handed out. */
const PRIVACY_KINDS = ['erasure', 'export'] as const;
export type PrivacyKind = (typeof PRIVACY_KINDS)[number];

/**
 * Why a request has failed: a service or the audit trail did not answer five times, it did not end within two
 * days, its message is gone, an erasure deleted the files of an export, or the function has an error.
 */
export const PRIVACY_FAILURES = [
  'service_unavailable',
  'audit_unavailable',
  'timed_out',
  'message_lost',
  'erased',
  'internal_error',
] as const;
export type PrivacyFailure = (typeof PRIVACY_FAILURES)[number];

/** Id of a request, such as `erasure_0f…`: its kind and 32 hexadecimal digits. */
export const privacyRequestId = z.string().regex(/^(erasure|export)_[0-9a-f]{32}$/);

/**
 * A request as it is stored, under its tenant and id. It has no selector, because that may name a person.
 */
export const privacyRequestSchema = z.object({
  request_id: privacyRequestId,
  kind: z.enum(PRIVACY_KINDS),
  tenant: slug,
  requested_at: timestamp,
  dry_run: z.boolean(),
  touched_at: timestamp
    .optional()
    .describe('When the function last began to work on it. Absent until it has.'),
  failure: z.object({ reason: z.enum(PRIVACY_FAILURES), failed_at: timestamp }).optional(),
});
export type PrivacyRequest = z.infer<typeof privacyRequestSchema>;

/**
 * A message of the queue of requests. It may name a person, so the queue is encrypted and short-lived.
 */
export const privacyMessageSchema = z.object({
  request: privacyRequestSchema,
  selector: selectorSchema,
  caller: auditCallerSchema,
  act_id: z.uuid().optional().describe('Entry of the audit trail. Absent until it is written.'),
  hops: z.int().min(0).describe('Number of messages before this one about the same request.'),
});
export type PrivacyMessage = z.infer<typeof privacyMessageSchema>;
