import type { Analyzer } from './ports.ts';

/** Returns a copy of the analyzer in which `detectSentiment` is replaced by the given function. */
export function decorateAnalyzer(
  analyzer: Analyzer,
  detectSentiment: Analyzer['detectSentiment'],
): Analyzer {
  const { name, version, max_documents, max_document_bytes } = analyzer;
  return {
    name,
    version,
    max_documents,
    max_document_bytes,
    supports: (language_code) => analyzer.supports(language_code),
    detectSentiment,
  };
}
