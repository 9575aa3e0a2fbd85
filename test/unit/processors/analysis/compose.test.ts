import { COMPREHEND_USD_PER_UNIT } from '@aurastream/cost-model';
import { expect, it } from 'vitest';
import { settings } from '../../../../infra/settings.ts';
import { createAnalyzer } from '../../../../processors/analysis/compose.ts';
import { ANALYZER_NAMES, ANALYZERS, describeAnalyzer } from '../../../../schemas/index.ts';

it.each(ANALYZER_NAMES)(
  'the setting %s chooses the analyzer with that name and its facts',
  (name) => {
    const { detectSentiment, supports, ...facts } = createAnalyzer({ ANALYZER: name }, 'stream');
    const { version, max_documents, max_document_bytes, languages } = ANALYZERS[name];
    expect(facts).toEqual({ name, version, max_documents, max_document_bytes });
    for (const language of languages) expect(supports(language), language).toBe(true);
    expect(supports('und')).toBe(false);
  },
);

it.each(ANALYZER_NAMES)(
  'the API and the consumer share the cached verdicts of the analyzer %s',
  (name) => {
    const [stream, sync] = (['stream', 'sync'] as const).map((use) =>
      createAnalyzer({ ANALYZER: name }, use),
    );
    // The fingerprint of a verdict has the name and the version, and texts are split by the size.
    expect([sync!.name, sync!.version, sync!.max_document_bytes]).toEqual([
      stream!.name,
      stream!.version,
      stream!.max_document_bytes,
    ]);
  },
);

it('the deployed analyzer supports the default language', () => {
  const { analyzer, default_language } = settings.analysis;
  expect(describeAnalyzer(analyzer).supports(default_language)).toBe(true);
});

it('the consumers and the API each stay within their quota of each analyzer, and leave at most 2 %', () => {
  for (const [name, { sync, ...stream }] of Object.entries(settings.quotas)) {
    const { calls_per_second, consumers_calls_per_second } = stream;
    expect(consumers_calls_per_second, name).toBeLessThanOrEqual(calls_per_second);
    expect(consumers_calls_per_second, name).toBeGreaterThanOrEqual(calls_per_second * 0.98);
    expect(sync.api_calls_per_second, name).toBeLessThanOrEqual(sync.calls_per_second);
    expect(sync.api_calls_per_second, name).toBeGreaterThanOrEqual(sync.calls_per_second * 0.98);
    const { live, bulk } = stream.fallback_calls_per_second;
    expect(live + bulk, name).toBeLessThanOrEqual(consumers_calls_per_second);
    expect(sync.fallback_calls_per_second, name).toBeLessThanOrEqual(sync.api_calls_per_second);
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
