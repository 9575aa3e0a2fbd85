import type { Issue } from '../../schemas/index.ts';

/** The fate of one record: each record gets exactly one of these. */
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

/** Totals since the publisher was created. */
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
