import * as z from 'zod';
import { piiSchema } from './personal-data.ts';
import { languageCode, slug, timestamp } from './record.ts';
import { CACHE_TIERS, RESULT_STATUSES } from './result.ts';
import { scoresSchema, sentiment } from './verdict.ts';

/**
 * The fields of a row of the results table that the counts depend on. A row without
 * `first_created_at` is the withdrawal of a record that was never seen, and is not counted.
 */
export const countedRowSchema = z.object({
  tenant: slug,
  source: slug,
  status: z.enum(RESULT_STATUSES),
  sentiment: sentiment.optional(),
  scores: scoresSchema.optional(),
  language_code: languageCode.optional(),
  analyzer: z.object({ name: z.string(), version: z.string() }).optional(),
  cache: z.enum(CACHE_TIERS).optional(),
  chunks: z.int().optional(),
  text: z.string().optional(),
  text_bytes: z.int(),
  pii: piiSchema.optional(),
  created_at: timestamp,
  arrived_at: timestamp,
  first_created_at: timestamp,
});
export type CountedRow = z.infer<typeof countedRowSchema>;

/** Athena returns null for a field that a row does not have. */
function absent<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullable().transform((value) => value ?? undefined);
}

/**
 * A row of the query that recounts the table `results` of the lake: the number of records that have
 * these fields in common. `changed_at` is when the last of them was processed.
 */
export const countedGroupSchema = z
  .object({
    tenant: slug,
    source: slug,
    hour: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}$/),
    status: z.enum(RESULT_STATUSES),
    sentiment: absent(sentiment),
    language_code: absent(languageCode),
    cache: absent(z.enum(CACHE_TIERS)),
    analyzer_name: absent(z.string()),
    analyzer_version: absent(z.string()),
    pii_types: absent(z.string()),
    pii_redacted: absent(z.boolean()),
    pii_failed: absent(z.boolean()),
    pii_count: absent(z.int()),
    records: z.int(),
    changed_at: timestamp,
  })
  .transform((row) => {
    const { analyzer_name: name, analyzer_version: version, ...rest } = row;
    const { pii_types: types, pii_redacted, pii_failed, pii_count = 0, ...group } = rest;
    return {
      ...group,
      analyzer: name === undefined || version === undefined ? undefined : { name, version },
      // The count is that of all records of the group together.
      pii:
        types === undefined
          ? undefined
          : piiSchema.parse({
              types: types === '' ? [] : types.split(' '),
              ...{ count: pii_count, redacted: pii_redacted, failed: pii_failed },
            }),
    };
  });
export type CountedGroup = z.infer<typeof countedGroupSchema>;

const image = z.record(z.string(), z.unknown()).optional();

const changeSchema = z.object({
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.object({
    ApproximateCreationDateTime: z.number().describe('In epoch seconds.'),
    SequenceNumber: z.string().regex(/^\d{1,40}$/),
    NewImage: image,
    OldImage: image,
  }),
  userIdentity: z.object({ type: z.string(), principalId: z.string() }).partial().nullish(),
});
export type ChangeRecord = z.infer<typeof changeSchema>;

/** The event that Lambda makes of a stream of the results table, as far as every mapping has it. */
export const changesSchema = z.object({ Records: z.array(changeSchema) });

/**
 * The event that Lambda makes of a stream of the results table. `shardId` is only in the events of
 * mappings with a tumbling window. The last event of a window may have no records.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
 *
 * @example
 * {
 *   "Records": [{
 *     "eventName": "INSERT",
 *     "dynamodb": {
 *       "ApproximateCreationDateTime": 1795680000,
 *       "SequenceNumber": "4421584500000000017450439091",
 *       "Keys": { "record_key": { "S": "default#reviews#r-1" } },
 *       "NewImage": { "record_key": { "S": "default#reviews#r-1" }, "status": { "S": "analyzed" } }
 *     }
 *   }],
 *   "shardId": "shardId-00000001573689847184-864758bb",
 *   "window": { "start": "2026-11-27T06:00:00Z", "end": "2026-11-27T06:15:00Z" },
 *   "state": {},
 *   "isFinalInvokeForWindow": false
 * }
 */
export const changeEventSchema = z.object({
  ...changesSchema.shape,
  shardId: z.string().min(1),
});
export type ChangeEvent = z.infer<typeof changeEventSchema>;
