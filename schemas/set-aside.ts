import * as z from 'zod';
import { issueSchema } from './issues.ts';

/** Why a record could not be processed. Each reason is final: a retry fails in the same way. */
export const SET_ASIDE_REASONS = [
  'invalid_json',
  'invalid_utf8',
  'invalid_record',
  'invalid_gzip',
  'invalid_aggregate',
  'too_large',
  'text_missing',
  'refused_by_analyzer',
] as const;
export type SetAsideReason = (typeof SET_ASIDE_REASONS)[number];

/**
 * A record that cannot be processed, kept byte for byte with the reason and its place on the stream. `set_aside_id` is
 * derived from that place, so a redelivery overwrites the object with the same content.
 */
export const setAsideSchema = z.object({
  set_aside_id: z.string(),
  reason: z.enum(SET_ASIDE_REASONS),
  issues: z.array(issueSchema),
  shard_id: z.string(),
  sequence_number: z.string(),
  sub_sequence_number: z.int().optional(),
  partition_key: z.string(),
  arrived_at: z.iso.datetime({ offset: true }),
  data_base64: z.base64().describe('The bytes as they were on the stream.'),
});
export type SetAside = z.infer<typeof setAsideSchema>;
