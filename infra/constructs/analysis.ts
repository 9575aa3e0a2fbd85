import type { Settings } from '../settings.ts';
import type { Tables } from './tables.ts';

/** What languages are told by, beside the bundle of whatever analyses. */
export const ANALYSIS_ASSETS = { '.': ['packages/language-detector/src/languages.bin'] };

/** What analysis reads from the environment, wherever it runs. */
export function analysisEnvironment(settings: Settings, tables: Tables): Record<string, string> {
  return {
    CACHE_TABLE: tables.cache.tableName,
    CACHE_TTL_SECONDS: String(settings.analysis.cache_ttl_seconds),
    CACHE_MEMORY_ENTRIES: String(settings.analysis.cache_memory_entries),
    COMPREHEND_MAX_IN_FLIGHT: String(settings.analysis.max_in_flight),
    DEFAULT_LANGUAGE: settings.analysis.default_language,
  };
}

/** What analysis may do. Comprehend's detection has no resources to name. */
export function analysisGrants(tables: Tables) {
  return [
    {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'],
      resources: [tables.cache.tableArn],
    },
    { actions: ['comprehend:BatchDetectSentiment'], resources: ['*'] },
  ];
}
