import { hashText, MAX_AHEAD_MS, type Result } from '../../schemas/index.ts';

/** Size from which a text may be in the bucket of long texts, in bytes. Smaller ones fit on the stream. */
const LONG_TEXT_BYTES = 500_000;

/**
 * Returns the stamp of the withdrawals of an erasure, in epoch milliseconds. A stamp is at most five
 * minutes ahead of the arrival, so each acceptance from before the request has an earlier one, and so have
 * most of the five minutes after it.
 */
export function stampOfErasure(requested_at: number): number {
  return requested_at + MAX_AHEAD_MS;
}

/** A row or a record of which no row exists yet. */
type Withdrawn = Pick<Result, 'tenant' | 'source' | 'record_id'> & { created_at?: string };

/**
 * Builds the withdrawal of a record. It has no version, so that it is ordered by its stamp: it replaces
 * whatever was accepted before the request, also a higher version, and a repeated one changes nothing. It
 * has no text, author, url, attributes, job or run.
 */
export function buildWithdrawal(
  { tenant, source, record_id, created_at }: Withdrawn,
  requested_at: number,
): Result {
  const at = new Date(requested_at).toISOString();
  return {
    schema_version: 1,
    ...{ tenant, source, record_id },
    stamp: stampOfErasure(requested_at),
    status: 'withdrawn',
    text_hash: hashText(''),
    text_bytes: 0,
    created_at: created_at ?? at,
    arrived_at: at,
    processed_at: at,
  };
}

/** Returns whether the text of a row may also be in the bucket of long texts. */
export function isLongText({ text_bytes }: Pick<Result, 'text_bytes'>): boolean {
  return text_bytes >= LONG_TEXT_BYTES;
}
