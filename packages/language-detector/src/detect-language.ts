import { countHanVariants } from './han.ts';
import { countLetters, type LetterCounts } from './letters.ts';
import { rankLanguages } from './rank.ts';
import { chooseByWords } from './words.ts';

/**
 * Number of characters that the detector reads. The number is 1,000, because the n-gram ranking
 * reads no more than 1,000 characters.
 */
const SAMPLE_CHARACTERS = 1_000;
/**
 * Matches a text that may contain links, mail addresses or user names. Such parts do not indicate
 * the language. The pattern is a fast check before the slower pattern NOISE.
 */
const MAY_CONTAIN_NOISE = /@|:\/\/|www\./i;
const NOISE = /(?:https?:\/\/|www\.)\S+|\S+@\S+|@\w+/giu;
/**
 * Matches characters that Unicode has as another form of letters, such as mathematical bold, full
 * width, ligatures and the joined forms of Arabic letters. NFKC replaces them with the letters.
 */
const OTHER_FORM = new RegExp(
  '[\\u00aa\\u00ba\\u0132\\u0133\\u013f\\u0140\\u0149\\u017f\\u01c4-\\u01cc\\u01f1-\\u01f3\\u02b0-\\u02b8' +
    '\\u02e0-\\u02e4\\u1d2c-\\u1d6a\\u2071\\u207f\\u2090-\\u209c\\u2100-\\u214f\\u2160-\\u217f\\u249c-\\u24e9' +
    '\\u2c7c\\u2c7d\\u3200-\\u33ff\\uf900-\\ufaff\\ufb00-\\ufdff\\ufe70-\\ufefc\\uff00-\\uffef' +
    '\\u{1d400}-\\u{1d7ff}\\u{1ee00}-\\u{1eeff}\\u{1f100}-\\u{1f1ff}\\u{2f800}-\\u{2fa1f}]',
  'u',
);
/**
 * If a text in Latin script has at least this number of letters and the ranking is reliable, the
 * detector returns the best language, even if that language is not favoured. If a text in
 * Devanagari has fewer letters, the detector returns Hindi.
 */
const LONG_LETTERS = 40;
/**
 * If a text in Latin script has at least this number of letters and the ranking is reliable, the
 * detector returns the best language, provided that the language is favoured.
 */
const MEDIUM_LETTERS = 18;
/**
 * Thresholds for the scores of the ranking. The scores are not probabilities. The thresholds were
 * chosen by trial on short reviews.
 */
const CLEARLY_AHEAD = 0.05;
const CLEARLY_FOREIGN = 0.1;
const LOWEST_SCORE = 0.7;
/** The BCP 47 code for "undetermined". */
const UNDETERMINED = 'und';
/** Matches letters that occur in Persian, Urdu or Kurdish but not in Arabic. */
const NOT_ARABIC = /[پچژگکیٹڈڑںہھےۆێ]/u;

/**
 * The twelve languages that Amazon Comprehend analyses. `detectLanguage` favours these languages by
 * default.
 */
export const FAVOURED_LANGUAGES = [
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
 * Detects the language of a text, without calling a service.
 *
 * Some scripts identify the language. For example, Hangul identifies Korean, and kana identify
 * Japanese. For other scripts, the frequencies of n-grams decide. For a short text, the detector
 * returns a language outside `favoured` only if the ranking is clear.
 *
 * @param favoured the languages in which short texts are likely to be written.
 * @returns the code of a favoured language, the ISO 639-1 code of another language, `und` if the
 * detector does not know the script, or `undefined` if the text is too short or too ambiguous.
 *
 * @example
 * ```ts
 * detectLanguage('Sehr gut, gerne wieder'); // 'de'
 * detectLanguage('這個產品非常好'); // 'zh-TW'
 * detectLanguage('👍'); // undefined
 * ```
 */
export function detectLanguage(
  text: string,
  favoured: readonly string[] = FAVOURED_LANGUAGES,
): string | undefined {
  const start = text.slice(0, SAMPLE_CHARACTERS);
  const without_noise = MAY_CONTAIN_NOISE.test(start) ? start.replace(NOISE, ' ') : start;
  const sample = OTHER_FORM.test(without_noise) ? without_noise.normalize('NFKC') : without_noise;
  const letters = countLetters(sample);
  if (letters.all === 0) return undefined;
  const east_asian = letters.hangul + letters.kana + letters.han;
  // At least one fifth of the letters must be East Asian. With this limit, "iPhone 15 Pro Max 很好用"
  // is Chinese, and "I flew from 東京 to 大阪 last summer" is not.
  if (east_asian * 5 >= letters.all) return detectEastAsian(sample, letters);
  const { latin, arabic, devanagari } = letters;
  const most = Math.max(latin, arabic, devanagari, letters.other);
  if (most === latin) return detectLatin(sample, latin, favoured);
  if (most === arabic) {
    return NOT_ARABIC.test(sample) ? chooseAmong(sample, 'fa', ['ur', 'ku']) : 'ar';
  }
  if (most === devanagari) {
    return devanagari < LONG_LETTERS ? 'hi' : chooseAmong(sample, 'hi', ['mr']);
  }
  return rankLanguages(sample).language ?? UNDETERMINED;
}

function detectEastAsian(sample: string, letters: LetterCounts): string {
  if (letters.hangul >= letters.kana + letters.han) return 'ko';
  // About half of the letters in a Japanese sentence are kana, so a share of one tenth is enough to
  // detect Japanese. The limit is not zero, because Chinese shop signs contain a single の.
  if (letters.kana * 10 >= letters.kana + letters.han) return 'ja';
  const { simplified, traditional, japanese } = countHanVariants(sample);
  if (japanese > simplified && japanese * 4 >= traditional) return 'ja';
  if (simplified + traditional === 0 && rankLanguages(sample).language === 'ja') return 'ja';
  return traditional > simplified ? 'zh-TW' : 'zh';
}

function detectLatin(
  sample: string,
  letter_count: number,
  favoured: readonly string[],
): string | undefined {
  const { language = UNDETERMINED, is_reliable, scores } = rankLanguages(sample);
  const letters_needed = favoured.includes(language) ? MEDIUM_LETTERS : LONG_LETTERS;
  if (is_reliable && letter_count >= letters_needed) return language;
  const by_words = chooseByWords(sample, favoured);
  if (by_words.language !== undefined) return by_words.language;
  const ranked = scores();
  const [first, second] = ranked.filter(([code]) => favoured.includes(code));
  const [foreign, foreign_score] = ranked[0] ?? [UNDETERMINED, 0];
  const best = first?.[1] ?? 0;
  const is_foreign = is_reliable && foreign_score - best >= CLEARLY_FOREIGN;
  if (is_foreign && !by_words.is_known) return foreign;
  if (first === undefined || letter_count < 3 || best < LOWEST_SCORE) return undefined;
  return best - (second?.[1] ?? 0) >= CLEARLY_AHEAD ? first[0] : undefined;
}

/**
 * Returns the language among `fallback` and `others` that has the best rank. Returns `fallback` if
 * the ranking contains none of the languages.
 */
function chooseAmong(sample: string, fallback: string, others: string[]): string {
  const ranked = rankLanguages(sample).scores();
  return ranked.find(([code]) => code === fallback || others.includes(code))?.[0] ?? fallback;
}
