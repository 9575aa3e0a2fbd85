import * as z from 'zod';
import { timestamp } from './record.ts';
import { hashedSelectorSchema } from './selector.ts';
import { isSignedJson, signJson } from './signed-json.ts';

/** The stores that an erasure reaches, in the order in which it reaches them. */
export const ERASED_STORES = [
  'results_table',
  'long_texts',
  'lake_results',
  'history',
  'set_asides',
  'failures',
  'lake_raw',
  'job_inputs',
  'query_results',
  'exports',
  'queues',
] as const;
export type ErasedStore = (typeof ERASED_STORES)[number];

/** Effect of an erasure on one store. */
const erasedStoreSchema = z.object({
  store: z.enum(ERASED_STORES),
  what: z.string().describe('The thing that is counted, such as rows or objects.'),
  count: z.int().min(0).describe('Number of erased things. In a dry run: that would be erased.'),
});

/** Where copies remain for a time that AWS or a setting decides. */
const remainderSchema = z.object({
  where: z.string(),
  until: timestamp.describe('The last of them is gone by then.'),
});

/** The report of an erasure, without its checksum and signature. */
const erasureReportSchema = z.object({
  format: z.literal(1),
  erasure_id: z.string(),
  selector: hashedSelectorSchema,
  requested_at: timestamp,
  completed_at: timestamp,
  is_dry_run: z.boolean(),
  stores: z.array(erasedStoreSchema),
  remains: z.array(remainderSchema),
  unreadable: z
    .int()
    .min(0)
    .describe('Set-asides and failed records that could not be read, and were kept.'),
});
export type ErasureReport = z.infer<typeof erasureReportSchema>;

/** A report with its checksum (SHA-256) and its signature (HMAC-SHA256), both of the report as JSON. */
export const signedReportSchema = z.object({
  report: erasureReportSchema,
  sha256: z.string(),
  signature: z.string(),
});
export type SignedReport = z.infer<typeof signedReportSchema>;

/** Signs a report with a key that is derived from the secret of the deployment. */
export function signReport(report: ErasureReport, secret: string): SignedReport {
  return { report, ...signJson(JSON.stringify(erasureReportSchema.parse(report)), secret) };
}

/** Returns whether a report has the checksum and the signature of this deployment. */
export function isSignedReport({ report, ...signed }: SignedReport, secret: string): boolean {
  return isSignedJson(JSON.stringify(erasureReportSchema.parse(report)), signed, secret);
}

/** The steps of an erasure, in their order. docs/adr/0070-erasure.md says why this order. */
export const ERASURE_STEPS = [
  'rows',
  'lake_results',
  'set_asides',
  'failures',
  'consumers',
  'later_rows',
  'later_set_asides',
  'later_failures',
  'job_inputs',
  'table',
  'lake_raw',
  'query_results',
  'exports',
] as const;
export type ErasureStep = (typeof ERASURE_STEPS)[number];

/**
 * How far an erasure is. It is stored after each page, so that another process can go on. It never has the
 * selector itself, because that may name a person.
 */
export const erasureStateSchema = z.object({
  erasure_id: z.string(),
  selector: hashedSelectorSchema,
  /** In epoch milliseconds. */
  requested_at: z.int(),
  is_dry_run: z.boolean(),
  step: z.enum([...ERASURE_STEPS, 'done']),
  /** The place in the step up to which everything is done. Absent at its start. */
  after: z.string().optional(),
  counts: z.partialRecord(z.enum(ERASED_STORES), z.int()),
  unreadable: z.int(),
  /** Ids of jobs that the erased rows came from, and whose inputs are not deleted yet. */
  job_ids: z.array(z.string()),
  signed: signedReportSchema.optional(),
});
export type ErasureState = z.infer<typeof erasureStateSchema>;
