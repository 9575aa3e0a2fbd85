import { ServiceError } from '../../schemas/index.ts';
import type { Random } from '../support/random.ts';
import type { Service, Weather } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

/** A running program with its memory: a Lambda environment, or a producer. What is killed does nothing any more. */
export interface Environment {
  name: string;
  killed: boolean;
  /** How wrong its clock is, in ms. */
  skew_ms: number;
}

export interface World {
  random: Random;
  scheduler: Scheduler;
  weather: Weather;
  /** How many of each fault have struck. */
  faults: Record<string, number>;
  /** Ends the faults: from then on every service does its part. */
  calm: () => void;
  isCalm: () => boolean;
  environment(name: string): Environment;
  /** The time as an environment's clock has it. */
  clockOf(environment: Environment): () => number;
  /**
   * A call to a service: it travels, takes effect at one moment, and its answer travels back, or any of these fails.
   *
   * @throws {ServiceError}
   */
  call<Value>(
    environment: Environment,
    service: Service,
    action: string,
    effect: () => Value | Promise<Value>,
  ): Promise<Value>;
  /** Whether one entry of a batch fails by itself. */
  failsAlone(service: Service): boolean;
}

const STARTED_AT = Date.UTC(2026, 10, 23);

export function startedAt(): number {
  return STARTED_AT;
}

export function createWorld(options: {
  random: Random;
  scheduler: Scheduler;
  weather: Weather;
}): World {
  const { random, scheduler, weather } = options;
  const faults: Record<string, number> = {};
  let is_calm = false;
  let environments = 0;
  const strike = (name: string, probability: number) => {
    if (is_calm || !random.chance(probability)) return false;
    faults[name] = (faults[name] ?? 0) + 1;
    return true;
  };
  const isAway = (service: Service) => {
    const at = scheduler.now() - STARTED_AT;
    const away = weather.outages.some(
      (outage) => outage.service === service && outage.from_ms <= at && at < outage.to_ms,
    );
    return away && strike(`${service} away`, 1);
  };
  const travel = (label: string) =>
    scheduler.sleep(
      strike('slow', weather.slow) ? random.between(500, 20_000) : random.between(1, 30),
      label,
    );
  return {
    random,
    scheduler,
    weather,
    faults,
    calm: () => {
      is_calm = true;
    },
    isCalm: () => is_calm,
    environment(name) {
      environments += 1;
      const skew_ms = strike('clock skew', weather.skewed)
        ? random.between(-weather.skew_ms, weather.skew_ms)
        : 0;
      return { name: `${name}-${environments}`, killed: false, skew_ms };
    },
    clockOf: (environment) => () => Math.round(scheduler.now() + environment.skew_ms),
    async call(environment, service, action, effect) {
      if (environment.killed) return never();
      const label = `${environment.name} ${service}.${action}`;
      await travel(label);
      // A request that left before its sender died may or may not have arrived.
      if (environment.killed && random.chance(0.5)) return never();
      if (isAway(service) || strike(`${service} refused`, weather.refused[service])) {
        const throttled = random.chance(0.3);
        if (environment.killed) return never();
        throw refusal(service, throttled);
      }
      const value = await effect();
      await travel(`${label} answered`);
      if (environment.killed) return never();
      if (strike(`${service} answer lost`, weather.lost[service])) {
        throw new ServiceError(service, 'TimeoutError', { retryable: true });
      }
      return value;
    },
    failsAlone: (service) => strike(`${service} partial`, weather.partial[service]),
  };
}

function refusal(service: Service, throttled: boolean): ServiceError {
  const code = throttled ? 'ThrottlingException' : 'InternalFailure';
  return new ServiceError(service, code, { retryable: true, throttled });
}

/** What waits for an answer in a program that is gone. */
function never(): Promise<never> {
  return new Promise(() => {});
}
