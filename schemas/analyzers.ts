import { SENTIMENT_LANGUAGES } from './language.ts';

/**
 * Facts about an analyzer that are known before the analyzer runs. Settings, the API and operators
 * use these facts.
 */
interface AnalyzerFacts {
  /**
   * Version of the analyzer. The version is part of the key of cached verdicts, so the version must
   * change whenever the analyzer could give another verdict on the same text.
   */
  version: string;
  /**
   * Languages of the texts that the analyzer can analyse. `POST /analyze/sync` accepts these
   * languages, and language detection prefers these languages for short texts.
   */
  languages: readonly [string, ...string[]];
  /** Maximum number of documents in one call of the analyzer. */
  max_documents: number;
  /** Maximum size of one document, in bytes of UTF-8. */
  max_document_bytes: number;
  /**
   * Price of one unit, in US dollars. One unit is 100 characters, and each text is billed as at
   * least three units.
   */
  usd_per_unit: number;
}

/**
 * All available analyzers. The setting `analysis.analyzer` selects one of these analyzers. Each
 * analyzer also needs an adapter in `processors/analysis/compose.ts`, a quota in
 * `infra/settings.ts` and IAM grants in `infra/constructs/analysis.ts`. If an analyzer is missing
 * in one of the three files, the file does not compile.
 */
export const ANALYZERS = {
  comprehend: {
    // Comprehend does not report the version of its model. Change this date when AWS announces a
    // new sentiment model, so that cached verdicts of the old model are no longer used.
    version: '2026-11-23',
    languages: SENTIMENT_LANGUAGES,
    // Limits of BatchDetectSentiment. DetectSentiment takes one document of the same size. Source: "Guidelines and quotas" in the Comprehend developer
    // guide. For a larger document, Comprehend returns an error that says "allowed is 5000 bytes".
    max_documents: 25,
    max_document_bytes: 5_000,
    usd_per_unit: 0.0001,
  },
} as const satisfies Record<string, AnalyzerFacts>;

export type AnalyzerName = keyof typeof ANALYZERS;

/**
 * The two uses of an analyzer. `stream` is the analysis of records, in calls with many documents.
 * `sync` is the analysis while a caller of the API waits. The calls of each use have a quota of
 * their own, so that neither use waits for the other.
 */
export type AnalyzerUse = 'stream' | 'sync';

/**
 * Returns how many texts per second the quotas allow, if no text is in a cache.
 *
 * @param quotas.analyzer_calls calls of the analyzer per second.
 * @param quotas.searches calls per second that search texts for personal data. Undefined if no service
 * searches them.
 */
export function textsPerSecond(
  analyzer: AnalyzerName,
  quotas: { analyzer_calls: number; searches: number | undefined },
): number {
  const analysed = quotas.analyzer_calls * ANALYZERS[analyzer].max_documents;
  return Math.min(analysed, quotas.searches ?? Number.POSITIVE_INFINITY);
}

export const ANALYZER_NAMES = Object.keys(ANALYZERS) as [AnalyzerName, ...AnalyzerName[]];

/**
 * Returns the properties that all adapters of an analyzer have in common. See {@link ANALYZERS}.
 */
export function describeAnalyzer(name: AnalyzerName) {
  const { version, max_documents, max_document_bytes, languages } = ANALYZERS[name];
  const codes: ReadonlySet<string> = new Set(languages);
  return {
    name,
    version,
    max_documents,
    max_document_bytes,
    supports: (language_code: string) => codes.has(language_code),
  };
}
