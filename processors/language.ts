import { removePlaceholders } from './privacy/placeholders.ts';

/** Returns the language code of a text, or `undefined` if the text is too short for detection. */
export type LanguageDetector = (text: string) => string | undefined;

/**
 * The language in which a text is analysed. The source of the language is `given` if the producer
 * gave the language, otherwise `detected`.
 */
export interface ResolvedLanguage {
  language_code: string;
  language_source: 'given' | 'detected';
}

/**
 * Creates a function that resolves the language of a text. The function returns the language that
 * the producer gave, whose code the schemas have made canonical. If the producer gave `auto`, the
 * function detects the language, or returns the default language if detection finds no language. The
 * source of the default language is `detected`, because the producer did not give the language.
 * Placeholders of personal data do not count as words.
 */
export function createLanguageResolver(deps: {
  detect_language: LanguageDetector;
  default_language: string;
}): (given: string, text: string) => ResolvedLanguage {
  return (given, text) =>
    given === 'auto'
      ? {
          language_code: deps.detect_language(removePlaceholders(text)) ?? deps.default_language,
          language_source: 'detected',
        }
      : { language_code: given, language_source: 'given' };
}
