/**
 * The languages in which Comprehend detects sentiment. Source: "Supported languages" in the
 * Comprehend developer guide, and @aws-sdk/client-comprehend 3.1138.0.
 *
 * @example
 * import { SENTIMENT_LANGUAGES } from 'aurastream/schemas';
 *
 * console.log(SENTIMENT_LANGUAGES.join(', '));
 */
export const SENTIMENT_LANGUAGES = [
  'en',
  'es',
  'fr',
  'de',
  'it',
  'pt',
  'ar',
  'hi',
  'ja',
  'ko',
  'zh',
  'zh-TW',
] as const;

/**
 * The code of a language in which Comprehend detects sentiment. The value is one of the strings in
 * {@link SENTIMENT_LANGUAGES}.
 *
 * @example
 * import type { SentimentLanguage } from 'aurastream/schemas';
 *
 * const language: SentimentLanguage = 'zh-TW';
 */
export type SentimentLanguage = (typeof SENTIMENT_LANGUAGES)[number];

export function isSentimentLanguage(code: string): code is SentimentLanguage {
  return (SENTIMENT_LANGUAGES as readonly string[]).includes(code);
}
