import { detectLanguage } from '@aurastream/language-detector';
import { createComprehendAnalyzer } from '../../aws/comprehend/analyzer.ts';
import { createSingleComprehendAnalyzer } from '../../aws/comprehend/single-analyzer.ts';
import { createBudgetLedger } from '../../aws/dynamodb/budget-ledger.ts';
import { createQuotaLedger } from '../../aws/dynamodb/quota/ledger.ts';
import { choosePart, type QuotaPart } from '../../aws/dynamodb/quota/part.ts';
import { createVerdictCache } from '../../aws/dynamodb/verdict-cache.ts';
import { createBudget } from '../../budgets/budget.ts';
import {
  ANALYZERS,
  type AnalysisEnvironment,
  type AnalyzerName,
  type AnalyzerUse,
  hasLimits,
  type Traffic,
} from '../../schemas/index.ts';
import { createLanguageResolver, type LanguageDetector } from '../language.ts';
import { type Analyse, createAnalysis } from './analysis.ts';
import { canonicalise } from './canonicalise.ts';
import { normalise } from './normalise.ts';
import type { Analyzer } from './ports.ts';
import { createRateLimiter, limitCalls, type RateLimiter } from './rate-limiter.ts';

/** Functions that create the adapters of an analyzer, by the name of the analyzer. */
const ADAPTERS: Record<
  AnalyzerName,
  Record<AnalyzerUse, (options: { max_attempts: number }) => Analyzer>
> = {
  comprehend: { stream: createComprehendAnalyzer, sync: createSingleComprehendAnalyzer },
};

/**
 * Creates the analyzer that the setting `analysis.analyzer` selects. The SDK makes one attempt of
 * each call, because each attempt must take a separate slot of the rate limiter.
 */
export function createAnalyzer(
  { ANALYZER }: Pick<AnalysisEnvironment, 'ANALYZER'>,
  use: AnalyzerUse,
): Analyzer {
  return ADAPTERS[ANALYZER][use]({ max_attempts: 1 });
}

/**
 * Largest rate of one item of the ledger for synchronous calls, in calls per second. An execution
 * environment of the API takes one slot with each write, because it serves one request at a time.
 * DynamoDB takes 1,000 writes per second of one item, and some of them fail and are repeated.
 */
export const SYNC_CALLS_PER_ITEM = 300;

/** Environment variables of a function that calls the analyzer within the shared quota. */
type QuotaEnvironment = Pick<
  AnalysisEnvironment,
  'ANALYZER' | 'ANALYZER_CALLS_PER_SECOND' | 'ANALYZER_FALLBACK_CALLS_PER_SECOND' | 'QUOTA_TABLE'
>;

/**
 * Limits the rate of an analyzer's calls, so that all execution environments of the same use stay
 * within their quota together. The ledger has an entry of its own for each use.
 *
 * @param options.traffic with `bulk`, live calls get their slots first. The default is `live`.
 */
export function shareQuota(
  analyzer: Analyzer,
  environment: QuotaEnvironment,
  { use, traffic = 'live', now }: { use: AnalyzerUse; traffic?: Traffic; now: () => number },
): ReturnType<typeof limitCalls> {
  const limiter = composeRateLimiter({
    table_name: environment.QUOTA_TABLE,
    part: chooseEntry(environment, use),
    fallback_calls_per_second: environment.ANALYZER_FALLBACK_CALLS_PER_SECOND,
    traffic,
    now,
  });
  return limitCalls(analyzer, limiter);
}

/** Creates the rate limiter of a part of a quota, with the ledger that all processes share. */
export function composeRateLimiter({
  table_name,
  part,
  fallback_calls_per_second,
  traffic,
  now,
}: {
  table_name: string;
  part: QuotaPart;
  /** Rate of this process while the ledger is unavailable. */
  fallback_calls_per_second: number;
  traffic: Traffic;
  now: () => number;
}): RateLimiter {
  return createRateLimiter({
    ledger: createQuotaLedger({ table_name, ...part, traffic, now }),
    quota_calls_per_second: part.calls_per_second,
    // The bulk ledger limits its lots by time. A larger lot needs fewer writes.
    ...(traffic === 'bulk' ? { largestLot: () => Number.POSITIVE_INFINITY } : {}),
    fallback_calls_per_second,
    now,
  });
}

function chooseEntry(
  { ANALYZER: name, ANALYZER_CALLS_PER_SECOND: calls_per_second }: QuotaEnvironment,
  use: AnalyzerUse,
) {
  if (use === 'stream') return choosePart({ quota: name, calls_per_second });
  return choosePart({
    quota: `${name}-sync`,
    calls_per_second,
    calls_per_item: SYNC_CALLS_PER_ITEM,
  });
}

/**
 * Creates the analysis with the cache table, for the consumer and for the API.
 *
 * @param options.analyzer an analyzer with a rate limiter.
 * @param options.max_attempts maximum number of attempts of one call to the cache table, including
 * the first attempt. If the option is undefined, the SDK uses its own default.
 */
export function composeAnalysis(
  environment: AnalysisEnvironment,
  options: { analyzer: Analyzer; now: () => number; max_attempts?: number },
): Analyse {
  const { analyzer, now, max_attempts } = options;
  const cache = createVerdictCache({
    ...(max_attempts === undefined ? {} : { max_attempts }),
    table_name: environment.CACHE_TABLE,
    ttl_seconds: environment.CACHE_TTL_SECONDS,
    now,
  });
  return createAnalysis({
    analyzer,
    cache,
    budget: composeBudget(environment, options),
    ...chooseLanguages(environment),
    neutral_ids: environment.NEUTRAL_IDS,
    memory_entries: environment.CACHE_MEMORY_ENTRIES,
    max_in_flight: environment.ANALYZER_MAX_IN_FLIGHT,
  });
}

/** Returns how the language of a text is detected, and the language of texts that are too short. */
function chooseLanguages({
  ANALYZER,
  DEFAULT_LANGUAGE: default_language,
}: Pick<AnalysisEnvironment, 'ANALYZER' | 'DEFAULT_LANGUAGE'>) {
  const { languages } = ANALYZERS[ANALYZER];
  const detect_language: LanguageDetector = (text) => detectLanguage(text, languages);
  return { detect_language, default_language };
}

/**
 * Creates the function that resolves the language of a text as it came, in the same form as the analysis
 * does, so that the digits of a hash do not decide the language.
 */
export function composeLanguageResolver(
  environment: Pick<AnalysisEnvironment, 'ANALYZER' | 'DEFAULT_LANGUAGE' | 'NEUTRAL_IDS'>,
): ReturnType<typeof createLanguageResolver> {
  const resolveLanguage = createLanguageResolver(chooseLanguages(environment));
  const prepareText = environment.NEUTRAL_IDS ? canonicalise : normalise;
  return (given, text) => resolveLanguage(given, prepareText(text));
}

/** Creates the budget, unless the settings limit no tenant and not the deployment. */
export function composeBudget(
  {
    BUDGETS: limits,
    QUOTA_TABLE: table_name,
  }: Pick<AnalysisEnvironment, 'BUDGETS' | 'QUOTA_TABLE'>,
  { now, max_attempts }: { now: () => number; max_attempts?: number },
) {
  if (!hasLimits(limits)) return undefined;
  const attempts = max_attempts === undefined ? {} : { max_attempts };
  return createBudget({ ledger: createBudgetLedger({ ...attempts, table_name }), limits, now });
}
