import * as z from 'zod';
import { issueSchema } from './issues.ts';
import { slug } from './record.ts';

/**
 * The possible reasons why a record could not be processed. A retry of the same record would fail
 * for the same reason. A record with the reason `over_budget` is replayed when the budget resets.
 */
export const SET_ASIDE_REASONS = [
  'invalid_json',
  'invalid_utf8',
  'invalid_record',
  'invalid_gzip',
  'invalid_aggregate',
  'too_large',
  'text_missing',
  'refused_by_analyzer',
  'invalid_signature',
  'envelope',
  'over_budget',
] as const;
export type SetAsideReason = (typeof SET_ASIDE_REASONS)[number];

/**
 * A record that cannot be processed. Its bytes are stored with placeholders, with the reason and the
 * position of the record on the stream. `set_aside_id` is derived from the position, so a
 * redelivery overwrites the stored object with the same content.
 */
export const setAsideSchema = z.object({
  set_aside_id: z.string(),
  reason: z.enum(SET_ASIDE_REASONS),
  tenant: slug
    .optional()
    .describe('Absent if the bytes do not say to which one tenant they belong.'),
  source: slug.optional().describe('Absent if the bytes do not name one.'),
  issues: z.array(issueSchema),
  stream_name: z.string(),
  shard_id: z.string(),
  sequence_number: z.string(),
  sub_sequence_number: z.int().optional(),
  nested_numbers: z.array(z.int()).optional(),
  partition_key: z.string(),
  over_budget: z
    .object({
      month: z.string().describe('The month whose budget is used up, in UTC, such as 2026-11.'),
      refused_at: z.iso.datetime().describe('Changes if the same record is refused again.'),
    })
    .optional()
    .describe('Only with the reason over_budget.'),
  is_unreadable: z
    .literal(true)
    .optional()
    .describe(
      'Only if the bytes are as they came, because they cannot be read and so not be masked.',
    ),
  arrived_at: z.iso.datetime({ offset: true }),
  data_base64: z
    .base64()
    .describe('The bytes of the record, with placeholders for the personal data that was found.'),
});
export type SetAside = z.infer<typeof setAsideSchema>;
