import { ServiceError } from '../../schemas/index.ts';
import type { Deadline } from '../deadline.ts';
import { decorateAnalyzer } from './decorate.ts';
import type { Analyzer } from './ports.ts';

/** After this number of consecutive failures, the analyzer is treated as unavailable. */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface CircuitBreakerStats {
  /**
   * True while the circuit is open. Only one probe at a time may then call the analyzer.
   */
  open: boolean;
  /** Number of times that the circuit has opened since the process started. */
  opened: number;
  /** Number of calls that the open circuit has made fail since the process started. */
  spared: number;
}

/** A call that the circuit breaker may hold back. */
interface GuardedCall<Value> {
  /** Name of the service for errors. */
  service: string;
  /** If the deadline is undefined, a call does not wait for an open circuit. */
  deadline: Deadline | undefined;
  make: () => Promise<Value>;
}

/** Stops calls while a service is unavailable. */
export interface CircuitBreaker {
  /** @throws {ServiceError} if the call fails, or if the circuit is open. */
  call<Value>(call: GuardedCall<Value>): Promise<Value>;
  stats(): CircuitBreakerStats;
}

/** Adds a circuit breaker to an analyzer. See {@link createBreaker}. */
export function createCircuitBreaker(
  analyzer: Analyzer,
  deps: Parameters<typeof createBreaker>[0],
): { analyzer: Analyzer; stats: () => CircuitBreakerStats } {
  const breaker = createBreaker(deps);
  const guarded = decorateAnalyzer(analyzer, (...call) =>
    breaker.call({
      service: analyzer.name,
      deadline: call[2],
      make: () => analyzer.detectSentiment(...call),
    }),
  );
  return { analyzer: guarded, stats: () => breaker.stats() };
}

/**
 * Creates a circuit breaker for the calls to one service. The circuit breaker stops paid calls while
 * the service is unavailable. After five consecutive failures the circuit opens. After a pause, one
 * call is sent as a probe. If the probe succeeds, the circuit closes. If the probe fails, the pause
 * doubles, up to 30 seconds. A throttled call does not count as a failure, because the rate limiter
 * handles throttling.
 *
 * While the circuit is open, a call waits for the next probe, if the probe is possible before the
 * deadline of the call. Otherwise the call fails immediately with `CircuitOpen`. If calls did not
 * wait, Lambda would deliver the batch again at once, and each delivery would fail within
 * milliseconds.
 * Source: M. Nygard, "Release It!", 2007, circuit breaker.
 */
export function createBreaker({
  now,
}: {
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}): CircuitBreaker {
  const circuit = new Circuit(now);
  return {
    async call(call) {
      for (;;) {
        const attempt = await tryCall(circuit, call);
        if ('value' in attempt) return attempt.value;
        const { deadline } = call;
        if (deadline === undefined || !(await circuit.waitForChange(deadline))) {
          if (attempt.error.code === CIRCUIT_OPEN) circuit.countSpared();
          throw attempt.error;
        }
      }
    },
    stats: () => circuit.stats(),
  };
}

const CIRCUIT_OPEN = 'CircuitOpen';

/**
 * Makes a call if the circuit allows it. Returns the error if the circuit is open or the call was a
 * probe that failed. Throws any other error of the call.
 */
async function tryCall<Value>(
  circuit: Circuit,
  { service, make }: GuardedCall<Value>,
): Promise<{ value: Value } | { error: ServiceError }> {
  const is_probe = circuit.is_open;
  if (!circuit.admit()) {
    return { error: new ServiceError(service, CIRCUIT_OPEN, { retryable: true }) };
  }
  try {
    const value = await make();
    circuit.close();
    return { value };
  } catch (cause) {
    if (!isOutage(cause)) throw cause;
    circuit.countFailure(is_probe);
    if (!is_probe) throw cause;
    return { error: cause };
  } finally {
    if (is_probe) circuit.endProbe();
  }
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
  /** The ends of the waits of all calls that wait for a change of the circuit. */
  readonly #waits = new Set<() => void>();

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
    if (this.#is_probing || this.#now() < this.#probe_at) return false;
    this.#is_probing = true;
    return true;
  }

  close(): void {
    this.#failures = 0;
    this.#is_open = false;
  }

  endProbe(): void {
    this.#is_probing = false;
    for (const end of [...this.#waits]) end();
  }

  countSpared(): void {
    this.#spared += 1;
  }

  /**
   * Waits until the time of the next probe. If a probe is in flight, waits until the probe ends, but
   * at most 30 seconds.
   * Returns false if the deadline passes first. If the next probe is after the deadline, returns
   * false immediately.
   */
  async waitForChange({ at, signal }: Deadline): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#is_open && !this.#is_probing && this.#probe_at >= at) return false;
    const until = this.#is_probing ? at : this.#probe_at;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#waits.delete(end);
        resolve();
      };
      const wait_ms = Math.min(LONGEST_PAUSE_MS, until - this.#now());
      const timer = setTimeout(end, Math.max(0, wait_ms));
      signal.addEventListener('abort', end);
      this.#waits.add(end);
    });
    return !signal.aborted && this.#now() < at;
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
function isOutage(cause: unknown): cause is ServiceError {
  return cause instanceof ServiceError && cause.retryable && !cause.throttled;
}
