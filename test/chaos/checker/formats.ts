import * as z from 'zod';

// These schemas describe the formats that the documentation promises. The checker does not import
// the product's schemas, because a mistake in a shared schema would hide itself.

/** The fields that the checker reads from a row of the results table and from a line of the lake. */
export const storedResultSchema = z.object({
  tenant: z.string(),
  source: z.string(),
  record_id: z.string(),
  record_version: z.number().optional(),
  revision: z.number().optional(),
  /** Absent in the row of a record of which only a withdrawal has come. */
  first_created_at: z.string().optional(),
  analysis_run: z.number().optional(),
  status: z.string(),
  sentiment: z.string().optional(),
  scores: z.record(z.string(), z.number()).optional(),
  language_code: z.string().optional(),
  chunks: z.number().optional(),
  text: z.string().optional(),
  text_hash: z.string(),
  arrived_at: z.string(),
  processed_at: z.string(),
  stamp: z.number(),
  job_id: z.string().optional(),
});
export type StoredResult = z.infer<typeof storedResultSchema>;

/** An item of the history: a version that a newer one has replaced. */
export const storedVersionSchema = z.looseObject({
  /** Tenant, source and record_id, with # between them. */
  record_key: z.string(),
  record_version: z.number().optional(),
  revision: z.number(),
  stamp: z.number(),
  processed_at: z.string(),
  status: z.string(),
});
export type StoredVersion = z.infer<typeof storedVersionSchema>;

/** A row of the counts table. The fields that it has besides are measures. */
export const storedCountSchema = z
  .object({ partition: z.string(), bucket: z.string() })
  .catchall(z.union([z.string(), z.number()]));
export type StoredCount = z.infer<typeof storedCountSchema>;

/** A set-aside in its bucket. */
export const storedSetAsideSchema = z.object({
  set_aside_id: z.string(),
  reason: z.string(),
  stream_name: z.string(),
  shard_id: z.string(),
  sequence_number: z.string(),
  sub_sequence_number: z.number().optional(),
  data_base64: z.string(),
});
export type StoredSetAside = z.infer<typeof storedSetAsideSchema>;

/** The report that Lambda writes to S3 when Lambda gives up on a batch. */
export const failureReportSchema = z.object({
  KinesisBatchInfo: z.object({ batchSize: z.number() }),
});

/** The fields that the checker reads from `GET /status/{job_id}`. */
export const jobStatusSchema = z.object({
  job_id: z.string(),
  status: z.string(),
  progress: z.object({
    total: z.number(),
    done: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    set_aside: z.number(),
  }),
  counts: z.record(z.string(), z.number()),
  error: z.object({ code: z.string() }).optional(),
  callback: z.object({ state: z.string() }).optional(),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;

/** The body of a callback. */
export const callbackBodySchema = z.object({
  event: z.string(),
  delivery_id: z.string(),
  job: jobStatusSchema.pick({ job_id: true, status: true, progress: true }),
});

const verdictAnswerSchema = z.object({
  sentiment: z.string(),
  scores: z.record(z.string(), z.number()),
  language_code: z.string(),
  chunks: z.number(),
});
export type VerdictAnswer = z.infer<typeof verdictAnswerSchema>;

const errorDetailSchema = z.object({ code: z.string(), message: z.string().min(1) });

/** An error that the API or the gateway answers. Errors of the gateway have no timestamp. */
export const errorAnswerSchema = z.object({
  error: errorDetailSchema.extend({ request_id: z.string(), timestamp: z.string().optional() }),
});

export const syncAnswerSchema = verdictAnswerSchema;

export const batchAnswerSchema = z.object({
  results: z.array(z.union([verdictAnswerSchema, z.object({ error: errorDetailSchema })])),
  succeeded: z.number(),
  failed: z.number(),
});

export const recordsAnswerSchema = z.object({
  accepted: z.number(),
  refused: z.number(),
  failed: z.number(),
  records: z.array(z.object({ status: z.enum(['accepted', 'refused', 'failed']) })),
});
