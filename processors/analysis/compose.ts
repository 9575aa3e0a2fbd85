import { detectLanguage } from '@aurastream/language-detector';
import { createComprehendAnalyzer } from '../../aws/comprehend/analyzer.ts';
import { createVerdictCache } from '../../aws/dynamodb/verdict-cache.ts';
import { ANALYZERS, type AnalysisEnvironment, type AnalyzerName } from '../../schemas/index.ts';
import { type Analyse, createAnalysis } from './analysis.ts';
import type { Analyzer } from './ports.ts';

/** Functions that create the adapter of an analyzer, by the name of the analyzer. */
const ADAPTERS: Record<AnalyzerName, (options: { max_attempts: number }) => Analyzer> = {
  comprehend: createComprehendAnalyzer,
};

/**
 * Creates the analyzer that the setting `analysis.analyzer` selects. The consumer and the API both
 * use this function.
 *
 * @param options.max_attempts maximum number of attempts of one call to the analyzer, including the
 * first attempt.
 */
export function createAnalyzer(
  environment: Pick<AnalysisEnvironment, 'ANALYZER'>,
  options: { max_attempts: number },
): Analyzer {
  return ADAPTERS[environment.ANALYZER](options);
}

/**
 * Creates the analysis with the cache table, for the consumer and for the API. The consumer passes
 * an analyzer with a rate limiter and a circuit breaker. The API passes an analyzer without a rate
 * limiter and without a circuit breaker.
 *
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
  const languages = ANALYZERS[environment.ANALYZER].languages;
  return createAnalysis({
    analyzer,
    cache,
    detect_language: (text) => detectLanguage(text, languages),
    default_language: environment.DEFAULT_LANGUAGE,
    memory_entries: environment.CACHE_MEMORY_ENTRIES,
    max_in_flight: environment.ANALYZER_MAX_IN_FLIGHT,
  });
}
