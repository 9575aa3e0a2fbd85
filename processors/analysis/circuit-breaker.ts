import { ServiceError } from '../../schemas/index.ts';
import { decorateAnalyzer } from './decorate.ts';
import type { Analyzer } from './ports.ts';

/** After this number of consecutive failures, the analyzer is treated as unavailable. */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface CircuitBreakerStats {
  /**
   * True while the circuit is open. Every call then fails immediately, except one probe at a time.
   */
  open: boolean;
  /** Number of times that the circuit has opened since the process started. */
  opened: number;
  /** Number of calls that the open circuit has blocked since the process started. */
  spared: number;
}

/**
 * Adds a circuit breaker to an analyzer. The circuit breaker stops paid calls while the analyzer is
 * unavailable. After five consecutive failures the circuit opens, and calls fail immediately with
 * `CircuitOpen`. After a pause, one call is sent as a probe. If the probe succeeds, the circuit
 * closes. If the probe fails, the pause doubles, up to 30 seconds. A throttled call does not count
 * as a failure, because the rate limiter handles throttling.
 * Source: M. Nygard, "Release It!", 2007, circuit breaker.
 */
export function createCircuitBreaker(
  analyzer: Analyzer,
  { now }: { /** Returns the current time, in epoch milliseconds. */ now: () => number },
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

/** The state of the circuit, which is closed, open, or open with a probe in flight. */
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

  /**
   * Returns true if a call may be made now. If the circuit is open, the allowed call is the probe.
   */
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
      // While the circuit is open, count only a failed probe. All other failures come from calls
      // that were already in flight when the circuit opened.
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

/**
 * Returns true if an error shows that the analyzer is unavailable. A refused request, a throttled
 * call, and a call that got no slot say nothing about the availability of the analyzer.
 */
function isOutage(cause: unknown): boolean {
  return cause instanceof ServiceError && cause.retryable && !cause.throttled;
}
