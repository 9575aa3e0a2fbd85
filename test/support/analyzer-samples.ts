import type { AnalyzerName, Sentiment } from '../../schemas/index.ts';

/**
 * Sample text for each analyzer, with the expected sentiment. Tests that run with every analyzer
 * use the samples.
 */
export const ANALYZER_SAMPLES: Record<
  AnalyzerName,
  { text: string; language_code: string; sentiment: Sentiment }
> = {
  comprehend: { text: 'I love my cat', language_code: 'en', sentiment: 'POSITIVE' },
};
