import type { AnalyzerName, Sentiment } from '../../schemas/index.ts';

/**
 * A text for each analyzer that the analyzer understands. The tests that run with every analyzer
 * use these texts.
 */
export const ANALYZER_SAMPLES: Record<
  AnalyzerName,
  { text: string; language_code: string; sentiment: Sentiment }
> = {
  comprehend: { text: 'I love my cat', language_code: 'en', sentiment: 'POSITIVE' },
};
