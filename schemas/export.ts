import * as z from 'zod';
import { timestamp } from './record.ts';
import { hashedSelectorSchema } from './selector.ts';
import { isSignedJson, signJson } from './signed-json.ts';

/** The stores that an export reads, in the order of its lines. */
export const EXPORTED_STORES = ['results_table', 'lake_raw', 'set_asides', 'failures'] as const;
export type ExportedStore = (typeof EXPORTED_STORES)[number];

/** A file of an export: whole lines of JSON, each with a line feed. */
const exportPartSchema = z.object({
  number: z.int().min(1).describe('The first part has number 1.'),
  lines: z.int().min(1),
  bytes: z.int().min(1),
  sha256: z.string().describe('SHA-256 of the file.'),
});
export type ExportPart = z.infer<typeof exportPartSchema>;

const lineCounts = z
  .record(z.enum(EXPORTED_STORES), z.int().min(0))
  .describe('Number of lines of each store.');

/** The report of an export, without its checksum and signature. */
const exportReportSchema = z.object({
  format: z.literal(1),
  export_id: z.string(),
  selector: hashedSelectorSchema,
  requested_at: timestamp,
  completed_at: timestamp,
  lines: lineCounts,
  parts: z.array(exportPartSchema),
  unreadable: z
    .int()
    .min(0)
    .describe('Set-asides, failed records and raw objects that do not say whose they are.'),
});
export type ExportReport = z.infer<typeof exportReportSchema>;

/** A report of an export with its checksum and its signature, both of the report as JSON. */
export const signedExportSchema = z.object({
  report: exportReportSchema,
  sha256: z.string(),
  signature: z.string(),
});
export type SignedExport = z.infer<typeof signedExportSchema>;

/** Signs a report of an export with a key that is derived from the secret of the deployment. */
export function signExport(report: ExportReport, secret: string): SignedExport {
  return { report, ...signJson(JSON.stringify(exportReportSchema.parse(report)), secret) };
}

/** Returns whether a report of an export has the checksum and the signature of this deployment. */
export function isSignedExport({ report, ...signed }: SignedExport, secret: string): boolean {
  return isSignedJson(JSON.stringify(exportReportSchema.parse(report)), signed, secret);
}

/** A place in a store: all before it is read, and of the object `key` the first `lines` lines, or all. */
const exportPlaceSchema = z.object({ key: z.string(), lines: z.int().min(0).optional() });
export type ExportPlace = z.infer<typeof exportPlaceSchema>;

/**
 * How far an export is. It is stored after each part, so that another process can go on: the parts hold
 * exactly the lines before the place. It never has the selector itself, because that may name a person.
 */
export const exportStateSchema = z.object({
  export_id: z.string(),
  selector: hashedSelectorSchema,
  requested_at: timestamp,
  /** In epoch milliseconds. */
  begun_at: z.int(),
  /** When the first files may be deleted, in epoch milliseconds. */
  expires_at: z.int(),
  step: z.enum([...EXPORTED_STORES, 'done']),
  /** The place in the step. Absent at its start. */
  after: exportPlaceSchema.optional(),
  lines: lineCounts,
  parts: z.array(exportPartSchema),
  unreadable: z.int(),
  signed: signedExportSchema.optional(),
});
export type ExportState = z.infer<typeof exportStateSchema>;

/** The mark that an erasure has deleted the files of all exports of a tenant that had begun before. */
export const exportsErasedSchema = z.object({ erased_at: z.int() });
