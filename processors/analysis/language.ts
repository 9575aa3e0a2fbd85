import type { Analyzer, LanguageDetector } from './ports.ts';

/**
 * The language in which a text is analysed. The source of the language is `given` if the producer
 * gave the language, otherwise `detected`.
 */
export interface ResolvedLanguage {
  language_code: string;
  language_source: 'given' | 'detected';
}

/** Matches language codes that stand for Chinese in traditional characters. */
const TRADITIONAL = /^zh-(?:.*-)?(?:hant|tw|hk|mo)(?:-|$)/i;

/**
 * Converts a producer's language code to the analyzer's code. For example, `en-US` becomes `en`,
 * `zh-Hant` becomes `zh-TW`, and `zh-CN` becomes `zh`. Codes of languages that the analyzer does
 * not support are returned unchanged.
 */
export function canonicalLanguage(code: string, supports: Analyzer['supports']): string {
  if (TRADITIONAL.test(code) && !/-hans(?:-|$)/i.test(code)) return 'zh-TW';
  const [first = code] = code.split('-', 1);
  const language = first.toLowerCase();
  return supports(language) ? language : code;
}

/**
 * Creates a function that resolves the language of a text. The function returns the language that
 * the producer gave. If the producer gave `auto`, the function detects the language, or returns the
 * default language if detection finds no language. The source of the default language is
 * `detected`, because the producer did not give the language.
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
