import type { AnalyzerName, Sentiment } from '../../schemas/index.ts';

/** A text that each analyzer understands, for the tests of every analyzer. */
export const ANALYZER_SAMPLES: Record<
  AnalyzerName,
  { text: string; language_code: string; sentiment: Sentiment }
> = {
  comprehend: { text: 'I love my cat', language_code: 'en', sentiment: 'POSITIVE' },
};
