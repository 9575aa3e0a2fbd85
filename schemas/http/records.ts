import * as z from 'zod';
import { issueSchema } from '../issues.ts';
import { recordId } from '../record.ts';

/** The most records of one `POST /records`: what one PutRecords takes. */
export const MAX_POSTED_RECORDS = 500;

/** Body of `POST /records`. Each record is checked by itself, so that one bad one refuses no other. */
export const recordsRequestSchema = z.object({
  records: z
    .array(z.unknown())
    .min(1, 'must not be empty')
    .max(MAX_POSTED_RECORDS, `must have at most ${MAX_POSTED_RECORDS} records`),
});

/** What became of one record: `failed` ones may be sent again. */
export const recordOutcomeSchema = z.object({
  status: z.enum(['accepted', 'refused', 'failed']),
  record_id: recordId.optional(),
  issues: z.array(issueSchema).optional(),
  error: z.string().optional().describe('Why it failed: the service’s own code.'),
});

/** Answer of `POST /records`, with 202: outcomes in the order of the records. */
export const recordsResponseSchema = z.object({
  accepted: z.int(),
  refused: z.int(),
  failed: z.int(),
  records: z.array(recordOutcomeSchema),
});

/**
 * The answer of `POST /records`: an outcome for each record, in their order.
 *
 * @useDeclaredType
 *
 * @example
 * import { createClient } from 'aurastream/client';
 * import type { RecordsResponse } from 'aurastream/schemas';
 *
 * const client = createClient({ base_url: 'https://api.example.com/v1', api_key: 'your-key' });
 * const record = { text: 'I love my cat', source: 'reviews' };
 * const answer: RecordsResponse = await client.publish([record]);
 * console.log(answer.accepted, answer.refused, answer.failed);
 */
export type RecordsResponse = z.infer<typeof recordsResponseSchema>;
