import {
  type AnalyzerName,
  type AnalyzerUse,
  budgetLimitsSchema,
  privacySchema,
  type Traffic,
} from '../../schemas/index.ts';
import type { Settings } from '../settings.ts';
import type { HandlerProps } from './handler.ts';
import type { Tables } from './tables.ts';

/**
 * Files that a Lambda function needs next to its bundle to analyse texts. The only file contains
 * the table with which the language detector recognises languages.
 */
export const ANALYSIS_ASSETS = { '.': ['packages/language-detector/src/languages.bin'] };

/**
 * Returns the environment variables that the consumer and the API need to analyse texts, except the
 * rates of their calls.
 */
export function analysisEnvironment(settings: Settings, tables: Tables): Record<string, string> {
  return {
    CACHE_TABLE: tables.cache.tableName,
    CACHE_TTL_SECONDS: String(settings.analysis.cache_ttl_seconds),
    CACHE_MEMORY_ENTRIES: String(settings.analysis.cache_memory_entries),
    ANALYZER: settings.analysis.analyzer,
    ANALYZER_MAX_IN_FLIGHT: String(settings.analysis.max_in_flight),
    DEFAULT_LANGUAGE: settings.analysis.default_language,
    NEUTRAL_IDS: String(settings.analysis.neutral_ids),
    PRIVACY: JSON.stringify(privacySchema.parse(settings.privacy)),
    ...budgetEnvironment(settings, tables),
  };
}

/** Returns true if a service searches texts for personal data. */
function callsEngine({ privacy }: Settings): boolean {
  return privacy.engine !== 'local';
}

/** Returns the rate at which a service searches texts. There is none if no service does. */
export function searchRate(settings: Settings): { PRIVACY_CALLS_PER_SECOND?: string } {
  if (!callsEngine(settings)) return {};
  return { PRIVACY_CALLS_PER_SECOND: String(settings.privacy_quota.used_calls_per_second) };
}

/** Returns the rates of a function whose texts a service searches. */
export function searchEnvironment(
  settings: Settings,
  use: Traffic | 'api',
): Record<string, string> {
  if (!callsEngine(settings)) return {};
  const { fallback_calls_per_second } = settings.privacy_quota;
  return {
    ...searchRate(settings),
    PRIVACY_FALLBACK_CALLS_PER_SECOND: String(fallback_calls_per_second[use]),
  };
}

/** Returns the environment variables with which a function reads and uses budgets. */
export function budgetEnvironment(
  { budgets }: Settings,
  tables: Tables,
): Record<'QUOTA_TABLE' | 'BUDGETS', string> {
  const by_tenant = Object.entries(budgets.units_by_tenant);
  const limits = budgetLimitsSchema.parse({
    per_tenant: budgets.units_per_tenant,
    by_tenant: Object.fromEntries(by_tenant.map(([tenant, units]) => [tenant, units ?? null])),
    deployment: budgets.units_per_deployment,
  });
  return { QUOTA_TABLE: tables.quota.tableName, BUDGETS: JSON.stringify(limits) };
}

/** IAM permissions that each use of an analyzer needs. */
const ANALYZER_GRANTS: Record<AnalyzerName, Record<AnalyzerUse, HandlerProps['grants']>> = {
  // The resource is `*`, because Comprehend's detection actions have no resource-level permissions.
  comprehend: {
    stream: [{ actions: ['comprehend:BatchDetectSentiment'], resources: ['*'] }],
    sync: [{ actions: ['comprehend:DetectSentiment'], resources: ['*'] }],
  },
};

/** Returns the IAM permissions for the cache table, the quotas, the budgets and the analyzer. */
export function analysisGrants(
  settings: Settings,
  tables: Tables,
  use: AnalyzerUse,
): HandlerProps['grants'] {
  return [
    {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'],
      resources: [tables.cache.tableArn],
    },
    {
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      resources: [tables.quota.tableArn],
    },
    ...ANALYZER_GRANTS[settings.analysis.analyzer][use],
    ...(callsEngine(settings)
      ? [{ actions: ['comprehend:DetectPiiEntities'], resources: ['*'] }]
      : []),
  ];
}
