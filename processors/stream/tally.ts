import type { KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import type { Misfit } from '../../schemas/index.ts';
import type { Failed } from './ports.ts';
import { respond } from './respond.ts';

/**
 * The totals of a batch. `records` is the sum of `results`, `set_asides`, `cancelled` and `failed`.
 * `unchanged` and `not_newer` are parts of `results`.
 * Each sub-record of an aggregate counts as one record.
 */
export interface BatchReport {
  response: KinesisStreamBatchResponse;
  records: number;
  results: number;
  /** Number of results that say what the row of their record said before. */
  unchanged: number;
  /** Number of results that are not the newest of their record. */
  not_newer: number;
  set_asides: number;
  /** Number of records that were skipped because their job is cancelled. */
  cancelled: number;
  failed: number;
  /** Number of set-asides for each reason, including set-asides that could not be stored. */
  reasons: Record<string, number>;
  /**
   * Number of values that did not fit their field, for each field and what became of them. An example
   * of a key is `url kept`.
   */
  misfits: Record<string, number>;
  /**
   * Number of failures for each stage and error code. An example of a key is `lake
   * ServiceUnavailableException`.
   */
  failures: Record<string, number>;
  /** Number of positions of the shard that could not be stored. Absent if all were stored. */
  position_errors?: number;
}

/** Collects the outcomes of the records of a batch from all stages. */
export class BatchTally {
  records = 0;
  results = 0;
  unchanged = 0;
  not_newer = 0;
  set_asides = 0;
  cancelled = 0;
  readonly #reasons: string[] = [];
  readonly #failed: Failed[] = [];
  readonly #misfits: Misfit[] = [];

  addReasons(reasons: string[]): void {
    this.#reasons.push(...reasons);
  }

  addMisfits(misfits: Misfit[]): void {
    this.#misfits.push(...misfits);
  }

  /** Adds failed records, which Lambda must deliver again. */
  addFailed(failed: Failed[]): void {
    this.#failed.push(...failed);
  }

  report(records: KinesisStreamRecord[]): BatchReport {
    const { records: count, results, unchanged, not_newer, set_asides, cancelled } = this;
    const failed = this.#failed.length;
    return {
      response: respond(
        records.map(({ kinesis }) => kinesis.sequenceNumber),
        this.#failed.map(({ delivered_as }) => delivered_as),
      ),
      records: count,
      results,
      unchanged,
      not_newer,
      set_asides,
      cancelled,
      failed,
      reasons: countNames(this.#reasons),
      misfits: countNames(
        this.#misfits.map(({ field, is_kept }) => `${field} ${is_kept ? 'kept' : 'dropped'}`),
      ),
      failures: countNames(this.#failed.map(({ stage, code }) => `${stage} ${code}`)),
    };
  }
}

function countNames(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
