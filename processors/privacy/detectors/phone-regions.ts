/**
 * The countries whose number plans are tried for a number without a country code, by the language
 * of the text. The largest countries of a language come first.
 */
const REGIONS: Record<string, readonly string[]> = {
  en: ['US', 'GB', 'IN', 'AU', 'IE', 'NZ', 'ZA', 'SG'],
  es: ['ES', 'MX', 'AR', 'CO', 'CL', 'PE'],
  fr: ['FR', 'BE', 'CH', 'CA'],
  de: ['DE', 'AT', 'CH'],
  it: ['IT', 'CH'],
  pt: ['BR', 'PT'],
  ar: ['SA', 'EG', 'AE', 'MA', 'JO', 'IQ'],
  hi: ['IN'],
  ja: ['JP'],
  ko: ['KR'],
  zh: ['CN', 'HK', 'SG'],
  'zh-TW': ['TW', 'HK'],
};
/** The countries of all languages, for a text whose language is not known. */
const DEFAULT = [...new Set(Object.values(REGIONS).flat())];

export function listRegions(language_code: string): readonly string[] {
  return REGIONS[language_code] ?? DEFAULT;
}
