import { type RecordInput, ServiceError } from '../../schemas/index.ts';
import { type Encoded, type EncodeOutcome, encode, withClaim } from '../encode.ts';
import type { TextClaimStore } from '../ports.ts';
import type { ChoosePartitionKey } from './gather.ts';
import type { PublishOutcome } from './outcome.ts';
import type { RetryPolicy } from './retry.ts';

export interface PrepareOptions {
  /**
   * Stores texts that do not fit on the stream. If undefined, records with such texts are refused.
   */
  claims: TextClaimStore | undefined;
  new_record_id: (() => string) | undefined;
  /** Returns the stamp of a record, by its key. */
  stamp: (record_key: string) => number;
  choosePartitionKey?: ChoosePartitionKey | undefined;
  retry: RetryPolicy;
}

/**
 * The result of preparing a record. The result is the entry to send to the stream. If the record
 * cannot be sent, the result is the outcome of the record.
 */
export type Prepared =
  | { ok: true; entry: Encoded }
  | { ok: false; outcome: Exclude<PublishOutcome, { status: 'accepted' }> };

type Refused = EncodeOutcome & { ok: false };
type TooLarge = Refused & { reason: 'too_large' };

/**
 * Encodes a record. If the record is too large for the stream, stores its text in the claim store
 * and encodes the record with the hash of the text instead of the text.
 */
export async function prepare(record: RecordInput, options: PrepareOptions): Promise<Prepared> {
  const encoded = encode(record, options);
  if (encoded.ok) return encoded;
  if (encoded.reason === 'too_large' && options.claims !== undefined) {
    return prepareClaim(record, encoded, options.claims, options);
  }
  return refuse(encoded);
}

async function prepareClaim(
  record: RecordInput,
  { record_id, stamp }: TooLarge,
  claims: TextClaimStore,
  options: PrepareOptions,
): Promise<Prepared> {
  const { tenant = 'default', text = '' } = record;
  const { max_attempts, pause } = options.retry;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const text_claim = await claims.put(tenant, text);
      const encoded = encode({ ...withClaim(record, text_claim), record_id, stamp }, options);
      return encoded.ok ? encoded : refuse(encoded);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { code, retryable } = error;
      if (!retryable || attempt >= max_attempts) {
        return { ok: false, outcome: { status: 'failed', record_id, code, attempts: attempt } };
      }
    }
    await pause(attempt);
  }
}

function refuse(refused: Refused): Prepared {
  const { reason, issues } = refused;
  const named = reason === 'too_large' ? { record_id: refused.record_id } : {};
  return { ok: false, outcome: { status: 'refused', ...named, reason, issues } };
}
