import * as z from 'zod';
import { issueSchema } from '../issues.ts';
import { recordId } from '../record.ts';

/** The limit of records per `POST /records`. Kinesis' PutRecords has the same limit. */
const MAX_POSTED_RECORDS = 500;

/** Body of `POST /records`. Each record is validated on its own, so that an invalid one does not fail the others. */
export const recordsRequestSchema = z.object({
  records: z
    .array(z.unknown())
    .min(1, 'must not be empty')
    .max(MAX_POSTED_RECORDS, `must have at most ${MAX_POSTED_RECORDS} records`),
});

/** The outcome of one record. `failed` records can be sent again. */
const recordOutcomeSchema = z.object({
  status: z.enum(['accepted', 'refused', 'failed']),
  record_id: recordId.optional(),
  issues: z.array(issueSchema).optional(),
  error: z.string().optional().describe('The error code of the service if the record failed.'),
});

/** Response of `POST /records`, with status 202. Outcomes are in the order of the records. */
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
