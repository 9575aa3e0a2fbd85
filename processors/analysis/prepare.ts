import { fingerprint } from '../../schemas/index.ts';
import { createLanguageResolver, type ResolvedLanguage } from './language.ts';
import { normalise } from './normalise.ts';
import type { AnalysisRequest, Empty, UnsupportedLanguage } from './outcome.ts';
import type { Analyzer, LanguageDetector } from './ports.ts';

/** A prepared text: its fingerprint is the key of the caches, and the analyzer gets its text and language. */
export interface Question extends ResolvedLanguage {
  status: 'ready';
  /** The normalised text. */
  text: string;
  fingerprint: string;
}

export type Prepared = Question | Empty | UnsupportedLanguage;

/** Prepares a request as far as possible without a cache or a service. */
export function createPrepare(deps: {
  analyzer: Pick<Analyzer, 'name' | 'version' | 'supports'>;
  detect_language: LanguageDetector;
  default_language: string;
}): (request: AnalysisRequest) => Prepared {
  const { analyzer } = deps;
  const resolveLanguage = createLanguageResolver({ ...deps, supports: analyzer.supports });
  return (request) => {
    const text = normalise(request.text);
    if (text === '') return { status: 'empty' };
    const language = resolveLanguage(request.language, text);
    if (!analyzer.supports(language.language_code)) {
      return { status: 'unsupported_language', ...language };
    }
    const key = fingerprint({
      analyzer_name: analyzer.name,
      analyzer_version: analyzer.version,
      language_code: language.language_code,
      normalised_text: text,
    });
    return { status: 'ready', text, fingerprint: key, ...language };
  };
}
