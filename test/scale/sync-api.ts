import { LONGEST_WAIT_MS } from '../../api/deadline.ts';
import type { Analyzer } from '../../processors/analysis/ports.ts';
import { ServiceError } from '../../schemas/index.ts';
import type { Random } from '../support/random.ts';
import type { VirtualClock } from './clock.ts';
import type { Counters } from './counters.ts';

/** Time that a request takes besides its call to Comprehend, in milliseconds. */
const OTHER_WORK_MS = 20;
const NEVER = new AbortController().signal;

export interface SyncApiDeps {
  clock: VirtualClock;
  random: Random;
  counters: Counters;
  /** Creates the analyzer of a new execution environment, with its rate limiter. */
  openEnvironment: () => Analyzer;
  /** Requests whose text is in no cache, in all environments together. */
  misses_per_second: number;
}

/**
 * The synchronous API. Requests arrive at random times. As Lambda does, each request takes an
 * execution environment that is free, or a new one if none is.
 */
export class SyncApi {
  readonly #deps: SyncApiDeps;
  readonly #free: Analyzer[] = [];
  /** When each answered request arrived and how long it took, in milliseconds. */
  readonly #answers: { arrived_at: number; ms: number }[] = [];

  constructor(deps: SyncApiDeps) {
    this.#deps = deps;
  }

  async serve(): Promise<never> {
    const { clock, random, misses_per_second } = this.#deps;
    return new Promise((_, reject) => {
      // The sum keeps the mean rate exact, although the clock rounds each time up.
      let arrives_at = clock.now();
      const receive = async (): Promise<never> => {
        for (;;) {
          arrives_at += (-Math.log(1 - random.next()) * 1_000) / misses_per_second;
          await clock.sleep(arrives_at - clock.now());
          this.#answer().catch(reject);
        }
      };
      receive().catch(reject);
    });
  }

  /** Returns the times of the requests that arrived from `from` on, in milliseconds. */
  listTimes(from: number): number[] {
    return this.#answers.filter(({ arrived_at }) => arrived_at >= from).map(({ ms }) => ms);
  }

  async #answer(): Promise<void> {
    const { clock, openEnvironment } = this.#deps;
    const arrived_at = clock.now();
    const environment = this.#free.pop() ?? openEnvironment();
    await clock.sleep(OTHER_WORK_MS);
    if (await this.#call(environment)) {
      this.#answers.push({ arrived_at, ms: clock.now() - arrived_at });
    }
    this.#free.push(environment);
  }

  async #call(environment: Analyzer): Promise<boolean> {
    const { clock, counters } = this.#deps;
    try {
      const deadline = { at: clock.now() + LONGEST_WAIT_MS, signal: NEVER };
      await environment.detectSentiment(['a text'], 'en', deadline);
      return true;
    } catch (cause) {
      if (!(cause instanceof ServiceError)) throw cause;
      if (cause.code === 'OutOfQuota') counters.count('out_of_quota');
      return false;
    }
  }
}
