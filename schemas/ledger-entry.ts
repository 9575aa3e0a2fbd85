import * as z from 'zod';

/** An entry of the ledger of a connector, as stores hold it. ADR 0108 explains its fields. */
export const ledgerEntrySchema = z.object({
  record_id: z.string(),
  author: z.string().optional(),
  version: z.number(),
  text_hash: z.string().optional(),
  is_withdrawn: z.boolean(),
  event_at: z.number().optional(),
  missed_at: z.number().optional(),
  first_at: z.number(),
});
