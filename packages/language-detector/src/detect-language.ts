import { hanEvidence } from './han.ts';
import { type Letters, letters } from './letters.ts';
import { rankLanguages } from './rank.ts';

/** eld itself looks no further than 1,000 characters. */
const SAMPLE_CHARACTERS = 1_000;
/** What names no language: links, mail addresses, user names. */
const MAY_BE_NOISY = /@|:\/\/|www\./i;
const NOISE = /(?:https?:\/\/|www\.)\S+|\S+@\S+|@\w+/giu;
/** From here on eld is right in 97 of 100 cases (small table, 50 characters) and its word is taken. */
const LONG_LETTERS = 40;
/** From here on (89 of 100) its word is taken where it names one of our languages. */
const MEDIUM_LETTERS = 18;
/** eld's scores are no probabilities; these thresholds were tried on short reviews in the twelve languages. */
const CLEARLY_AHEAD = 0.05;
const CLEARLY_FOREIGN = 0.1;
const LOWEST_SCORE = 0.7;
/** The twelve languages that a short text is assumed to be in unless another one is clear. */
const FAVOURED = new Set([
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
]);
/** BCP 47's code for a language that can't be named. */
const UNDETERMINED = 'und';
/** Letters that Persian, Urdu and Kurdish write and Arabic does not. */
const NOT_ARABIC = /[پچژگکیٹڈڑںہھےۆێ]/u;

/**
 * Tells a text's language without a service: by script where a script has one of our languages, else with eld. A
 * short text counts as foreign only where that is clear: a verdict in a neighbouring language beats none.
 */
export function detectLanguage(text: string): string | undefined {
  const start = text.slice(0, SAMPLE_CHARACTERS);
  const sample = MAY_BE_NOISY.test(start) ? start.replace(NOISE, ' ') : start;
  const found = letters(sample);
  if (found.all === 0) return undefined;
  const east_asian = found.hangul + found.kana + found.han;
  // A fifth: "iPhone 15 Pro Max 很好用" is Chinese, "I flew from 東京 to 大阪 last summer" is not.
  if (east_asian * 5 >= found.all) return eastAsian(sample, found);
  const { latin, arabic, devanagari } = found;
  const most = Math.max(latin, arabic, devanagari, found.other);
  if (most === latin) return latinLanguage(sample, latin);
  if (most === arabic) return NOT_ARABIC.test(sample) ? nearest(sample, ['fa', 'ur', 'ku']) : 'ar';
  if (most === devanagari) return devanagari < LONG_LETTERS ? 'hi' : nearest(sample, ['hi', 'mr']);
  return rankLanguages(sample).language ?? UNDETERMINED;
}

function eastAsian(sample: string, found: Letters): string {
  if (found.hangul >= found.kana + found.han) return 'ko';
  // Running Japanese is about half kana; a lone の decorates Chinese shop signs.
  if (found.kana * 10 >= found.kana + found.han) return 'ja';
  const { simplified, traditional, japanese } = hanEvidence(sample);
  if (japanese > simplified && japanese * 4 >= traditional) return 'ja';
  if (simplified + traditional === 0 && rankLanguages(sample).language === 'ja') return 'ja';
  return traditional > simplified ? 'zh-TW' : 'zh';
}

function latinLanguage(sample: string, letter_count: number): string | undefined {
  const { language = UNDETERMINED, reliable, scores } = rankLanguages(sample);
  const enough = FAVOURED.has(language) ? MEDIUM_LETTERS : LONG_LETTERS;
  if (reliable && letter_count >= enough) return language;
  const ranked = scores();
  const [first, second] = ranked.filter(([code]) => FAVOURED.has(code));
  const [foreign, foreign_score] = ranked[0] ?? [UNDETERMINED, 0];
  const best = first?.[1] ?? 0;
  if (reliable && foreign_score - best >= CLEARLY_FOREIGN) return foreign;
  if (first === undefined || letter_count < 3 || best < LOWEST_SCORE) return undefined;
  return best - (second?.[1] ?? 0) >= CLEARLY_AHEAD ? first[0] : undefined;
}

/** The best scoring of these, or the first. */
function nearest(sample: string, codes: string[]): string {
  const ranked = rankLanguages(sample).scores();
  return ranked.find(([code]) => codes.includes(code))?.[0] ?? codes[0]!;
}
