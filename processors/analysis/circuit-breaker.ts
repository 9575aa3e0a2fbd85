import { ServiceError } from '../../schemas/index.ts';
import { decorateAnalyzer } from './decorate.ts';
import type { Analyzer } from './ports.ts';

/** Failures in a row after which the analyzer counts as down. */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface CircuitBreakerStats {
  /** While true, every call fails immediately, except one probe at a time. */
  open: boolean;
  /** How often the circuit opened since the process started. */
  opened: number;
  /** Calls that failed immediately because the circuit was open. */
  spared: number;
}

/**
 * Stops paying for calls to an analyzer that is down. After five failures in a row, calls fail immediately with
 * `CircuitOpen`. After a pause, one probe is let through: success closes the circuit, failure doubles the pause, up to
 * 30 seconds. A throttle does not count as a failure: the rate limiter handles it.
 * Source: M. Nygard, "Release It!", 2007, circuit breaker.
 */
export function createCircuitBreaker(
  analyzer: Analyzer,
  { now }: { /** Epoch milliseconds. */ now: () => number },
): { analyzer: Analyzer; stats: () => CircuitBreakerStats } {
  const circuit = new Circuit(now);
  return {
    analyzer: decorateAnalyzer(analyzer, async (...call) => {
      const is_probe = circuit.is_open;
      if (!circuit.admit()) {
        throw new ServiceError(analyzer.name, 'CircuitOpen', { retryable: true });
      }
      try {
        const outcomes = await analyzer.detectSentiment(...call);
        circuit.close();
        return outcomes;
      } catch (cause) {
        if (isOutage(cause)) circuit.countFailure(is_probe);
        throw cause;
      } finally {
        if (is_probe) circuit.endProbe();
      }
    }),
    stats: () => circuit.stats(),
  };
}

/** The state of the circuit: closed, open, or open with a probe in flight. */
class Circuit {
  readonly #now: () => number;
  #failures = 0;
  #is_open = false;
  #is_probing = false;
  #probe_at = 0;
  #pause_ms = FIRST_PAUSE_MS;
  #opened = 0;
  #spared = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get is_open(): boolean {
    return this.#is_open;
  }

  /** Whether a call may be made now. In an open circuit, that call is the probe. */
  admit(): boolean {
    if (!this.#is_open) return true;
    if (this.#is_probing || this.#now() < this.#probe_at) {
      this.#spared += 1;
      return false;
    }
    this.#is_probing = true;
    return true;
  }

  close(): void {
    this.#failures = 0;
    this.#is_open = false;
  }

  endProbe(): void {
    this.#is_probing = false;
  }

  countFailure(is_probe: boolean): void {
    this.#failures += 1;
    if (this.#is_open) {
      // Ignore the results of calls that were already in flight when the circuit opened.
      if (is_probe) this.#open(Math.min(LONGEST_PAUSE_MS, this.#pause_ms * 2));
    } else if (this.#failures >= FAILURES_TO_OPEN) {
      this.#opened += 1;
      this.#open(FIRST_PAUSE_MS);
    }
  }

  stats(): CircuitBreakerStats {
    return { open: this.#is_open, opened: this.#opened, spared: this.#spared };
  }

  #open(pause_ms: number): void {
    this.#is_open = true;
    this.#pause_ms = pause_ms;
    this.#probe_at = this.#now() + pause_ms;
  }
}

/** A refused request, a throttle and a missed slot say nothing about the health of the analyzer. */
function isOutage(cause: unknown): boolean {
  return cause instanceof ServiceError && cause.retryable && !cause.throttled;
}
