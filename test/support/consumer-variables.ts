import { DEFAULT_PRIVACY } from '../fakes/privacy.ts';

/** Environment variables of the consumer's function. */
export const CONSUMER_VARIABLES: Record<string, string> = {
  CACHE_TABLE: 'the-cache',
  TRAFFIC: 'live',
  CACHE_TTL_SECONDS: '1111',
  CACHE_MEMORY_ENTRIES: '100',
  ANALYZER: 'comprehend',
  ANALYZER_MAX_IN_FLIGHT: '2',
  DEFAULT_LANGUAGE: 'fr',
  NEUTRAL_IDS: 'true',
  ANALYZER_CALLS_PER_SECOND: '40',
  ANALYZER_FALLBACK_CALLS_PER_SECOND: '4',
  QUOTA_TABLE: 'the-quota',
  BUDGETS: '{}',
  RESULTS_TABLE: 'the-results',
  RESULTS_TTL_SECONDS: '7777',
  RETENTION: '{"by_source":{"default/short":2}}',
  DELIVERY_STREAM: 'the-lake',
  SET_ASIDE_BUCKET: 'the-set-asides',
  RESTORE_KEY_ARN: 'arn:the-restore-key',
  PRIVACY: JSON.stringify(DEFAULT_PRIVACY),
  UNWRAP: '',
  ENVIRONMENT: 'staging',
  JOBS_TABLE: 'the-jobs',
  INPUT_BUCKET: 'the-inputs',
  CALLBACK_QUEUE_URL: 'https://sqs.example/callbacks',
};
