import type { CacheTier, Verdict } from '../../schemas/index.ts';

/** A text to analyse. `language`: a code as the producer gave it, or `auto`. */
export interface AnalysisRequest {
  text: string;
  language: string;
}

interface Analyzed {
  status: 'analyzed';
  verdict: Verdict;
  language_code: string;
  language_source: 'given' | 'detected';
  cache: CacheTier;
  analyzer: { name: string; version: string };
}

/** The analyzer does not score this language. The code is `und` if the language has no name. */
export interface UnsupportedLanguage {
  status: 'unsupported_language';
  language_code: string;
  language_source: 'given' | 'detected';
}

/** The text is nothing but white space. */
export interface Empty {
  status: 'empty';
}

/** A service failed, so the text has no verdict. `retryable`: a later attempt may succeed. */
export interface AnalysisFailure {
  status: 'failed';
  /** The service's own error code, or `MissingResult`. */
  code: string;
  retryable: boolean;
  throttled: boolean;
  /** The analyzer refuses this text in every call: it will never have a verdict. */
  refused?: true;
}

/** Every request ends as exactly one of these. */
export type AnalysisOutcome = Analyzed | UnsupportedLanguage | Empty | AnalysisFailure;
