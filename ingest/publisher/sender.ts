import pLimit, { type LimitFunction } from 'p-limit';
import { ServiceError } from '../../schemas/index.ts';
import type { PutOutcome, RecordStream } from '../ports.ts';
import type { PublisherStats } from './outcome.ts';
import type { PendingEntry } from './packer.ts';
import type { RetryPolicy } from './retry.ts';

export interface SenderOptions {
  stream: RecordStream;
  max_in_flight: number;
  retry: RetryPolicy;
  stats: PublisherStats;
  /** The sender calls this function once for each entry, when the outcome of the entry is known. */
  onSettled: (pending: PendingEntry) => void;
}

type EntryOutcome = PutOutcome & { retryable?: boolean };

const MISSING_OUTCOME: EntryOutcome = { ok: false, code: 'MissingResult', retryable: true };

/**
 * Sends requests, and limits the number of requests in flight. When the stream rejects some entries
 * of a request, sends only the rejected entries again, until each entry is accepted or has failed.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #limit: LimitFunction;
  readonly #in_flight = new Set<Promise<void>>();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#limit = pLimit(options.max_in_flight);
  }

  get is_idle(): boolean {
    return this.#in_flight.size === 0;
  }

  send(request: PendingEntry[]): void {
    const sending = this.#limit(() => this.#sendUntilSettled(request)).finally(() =>
      this.#in_flight.delete(sending),
    );
    this.#in_flight.add(sending);
  }

  /** Resolves when all requests that are in flight at the time of the call have ended. */
  async drain(): Promise<void> {
    await Promise.all(this.#in_flight);
  }

  async #sendUntilSettled(request: PendingEntry[]): Promise<void> {
    const { retry, stats } = this.#options;
    let open = request;
    try {
      for (let attempt = 1; ; attempt += 1) {
        const outcomes = await this.#put(open);
        open = open.filter((pending, i) => !this.#settle(pending, outcomes[i], attempt));
        if (open.length === 0) return;
        stats.resent += open.length;
        await retry.pause(attempt);
      }
    } catch (error) {
      for (const pending of open) {
        this.#options.onSettled(pending);
        pending.reject(error);
      }
    }
  }

  /**
   * Sends one request. If the whole request fails with a {@link ServiceError}, returns a rejection
   * for each entry. Any other error is a bug and is thrown.
   */
  async #put(request: PendingEntry[]): Promise<EntryOutcome[]> {
    this.#options.stats.requests += 1;
    try {
      return await this.#options.stream.putRecords(request.map(({ entry }) => entry));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { code, retryable } = error;
      return request.map(() => ({ ok: false, code, retryable }));
    }
  }

  /**
   * Resolves the promise of an entry if the outcome is final.
   *
   * @returns whether the outcome is final. An entry without a final outcome must be sent again.
   */
  #settle(pending: PendingEntry, outcome = MISSING_OUTCOME, attempts: number): boolean {
    const { retry, stats, onSettled } = this.#options;
    const { record_id } = pending.entry;
    if (outcome.ok) {
      stats.accepted += 1;
      stats.bytes += pending.bytes;
      const { shard_id, sequence_number } = outcome;
      pending.resolve({ status: 'accepted', record_id, shard_id, sequence_number });
    } else if (outcome.retryable === false || attempts >= retry.max_attempts) {
      stats.failed += 1;
      pending.resolve({ status: 'failed', record_id, code: outcome.code, attempts });
    } else {
      return false;
    }
    onSettled(pending);
    return true;
  }
}
