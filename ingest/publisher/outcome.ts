import type { Issue } from '../../schemas/index.ts';

/**
 * The outcome of publishing one record. Each record gets exactly one outcome.
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
      /**
       * The record is invalid or too large. Publishing the same record again gives the same
       * outcome.
       */
      status: 'refused';
      record_id?: string;
      reason: 'invalid_record' | 'too_large';
      issues: Issue[];
    }
  | {
      /**
       * A service failed in every allowed attempt, or failed once with an error that is not
       * retryable.
       */
      status: 'failed';
      record_id: string;
      code: string;
      attempts: number;
    };

/**
 * Counts what a publisher has done since its creation.
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
  /**
   * Number of times that an entry was sent again because the stream had rejected the entry or
   * because its request had failed. If an entry is sent again twice, the number grows by 2.
   */
  resent: number;
  requests: number;
  /** Size of all accepted entries, in bytes, including their partition keys. */
  bytes: number;
}
