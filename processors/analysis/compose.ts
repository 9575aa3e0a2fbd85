import { detectLanguage } from '@aurastream/language-detector';
import { createComprehendAnalyzer } from '../../aws/comprehend/analyzer.ts';
import { createVerdictCache } from '../../aws/dynamodb/verdict-cache.ts';
import type { AnalysisEnvironment } from '../../schemas/index.ts';
import { type Analyse, type AnalysisDeps, createAnalysis } from './analysis.ts';

/**
 * Analysis over Comprehend and the cache table, as the stream's consumer and the API run it.
 *
 * @param options.max_attempts of one call to AWS, the first included; absent: the SDK's default.
 */
export function composeAnalysis(
  environment: AnalysisEnvironment,
  options: { now: () => number; max_attempts?: number } & Pick<AnalysisDeps, 'on_stats'>,
): Analyse {
  const attempts = options.max_attempts === undefined ? {} : { max_attempts: options.max_attempts };
  return createAnalysis({
    analyzer: createComprehendAnalyzer(attempts),
    cache: createVerdictCache({
      ...attempts,
      table_name: environment.CACHE_TABLE,
      ttl_seconds: environment.CACHE_TTL_SECONDS,
      now: options.now,
    }),
    detect_language: detectLanguage,
    default_language: environment.DEFAULT_LANGUAGE,
    memory_entries: environment.CACHE_MEMORY_ENTRIES,
    max_in_flight: environment.COMPREHEND_MAX_IN_FLIGHT,
    ...(options.on_stats === undefined ? {} : { on_stats: options.on_stats }),
  });
}
