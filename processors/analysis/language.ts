import { isSentimentLanguage } from '../../schemas/index.ts';
import type { LanguageDetector } from './ports.ts';

/** In which language a text is analysed, and who said so. */
export interface ResolvedLanguage {
  language_code: string;
  language_source: 'given' | 'detected';
}

/** Chinese where it is written in traditional characters: script and region subtags. */
const TRADITIONAL = /^zh-(?:.*-)?(?:hant|tw|hk|mo)(?:-|$)/i;

/**
 * The analyzer's code for what a producer wrote: `en-US` is en, `zh-Hant` is zh-TW, `zh-CN` is zh. A code whose
 * language is none of the twelve is given back as it came.
 */
export function canonicalLanguage(code: string): string {
  if (TRADITIONAL.test(code) && !/-hans(?:-|$)/i.test(code)) return 'zh-TW';
  const language = code.split('-', 1)[0]!.toLowerCase();
  return isSentimentLanguage(language) ? language : code;
}

/**
 * The language of a text: as given, else as detected, else the default. The default counts as detected: nobody gave it.
 */
export function createLanguageResolver(deps: {
  detect_language: LanguageDetector;
  default_language: string;
}): (given: string, text: string) => ResolvedLanguage {
  return (given, text) =>
    given === 'auto'
      ? {
          language_code: deps.detect_language(text) ?? deps.default_language,
          language_source: 'detected',
        }
      : { language_code: canonicalLanguage(given), language_source: 'given' };
}
