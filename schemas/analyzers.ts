import { SENTIMENT_LANGUAGES } from './language.ts';

/** Facts about an analyzer that hold before it runs: for settings, the API and operators. */
interface AnalyzerFacts {
  /** Must change whenever the same text could get another verdict: it is part of the fingerprint. */
  version: string;
  /** The languages it analyses. `POST /analyze/sync` accepts them, and detection prefers them for short texts. */
  languages: readonly [string, ...string[]];
  /** Documents of one call. */
  max_documents: number;
  /** Bytes of one document in UTF-8. */
  max_document_bytes: number;
  /** Price of a unit in US dollars. A unit is 100 characters, and each text has at least three. */
  usd_per_unit: number;
}

/**
 * The analyzers that `analysis.analyzer` in infra/settings.ts can choose. For each, `processors/analysis/compose.ts` has
 * the adapter, `infra/settings.ts` the quota and `infra/constructs/analysis.ts` the grants: they do not compile while
 * one is missing.
 */
export const ANALYZERS = {
  comprehend: {
    // Comprehend does not say which model answered. Change this date when AWS announces a new sentiment model: cached
    // verdicts of the old model are then not found any more.
    version: '2026-11-23',
    languages: SENTIMENT_LANGUAGES,
    // Limits of BatchDetectSentiment: Comprehend's guidelines and limits. Its errors say "allowed is 5000 bytes".
    max_documents: 25,
    max_document_bytes: 5_000,
    usd_per_unit: 0.0001,
  },
} as const satisfies Record<string, AnalyzerFacts>;

export type AnalyzerName = keyof typeof ANALYZERS;

export const ANALYZER_NAMES = Object.keys(ANALYZERS) as [AnalyzerName, ...AnalyzerName[]];

/** The properties of an adapter that follow from {@link ANALYZERS}. */
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
