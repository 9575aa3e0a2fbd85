import { createEntityService } from '../../aws/comprehend/entities.ts';
import { choosePart } from '../../aws/dynamodb/quota/part.ts';
import type { AnalysisEnvironment, Traffic } from '../../schemas/index.ts';
import { type CircuitBreakerStats, createBreaker } from '../analysis/circuit-breaker.ts';
import { composeBudget, composeRateLimiter, SYNC_CALLS_PER_ITEM } from '../analysis/compose.ts';
import type { RateLimiterStats } from '../analysis/rate-limiter.ts';
import { chargeSearches } from '../privacy/charge-searches.ts';
import { chooseByLanguage, combineDetectors } from '../privacy/combine-detectors.ts';
import { createComprehendDetector } from '../privacy/comprehend-detector.ts';
import type { EntityService, PersonalDataDetector } from '../privacy/ports.ts';
import { rememberSearches } from '../privacy/remember.ts';

/** Counts of the calls to DetectPiiEntities since the process started. */
export interface EngineStats extends RateLimiterStats {
  /** Units that Comprehend bills. */
  units: number;
  breaker: CircuitBreakerStats;
}

/** The detector of personal data that the setting `privacy.engine` selects. */
export interface Engine {
  detector: PersonalDataDetector;
  /** Undefined if the engine calls no service. */
  stats: (() => EngineStats) | undefined;
}

export interface EngineDeps {
  /** The detectors that run in this process. */
  local: PersonalDataDetector;
  /** With `bulk`, calls for live records and for the API get their slots first. */
  traffic: Traffic;
  /** Returns the current time, in epoch milliseconds. */
  now: () => number;
}

type EngineEnvironment = Pick<
  AnalysisEnvironment,
  | 'PRIVACY'
  | 'QUOTA_TABLE'
  | 'BUDGETS'
  | 'PRIVACY_CALLS_PER_SECOND'
  | 'PRIVACY_FALLBACK_CALLS_PER_SECOND'
>;

/**
 * Creates the engine. `comprehend` and `both` call DetectPiiEntities for the languages that Comprehend
 * supports, and the local detectors for the others. The consumers and the API share one entry of the
 * quota ledger, because AWS counts all of their calls together.
 */
export function composeEngine(environment: EngineEnvironment, deps: EngineDeps): Engine {
  const { engine } = environment.PRIVACY;
  const { local } = deps;
  if (engine === 'local') return { detector: local, stats: undefined };
  const { service, stats } = composeService(environment, deps);
  const remote = rememberSearches(createComprehendDetector(service));
  const detector =
    engine === 'both' ? combineDetectors([local, remote]) : chooseByLanguage([remote, local]);
  return { detector, stats };
}

/** Creates the service with budget, circuit breaker and rate limiter. */
function composeService(
  environment: EngineEnvironment,
  { traffic, now }: EngineDeps,
): { service: EntityService; stats: () => EngineStats } {
  const {
    PRIVACY_CALLS_PER_SECOND: calls_per_second,
    PRIVACY_FALLBACK_CALLS_PER_SECOND: fallback_calls_per_second,
  } = environment;
  if (calls_per_second === undefined || fallback_calls_per_second === undefined) {
    throw new Error('The engine needs PRIVACY_CALLS_PER_SECOND and its fallback');
  }
  const limiter = composeRateLimiter({
    table_name: environment.QUOTA_TABLE,
    part: choosePart({
      quota: 'comprehend-pii',
      calls_per_second,
      calls_per_item: SYNC_CALLS_PER_ITEM,
    }),
    fallback_calls_per_second,
    traffic,
    now,
  });
  const breaker = createBreaker({ now });
  const budget = composeBudget(environment, { now });
  // Each attempt takes a slot of the rate limiter, so the SDK makes one.
  const comprehend = createEntityService({ max_attempts: 1 });
  const limited: EntityService = {
    max_bytes: comprehend.max_bytes,
    detectEntities(text, language_code, context) {
      const call = { service: 'comprehend', deadline: context?.deadline };
      const make = () => comprehend.detectEntities(text, language_code);
      return breaker.call({ ...call, make: () => limiter.call({ ...call, make }) });
    },
  };
  let units = 0;
  const service = chargeSearches(limited, {
    budget,
    onBilled: (billed) => {
      units += billed;
    },
  });
  const stats = (): EngineStats => {
    const of_limiter = limiter.stats();
    const ledger_errors = of_limiter.ledger_errors + (budget?.ledgerErrors() ?? 0);
    return { ...of_limiter, ledger_errors, units, breaker: breaker.stats() };
  };
  return { service, stats };
}
