import * as z from 'zod';
import { issueSchema } from '../issues.ts';
import { recordId } from '../record.ts';

/**
 * Maximum number of records in one `POST /records`. One PutRecords request to Kinesis has the same
 * limit.
 */
const MAX_POSTED_RECORDS = 500;

/**
 * Body of `POST /records`. The API validates each record separately, so an invalid record does not
 * make the other records fail.
 */
export const recordsRequestSchema = z.object({
  records: z
    .array(z.unknown())
    .min(1, 'must not be empty')
    .max(MAX_POSTED_RECORDS, `must have at most ${MAX_POSTED_RECORDS} records`),
});

/**
 * The outcome of publishing one record. If the status is `failed`, the caller can send the record
 * again.
 */
const recordOutcomeSchema = z.object({
  status: z.enum(['accepted', 'refused', 'failed']),
  record_id: recordId.optional(),
  issues: z.array(issueSchema).optional(),
  error: z.string().optional().describe('The error code of the service if the record failed.'),
});

/**
 * Response of `POST /records`. The HTTP status is 202. The outcomes are in the order of the records
 * in the request.
 */
export const recordsResponseSchema = z.object({
  accepted: z.int(),
  refused: z.int(),
  failed: z.int(),
  records: z.array(recordOutcomeSchema),
});

/**
 * The response of `POST /records`. The response has one outcome for each record, in the order of
 * the records in the request.
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
