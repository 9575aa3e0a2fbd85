import { MEASURED, MEMORY_GB_PER_CORE } from '@aurastream/cost-model';
import pLimit from 'p-limit';
import { settings } from '../../infra/settings.ts';
import type { Analyzer } from '../../processors/analysis/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { VirtualClock } from './clock.ts';
import type { Counters } from './counters.ts';

/** The texts of the simulation: 140 characters, and 60 % of them were analyzed before. */
const TEXT_BYTES = 140;
const DISTINCT_SHARE = 0.4;
const DOCUMENTS_PER_CALL = 25;
/** Share of the analysis in the time of an invocation, as in processors/stream/batch.ts. */
const ANALYSIS_SHARE = 0.8;
/** Share of a batch's CPU time that the consumer needs before it makes the first call. */
const CPU_SHARE_BEFORE_CALLS = 0.4;
/** Pause of Lambda before it delivers a failed batch again. AWS does not document it. */
const RETRY_MS = 1_000;

/** Calls that one record needs on average. */
export const CALLS_PER_RECORD = DISTINCT_SHARE / DOCUMENTS_PER_CALL;

export interface ShardDeps {
  clock: VirtualClock;
  counters: Counters;
  analyzer: Analyzer;
  records_per_second: number;
  started_at: number;
}

/**
 * A shard whose records arrive at a constant rate, and its consumer. As Lambda does, the consumer
 * takes a batch when the batch is full or its window is over, and then the next one.
 */
export class Shard {
  readonly #deps: ShardDeps;
  readonly #limit = pLimit(settings.consumer.analyzer_max_in_flight);
  /** Number of records that the consumer has processed. */
  #processed = 0;

  constructor(deps: ShardDeps) {
    this.#deps = deps;
  }

  /** Age of the oldest record that has not been processed, in milliseconds. */
  lagMs(): number {
    return Math.max(0, this.#deps.clock.now() - this.#arrivalOf(this.#processed + 1));
  }

  async consume(): Promise<never> {
    for (;;) {
      const records = await this.#takeBatch();
      await this.#processBatch(records);
      this.#processed += records;
    }
  }

  /** Returns the time at which the n-th record arrives. */
  #arrivalOf(n: number): number {
    return this.#deps.started_at + (n * 1_000) / this.#deps.records_per_second;
  }

  async #takeBatch(): Promise<number> {
    const { clock, started_at, records_per_second } = this.#deps;
    const { batch_size, window_seconds } = settings.consumer;
    const full_at = this.#arrivalOf(this.#processed + batch_size);
    const first_at = Math.max(clock.now(), this.#arrivalOf(this.#processed + 1));
    const ready_at = Math.min(full_at, first_at + window_seconds * 1_000);
    if (ready_at > clock.now()) await clock.sleep(ready_at - clock.now());
    const arrived = Math.floor(((clock.now() - started_at) * records_per_second) / 1_000);
    return Math.max(1, Math.min(batch_size, arrived - this.#processed));
  }

  /** Processes a batch. Calls that fail are repeated when Lambda delivers the batch again. */
  async #processBatch(records: number): Promise<void> {
    const { clock, counters } = this.#deps;
    const cpu_ms = estimateCpuMs(records);
    let calls = Math.ceil(records * CALLS_PER_RECORD);
    for (;;) {
      await clock.sleep(cpu_ms * CPU_SHARE_BEFORE_CALLS);
      // The rest of the CPU time is spent while the calls are in flight.
      const [failed] = await Promise.all([
        this.#makeCalls(calls),
        clock.sleep(cpu_ms * (1 - CPU_SHARE_BEFORE_CALLS)),
      ]);
      await clock.sleep(MEASURED.stores_wait_seconds * 1_000);
      if (failed === 0) return;
      counters.count('redeliveries');
      calls = failed;
      await clock.sleep(RETRY_MS);
    }
  }

  /** Makes calls, and returns how many of them failed. */
  async #makeCalls(calls: number): Promise<number> {
    const { clock, analyzer } = this.#deps;
    const deadline = {
      at: clock.now() + settings.consumer.timeout_seconds * 1_000 * ANALYSIS_SHARE,
      signal: NEVER,
    };
    const call = () =>
      analyzer.detectSentiment(ONE_TEXT, 'en', deadline).then(
        () => 0,
        (cause: unknown) => this.#countFailure(cause),
      );
    const failures = await Promise.all(Array.from({ length: calls }, () => this.#limit(call)));
    return failures.reduce((sum, failed) => sum + failed, 0);
  }

  #countFailure(cause: unknown): number {
    if (!(cause instanceof ServiceError)) throw cause;
    if (cause.code === 'OutOfQuota') this.#deps.counters.count('out_of_quota');
    return 1;
  }
}

const NEVER = new AbortController().signal;
const ONE_TEXT = ['a text'];

function estimateCpuMs(records: number): number {
  const per_1000 = MEASURED.cpu_ms_per_1000 + MEASURED.cpu_ms_per_1000_and_byte * TEXT_BYTES;
  const cores = settings.consumer.memory_mb / 1_024 / MEMORY_GB_PER_CORE;
  return ((records / 1_000) * per_1000 * MEASURED.slower_cores) / cores;
}
