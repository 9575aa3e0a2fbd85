import * as z from 'zod';
import { timestamp } from './record.ts';

/** How far the consumer has processed a shard of a stream. */
export const processedPositionSchema = z.object({
  stream_name: z.string(),
  shard_id: z.string(),
  /** The last record of the shard up to which every record has ended. */
  sequence_number: z.string().regex(/^\d+$/),
  /** When the batch of this record ended. */
  processed_at: timestamp,
});
export type ProcessedPosition = z.infer<typeof processedPositionSchema>;
