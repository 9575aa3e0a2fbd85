import type { Analyzer, LanguageDetector } from './ports.ts';

/** The language of a text for its analysis, and its source: the producer or detection. */
export interface ResolvedLanguage {
  language_code: string;
  language_source: 'given' | 'detected';
}

/** Subtags that mean traditional Chinese characters. */
const TRADITIONAL = /^zh-(?:.*-)?(?:hant|tw|hk|mo)(?:-|$)/i;

/**
 * Converts a producer's language code to the analyzer's: `en-US` becomes en, `zh-Hant` zh-TW, `zh-CN` zh. Codes of
 * languages that the analyzer does not know are returned unchanged.
 */
export function canonicalLanguage(code: string, supports: Analyzer['supports']): string {
  if (TRADITIONAL.test(code) && !/-hans(?:-|$)/i.test(code)) return 'zh-TW';
  const [first = code] = code.split('-', 1);
  const language = first.toLowerCase();
  return supports(language) ? language : code;
}

/**
 * Resolves the language of a text: the producer's if given, else the detected one, else the default. The default counts
 * as detected, since the producer did not give it.
 */
export function createLanguageResolver(deps: {
  detect_language: LanguageDetector;
  default_language: string;
  supports: Analyzer['supports'];
}): (given: string, text: string) => ResolvedLanguage {
  return (given, text) =>
    given === 'auto'
      ? {
          language_code: deps.detect_language(text) ?? deps.default_language,
          language_source: 'detected',
        }
      : { language_code: canonicalLanguage(given, deps.supports), language_source: 'given' };
}
