import { COMPREHEND_USD_PER_UNIT } from '@aurastream/cost-model';
import { expect, it } from 'vitest';
import { settings } from '../../../../infra/settings.ts';
import { createAnalyzer } from '../../../../processors/analysis/compose.ts';
import { ANALYZER_NAMES, ANALYZERS, describeAnalyzer } from '../../../../schemas/index.ts';

it.each(ANALYZER_NAMES)(
  'the setting %s chooses the analyzer with that name and its facts',
  (name) => {
    const { detectSentiment, supports, ...facts } = createAnalyzer(
      { ANALYZER: name },
      { max_attempts: 1 },
    );
    const { version, max_documents, max_document_bytes, languages } = ANALYZERS[name];
    expect(facts).toEqual({ name, version, max_documents, max_document_bytes });
    for (const language of languages) expect(supports(language), language).toBe(true);
    expect(supports('und')).toBe(false);
  },
);

it('the deployed analyzer supports the default language', () => {
  const { analyzer, default_language } = settings.analysis;
  expect(describeAnalyzer(analyzer).supports(default_language)).toBe(true);
});

it('consumers and API together stay within the quota of each analyzer', () => {
  for (const [name, quota] of Object.entries(settings.quotas)) {
    expect(quota.consumers_calls_per_second, name).toBeLessThanOrEqual(quota.calls_per_second);
    const { live, bulk } = quota.fallback_calls_per_second;
    expect(live + bulk, name).toBeLessThanOrEqual(quota.consumers_calls_per_second);
  }
});

it('four consumers of each stream stay within the quota at their fallback rates, and a fifth live one exceeds it', () => {
  const { consumers_calls_per_second, calls_per_second, fallback_calls_per_second } =
    settings.quotas.comprehend;
  const { live, bulk } = fallback_calls_per_second;
  expect(4 * live + 4 * bulk).toBeLessThanOrEqual(consumers_calls_per_second);
  expect(5 * live + 4 * bulk).toBeGreaterThan(calls_per_second);
});

it('the price of Comprehend is that of the cost model', () => {
  expect(ANALYZERS.comprehend.usd_per_unit).toBe(COMPREHEND_USD_PER_UNIT);
});
