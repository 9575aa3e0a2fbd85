import type { CacheTier, Verdict } from '../../schemas/index.ts';
import type { ResolvedLanguage } from '../language.ts';

/** A text to analyse. `language` is the language code that the producer gave, or `auto`. */
export interface AnalysisRequest {
  /** The tenant who pays if the text is in no cache. */
  tenant: string;
  text: string;
  language: string;
  /**
   * The language of the text before its personal data was masked. If it is undefined, the analysis
   * resolves the language itself.
   */
  resolved_language?: ResolvedLanguage | undefined;
}

interface Analyzed {
  status: 'analyzed';
  verdict: Verdict;
  language_code: string;
  language_source: 'given' | 'detected';
  cache: CacheTier;
  analyzer: { name: string; version: string };
}

/**
 * The outcome of a text whose language the analyzer does not support. The language code is `und` if
 * detection cannot determine the language.
 */
export interface UnsupportedLanguage {
  status: 'unsupported_language';
  language_code: string;
  language_source: 'given' | 'detected';
}

/** The outcome of a text without words: white space, or nothing but masked personal data. */
export interface Empty {
  status: 'empty';
}

/**
 * The outcome of a text that has no verdict because a service failed. `retryable` is true if a
 * later attempt may succeed.
 */
export interface AnalysisFailure {
  status: 'failed';
  /**
   * Error code of the service, or a code of this project, for example `MissingResult` or
   * `OutOfTime`.
   */
  code: string;
  retryable: boolean;
  throttled: boolean;
  /**
   * True if the analyzer refuses this text in every call. The text can then never have a verdict.
   */
  refused?: true;
  /** Present if the budget of the tenant or of the deployment is used up until `month` ends. */
  over_budget?: { scope: 'tenant' | 'deployment'; month: string };
}

/** The outcome of a request. Every request has exactly one outcome. */
export type AnalysisOutcome = Analyzed | UnsupportedLanguage | Empty | AnalysisFailure;
