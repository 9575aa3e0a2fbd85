import * as z from 'zod';
import { ERASURE_STEPS, signedReportSchema } from '../erasure.ts';
import { EXPORTED_STORES, signedExportSchema } from '../export.ts';
import { PRIVACY_FAILURES, privacyRequestId } from '../privacy-request.ts';
import { timestamp } from '../record.ts';
import { selectorSchema } from '../selector.ts';

/** The fields of a selection within the tenant of the caller. */
const { tenant: _tenant, ...ownFields } = selectorSchema.shape;

/** The fields of a selection, or `all`, so that no empty body selects a tenant. */
const selectionFields = {
  ...ownFields,
  all: z.literal(true).optional().describe('Selects everything that the tenant has.'),
};

interface SelectionFields {
  all?: true | undefined;
  source?: string | undefined;
  record_id?: string | undefined;
  author?: string | undefined;
  before?: string | undefined;
}

const selectsSomething = ({ all, source, record_id, author, before }: SelectionFields) =>
  [source, record_id, author, before].every((one) => one === undefined) === (all === true);

const SELECTION_ISSUE = {
  path: ['all'],
  message: 'must be true if nothing else selects records, and absent otherwise',
};

/** Body of `POST /privacy/erasures`. */
export const erasureRequestSchema = z
  .strictObject({
    ...selectionFields,
    dry_run: z.boolean().default(false).describe('Whether records are only counted.'),
  })
  .refine(selectsSomething, SELECTION_ISSUE);

/** Body of `POST /privacy/exports`. */
export const exportRequestSchema = z
  .strictObject(selectionFields)
  .refine(selectsSomething, SELECTION_ISSUE);

/** The failure of a request for an erasure or an export. */
const privacyFailureSchema = z
  .object({
    reason: z.enum(PRIVACY_FAILURES),
    failed_at: timestamp,
    advice: z.string().describe('A sentence that says how to go on.'),
  })
  .nullable()
  .describe('Null unless the status is `failed`.');
export type PrivacyFailureResponse = z.infer<typeof privacyFailureSchema>;

/** Parameters of `GET /privacy/erasures/{erasure_id}`. */
export const erasureParamsSchema = z.object({ erasure_id: privacyRequestId });

/** Answer of `POST /privacy/erasures` and of `GET /privacy/erasures/{erasure_id}`. */
export const erasureResponseSchema = z.object({
  erasure_id: privacyRequestId,
  status: z
    .enum(['requested', 'running', 'done', 'failed'])
    .describe(
      '`requested` until the erasure has begun; `done` as soon as it has a report; `failed` if it does not go on.',
    ),
  dry_run: z.boolean(),
  requested_at: timestamp,
  step: z
    .enum([...ERASURE_STEPS, 'done'])
    .nullable()
    .describe('The step at which the erasure is, such as `lake_raw`.'),
  counts: z
    .record(z.string(), z.int())
    .describe(
      'Number of erased things by store, until now; in a dry run, of those it would erase.',
    ),
  signed: signedReportSchema
    .nullable()
    .describe('The report with its checksum and signature; null until the erasure is done.'),
  failure: privacyFailureSchema,
});
export type ErasureResponse = z.infer<typeof erasureResponseSchema>;

/** Parameters of `GET /privacy/exports/{export_id}`. */
export const exportParamsSchema = z.object({ export_id: privacyRequestId });

/** Query of `GET /privacy/exports/{export_id}`. */
export const exportQuerySchema = z.object({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Number of the part after which the downloads begin: `next_after` of an answer.'),
});

const exportDownloadSchema = z.object({
  number: z.int(),
  lines: z.int(),
  bytes: z.int(),
  sha256: z.string().describe('SHA-256 of the file, in hexadecimal.'),
  url: z.string().describe('Returns the file to a GET without a key, until `urls_expire_at`.'),
});

/** Answer of `POST /privacy/exports` and of `GET /privacy/exports/{export_id}`. */
export const exportResponseSchema = z.object({
  export_id: privacyRequestId,
  status: z
    .enum(['requested', 'running', 'done', 'failed', 'deleted'])
    .describe(
      '`requested` until the export has begun; `done` as soon as it has a report; `failed` if it does not go on; ' +
        '`deleted` after its files have expired, or an erasure has deleted them.',
    ),
  requested_at: timestamp,
  step: z
    .enum([...EXPORTED_STORES, 'done'])
    .nullable()
    .describe('The store that the export reads, such as `lake_raw`.'),
  lines: z
    .partialRecord(z.enum(EXPORTED_STORES), z.int())
    .describe('Number of lines by store, until now.'),
  signed: signedExportSchema
    .nullable()
    .describe('The report with its checksum and signature; null until the export is done.'),
  downloads: z
    .array(exportDownloadSchema)
    .describe('At most 100 files, in their order. Empty unless the status is `done`.'),
  urls_expire_at: timestamp.nullable(),
  next_after: z
    .int()
    .nullable()
    .describe('The `after` of the next files; null after the last one.'),
  expires_at: timestamp.nullable().describe('The files are deleted after this time.'),
  failure: privacyFailureSchema,
});
export type ExportResponse = z.infer<typeof exportResponseSchema>;
