import type { PastVersion } from '../../insight/history/ports.ts';
import {
  type HistoryVersion,
  hashContent,
  historyVersionSchema,
  type Result,
} from '../../schemas/index.ts';
import { aResult, asStored } from './results.ts';

/** A row of the results table as the history sees it. */
export function versionedRow(fields: Partial<Result> = {}) {
  const result = asStored(aResult({ tenant: 'acme', source: 'app', record_id: 'r-1', ...fields }));
  return { ...result, content_hash: hashContent(result), place: '0', is_version_given: true };
}

/** A version as the history shows it. */
export function aVersion(fields: Partial<Result> = {}): HistoryVersion {
  return historyVersionSchema.parse(asStored(aResult(fields)));
}

/** A replaced version of the record `acme#app#r-1`, which expires in the year 2100. */
export function aPastVersion(
  fields: Partial<Result> = {},
  more: Partial<PastVersion> = {},
): PastVersion {
  return {
    ...{ record_key: 'acme#app#r-1', version: aVersion(fields), expires_at: 4_102_444_800 },
    ...more,
  };
}
