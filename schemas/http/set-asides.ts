import * as z from 'zod';
import { issueSchema } from '../issues.ts';
import { slug, timestamp } from '../record.ts';
import { SET_ASIDE_REASONS } from '../set-aside.ts';

const reason = z.enum(SET_ASIDE_REASONS);
const setAsideId = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[\w.:-]+$/, 'must be an id of a set-aside');

/** Number of set-asides that one request replays at most. */
const MOST_REPLAYED = 100;

/** Query parameters of `GET /set-asides`. */
export const setAsideQuerySchema = z.object({
  reason: reason.optional(),
  source: slug.optional(),
  state: z.enum(['open', 'replayed']).optional(),
  from: timestamp.optional().describe('Earliest time at which it was set aside, inclusive.'),
  to: timestamp.optional().describe('Latest time at which it was set aside, exclusive.'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(2_048).optional(),
});
export type SetAsideQuery = z.output<typeof setAsideQuerySchema>;

const setAsideViewSchema = z.object({
  set_aside_id: z.string(),
  reason,
  issues: z.array(issueSchema),
  source: slug.nullable().describe('Null if the bytes do not name one.'),
  arrived_at: timestamp.describe('When the record arrived on the stream.'),
  set_aside_at: timestamp,
  state: z.enum(['open', 'replayed']),
  replayed_at: timestamp.optional(),
  bytes: z.int().describe('Number of bytes of the record.'),
  data_hex: z.string().describe('The first 2,000 bytes, with placeholders for personal data.'),
  text: z
    .string()
    .nullable()
    .describe('The first 2,000 characters of the bytes, unpacked. Null if they are not UTF-8.'),
});

/**
 * A record that could not be processed, as the API shows it.
 *
 * @useDeclaredType
 *
 * @example
 * import type { SetAsideView } from 'aurastream/schemas';
 *
 * const describe = ({ reason, bytes }: SetAsideView) => `${reason}: ${bytes} bytes`;
 */
export type SetAsideView = z.infer<typeof setAsideViewSchema>;

const is_complete = z
  .boolean()
  .describe('False if there are more than 10,000 set-asides, of which only the first are read.');

/** The response of `GET /set-asides`. */
export const setAsidesResponseSchema = z.object({
  set_asides: z.array(setAsideViewSchema),
  is_complete,
  next_cursor: z.string().optional().describe('Absent on the last page.'),
});

/**
 * The response of `GET /set-asides`.
 *
 * @useDeclaredType
 *
 * @example
 * import type { SetAsidesResponse } from 'aurastream/schemas';
 *
 * const countOpen = ({ set_asides }: SetAsidesResponse) =>
 *   set_asides.filter(({ state }) => state === 'open').length;
 */
export type SetAsidesResponse = z.infer<typeof setAsidesResponseSchema>;

const setAsideCountSchema = z.object({
  reason,
  open: z.int(),
  replayed: z.int().describe('Number of set-asides that were put back on the stream.'),
  newest_at: timestamp,
});
export type SetAsideCount = z.infer<typeof setAsideCountSchema>;

/** The response of `GET /set-asides/counts`. */
export const setAsideCountsResponseSchema = z.object({
  by_reason: z.array(setAsideCountSchema),
  is_complete,
  failed_batches: z
    .int()
    .describe(
      'Batches of all tenants that Lambda has stopped retrying and that were not put back.',
    ),
});

/**
 * The response of `GET /set-asides/counts`.
 *
 * @useDeclaredType
 *
 * @example
 * import type { SetAsideCountsResponse } from 'aurastream/schemas';
 *
 * const sumOpen = ({ by_reason }: SetAsideCountsResponse) =>
 *   by_reason.reduce((sum, { open }) => sum + open, 0);
 */
export type SetAsideCountsResponse = z.infer<typeof setAsideCountsResponseSchema>;

/** The body of `POST /set-asides/replay`. */
export const setAsideReplaySchema = z.strictObject({
  set_aside_ids: z.array(setAsideId).min(1).max(MOST_REPLAYED),
  fixed_text: z
    .string()
    .min(1)
    .max(200_000)
    .optional()
    .describe('Takes the place of the bytes. Only with one id.'),
  dry_run: z.boolean().default(false).describe('Only says what a replay would do.'),
});

/** The response of `POST /set-asides/replay`. */
export const setAsideReplayResponseSchema = z.object({
  outcomes: z.array(
    z.object({
      set_aside_id: z.string(),
      status: z.enum(['replayed', 'would_replay', 'done_before', 'left', 'failed', 'not_found']),
      records: z.int().optional().describe('Number of records that are on the stream again.'),
      why: z.string().optional().describe('Why the set-aside stays, or why its replay failed.'),
    }),
  ),
});

/**
 * The response of `POST /set-asides/replay`, in the order of the ids.
 *
 * @useDeclaredType
 *
 * @example
 * import type { SetAsideReplayResponse } from 'aurastream/schemas';
 *
 * const listLeft = ({ outcomes }: SetAsideReplayResponse) =>
 *   outcomes.filter(({ status }) => status === 'left');
 */
export type SetAsideReplayResponse = z.infer<typeof setAsideReplayResponseSchema>;
