import type { AnalyzerName } from '../../schemas/index.ts';
import type { Settings } from '../settings.ts';
import type { HandlerProps } from './handler.ts';
import type { Tables } from './tables.ts';

/**
 * Files that a Lambda function needs next to its bundle to analyse texts. The only file contains
 * the table with which the language detector recognises languages.
 */
export const ANALYSIS_ASSETS = { '.': ['packages/language-detector/src/languages.bin'] };

/** Returns the environment variables that the consumer and the API need to analyse texts. */
export function analysisEnvironment(settings: Settings, tables: Tables): Record<string, string> {
  return {
    CACHE_TABLE: tables.cache.tableName,
    CACHE_TTL_SECONDS: String(settings.analysis.cache_ttl_seconds),
    CACHE_MEMORY_ENTRIES: String(settings.analysis.cache_memory_entries),
    ANALYZER: settings.analysis.analyzer,
    ANALYZER_MAX_IN_FLIGHT: String(settings.analysis.max_in_flight),
    DEFAULT_LANGUAGE: settings.analysis.default_language,
  };
}

/** IAM permissions that each analyzer needs. */
const ANALYZER_GRANTS: Record<AnalyzerName, HandlerProps['grants']> = {
  // The resource is `*`, because Comprehend's detection actions have no resource-level permissions.
  comprehend: [{ actions: ['comprehend:BatchDetectSentiment'], resources: ['*'] }],
};

/** Returns the IAM permissions for the cache table and the analyzer. */
export function analysisGrants(settings: Settings, tables: Tables): HandlerProps['grants'] {
  return [
    {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'],
      resources: [tables.cache.tableArn],
    },
    ...ANALYZER_GRANTS[settings.analysis.analyzer],
  ];
}
