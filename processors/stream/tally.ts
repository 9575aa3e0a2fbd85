import type { KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import type { Failed } from './ports.ts';
import { respond } from './respond.ts';

/** The totals of a batch: `records = results + set_asides + cancelled + failed`; each sub-record counts as one. */
export interface BatchReport {
  response: KinesisStreamBatchResponse;
  records: number;
  results: number;
  set_asides: number;
  /** Records that were skipped because their job is cancelled. */
  cancelled: number;
  failed: number;
  /** How many set-asides by reason, including those that could not be kept. */
  reasons: Record<string, number>;
  /** How many failures by stage and code: `lake ServiceUnavailableException`. */
  failures: Record<string, number>;
}

/** Collects the outcomes of a batch's records from all stages. */
export class BatchTally {
  records = 0;
  results = 0;
  set_asides = 0;
  cancelled = 0;
  readonly #reasons: string[] = [];
  readonly #failed: Failed[] = [];

  addReasons(reasons: string[]): void {
    this.#reasons.push(...reasons);
  }

  /** Records that Lambda must deliver again. */
  addFailed(failed: Failed[]): void {
    this.#failed.push(...failed);
  }

  report(records: KinesisStreamRecord[]): BatchReport {
    const { records: count, results, set_asides, cancelled } = this;
    const failed = this.#failed.length;
    return {
      response: respond(
        records.map(({ kinesis }) => kinesis.sequenceNumber),
        this.#failed.map(({ position }) => position),
      ),
      records: count,
      results,
      set_asides,
      cancelled,
      failed,
      reasons: countNames(this.#reasons),
      failures: countNames(this.#failed.map(({ stage, code }) => `${stage} ${code}`)),
    };
  }
}

function countNames(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
