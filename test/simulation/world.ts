import { ServiceError } from '../../schemas/index.ts';
import type { Random } from '../support/random.ts';
import type { FaultPlan, RetryPace, Service } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * A process with its own memory, which is either a Lambda environment or a producer. A killed
 * environment runs no more code.
 */
export interface Environment {
  name: string;
  killed: boolean;
  /** Version of the analyzer that was deployed when the environment started. */
  analyzer_version: string;
  /**
   * Difference between the environment's clock and the simulated time, in milliseconds. The
   * difference is positive if the clock is ahead, and negative if the clock is behind.
   */
  skew_ms: number;
}

export interface World {
  random: Random;
  scheduler: Scheduler;
  fault_plan: FaultPlan;
  retry_pace: RetryPace;
  /** Number of occurrences of each kind of fault. */
  faults: Record<string, number>;
  /** Time until a cached verdict expires, in milliseconds. */
  cache_ttl_ms: number;
  /** Quota of the analyzer that all consumers share, in calls per second. */
  calls_per_second: number;
  /** Number of results that the consumer delivers together. */
  lot_size: number;
  /** Returns the version of the analyzer in new environments. The version changes once. */
  analyzerVersion(): string;
  /** Deploys a new version of the analyzer. */
  deployAnalyzer(): void;
  /** Ends all faults. From then on, every call succeeds. */
  endFaults: () => void;
  isFaultFree: () => boolean;
  environment(name: string): Environment;
  /** Returns a function that reads the clock of an environment, in epoch milliseconds. */
  clockOf(environment: Environment): () => number;
  /**
   * Calls a service. First the request takes time, then the effect happens in one step, and then
   * the answer takes time. The request, the effect and the answer may each fail.
   *
   * @throws {ServiceError} if the service refuses the call, or if the answer is lost.
   */
  call<Value>(
    environment: Environment,
    service: Service,
    action: string,
    effect: () => Value | Promise<Value>,
  ): Promise<Value>;
  /** Decides whether one entry of a batch fails although the call succeeds. */
  failsAlone(service: Service): boolean;
}

/** The version of the analyzer before {@link World.deployAnalyzer}. */
export const FIRST_VERSION = '1';

const STARTED_AT = Date.UTC(2026, 10, 23);

export function startedAt(): number {
  return STARTED_AT;
}

export function createWorld(options: {
  random: Random;
  scheduler: Scheduler;
  fault_plan: FaultPlan;
  retry_pace: RetryPace;
}): World {
  const { random, scheduler, fault_plan, retry_pace } = options;
  const faults: Record<string, number> = {};
  let is_fault_free = false;
  let environments = 0;
  let analyzer_version = FIRST_VERSION;
  const strike = (name: string, probability: number) => {
    if (is_fault_free || !random.chance(probability)) return false;
    faults[name] = (faults[name] ?? 0) + 1;
    return true;
  };
  const isInOutage = (service: Service) => {
    const at = scheduler.now() - STARTED_AT;
    const is_in_outage = fault_plan.outages.some(
      (outage) => outage.service === service && outage.from_ms <= at && at < outage.to_ms,
    );
    return is_in_outage && strike(`${service} outage`, 1);
  };
  const travel = (label: string) =>
    scheduler.sleep(
      strike('slow', fault_plan.slow) ? random.between(500, 20_000) : random.between(1, 30),
      label,
    );
  return {
    random,
    scheduler,
    fault_plan,
    retry_pace,
    faults,
    cache_ttl_ms: random.pick([2_000, 30_000, 30 * 86_400_000]),
    calls_per_second: random.pick([50, 50, 10]),
    lot_size: random.pick([3, 20, 100]),
    analyzerVersion: () => analyzer_version,
    deployAnalyzer: () => {
      analyzer_version = '2';
    },
    endFaults: () => {
      is_fault_free = true;
    },
    isFaultFree: () => is_fault_free,
    environment(name) {
      environments += 1;
      const skew_ms = strike('clock skew', fault_plan.skewed)
        ? random.between(-fault_plan.skew_ms, fault_plan.skew_ms)
        : 0;
      return { name: `${name}-${environments}`, killed: false, skew_ms, analyzer_version };
    },
    clockOf: (environment) => () => Math.round(scheduler.now() + environment.skew_ms),
    async call(environment, service, action, effect) {
      if (environment.killed) return never();
      const label = `${environment.name} ${service}.${action}`;
      await travel(label);
      // If the sender is killed while a request is on the way, the request still arrives with a
      // probability of one half.
      if (environment.killed && random.chance(0.5)) return never();
      if (isInOutage(service) || strike(`${service} refused`, fault_plan.refused[service])) {
        const throttled = random.chance(0.3);
        if (environment.killed) return never();
        throw refusal(service, throttled);
      }
      const value = await effect();
      await travel(`${label} answered`);
      if (environment.killed) return never();
      if (strike(`${service} answer lost`, fault_plan.lost[service])) {
        throw new ServiceError(service, 'TimeoutError', { retryable: true });
      }
      return value;
    },
    failsAlone: (service) => strike(`${service} partial`, fault_plan.partial[service]),
  };
}

function refusal(service: Service, throttled: boolean): ServiceError {
  const code = throttled ? 'ThrottlingException' : 'InternalFailure';
  return new ServiceError(service, code, { retryable: true, throttled });
}

/** Returns a promise that never settles, because a killed environment gets no answers. */
function never(): Promise<never> {
  return new Promise(() => {});
}
