import type { Issue } from '../../schemas/index.ts';

/**
 * The outcome of publishing one record: each record gets exactly one.
 *
 * @example
 * import type { PublishOutcome } from 'aurastream/ingest';
 *
 * function describeOutcome(outcome: PublishOutcome): string {
 *   if (outcome.status === 'accepted') return outcome.sequence_number;
 *   return outcome.status === 'failed' ? outcome.code : outcome.reason;
 * }
 */
export type PublishOutcome =
  | { status: 'accepted'; record_id: string; shard_id: string; sequence_number: string }
  | {
      /** The record is invalid or too large; publishing it again gives the same outcome. */
      status: 'refused';
      record_id?: string;
      reason: 'invalid_record' | 'too_large';
      issues: Issue[];
    }
  | {
      /** A service failed in every attempt, or with an error that is not retryable. */
      status: 'failed';
      record_id: string;
      code: string;
      attempts: number;
    };

/**
 * The counters of a publisher since its creation.
 *
 * @example
 * import type { PublisherStats } from 'aurastream/ingest';
 *
 * const printStats = ({ accepted, refused, failed }: PublisherStats) =>
 *   console.log({ accepted, refused, failed });
 */
export interface PublisherStats {
  accepted: number;
  refused: number;
  failed: number;
  /** Entries sent again after a rejection. */
  resent: number;
  requests: number;
  /** Bytes of accepted entries, partition keys included. */
  bytes: number;
}
