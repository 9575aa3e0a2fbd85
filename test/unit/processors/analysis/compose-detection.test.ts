import { detectLanguage } from '@aurastream/language-detector';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it, vi } from 'vitest';
import { analyseAll } from '../../../../processors/analysis/analyse-all.ts';
import { composeAnalysis, createAnalyzer } from '../../../../processors/analysis/compose.ts';
import { ANALYZERS, privacySchema } from '../../../../schemas/index.ts';
import { DEFAULT_PRIVACY } from '../../../fakes/privacy.ts';

vi.mock('@aurastream/language-detector', () => ({ detectLanguage: vi.fn(() => 'tlh') }));

it('language detection favours the languages of the analyzer, and gets the normalised text', async () => {
  mockClient(DynamoDBClient).on(BatchGetItemCommand).resolves({});
  const analyse = composeAnalysis(
    {
      QUOTA_TABLE: 'the-quotas',
      BUDGETS: { by_tenant: {} },
      CACHE_TABLE: 'the-cache',
      CACHE_TTL_SECONDS: 60,
      CACHE_MEMORY_ENTRIES: 100,
      ANALYZER: 'comprehend',
      ANALYZER_MAX_IN_FLIGHT: 2,
      ANALYZER_CALLS_PER_SECOND: 10,
      ANALYZER_FALLBACK_CALLS_PER_SECOND: 1,
      DEFAULT_LANGUAGE: 'en',
      NEUTRAL_IDS: true,
      PRIVACY: privacySchema.parse(DEFAULT_PRIVACY),
    },
    { analyzer: createAnalyzer({ ANALYZER: 'comprehend' }, 'stream'), now: Date.now },
  );
  expect(
    await analyseAll(analyse, [{ tenant: 'acme', text: ' nuqneH  Qap ', language: 'auto' }]),
  ).toEqual([
    { status: 'unsupported_language', language_code: 'tlh', language_source: 'detected' },
  ]);
  expect(vi.mocked(detectLanguage).mock.calls).toEqual([
    ['nuqneH Qap', ANALYZERS.comprehend.languages],
  ]);
});
