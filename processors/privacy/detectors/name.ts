import type { Cue } from '../cues.ts';
import type { Candidate, Detector, Scan } from '../scan.ts';
import { FAMILY_NAMES_KO, FAMILY_NAMES_ZH, NOT_NAMES } from './name-words.ts';

const LATIN =
  /^[\s,:]{0,4}(?:(?:Mr|Mrs|Ms|Dr|Herr|Frau|Sr|Sra)\.? )?(\p{Lu}[\p{Ll}\p{M}\p{Lu}'’-]{1,20}(?: (?:(?:de|da|do|dos|del|della|van|von|der|den|la|le|di|bin|al|el|y) ){0,2}(?:\p{Lu}\.|\p{Lu}[\p{L}\p{M}'’-]{1,20})){0,3})/u;
const SCRIPTS: Record<string, RegExp> = {
  ar: /^[\s:]{0,3}(?:هو )?([\p{Script=Arabic}]{2,12}(?: [\p{Script=Arabic}]{2,12})?)/u,
  hi: /^[\s:]{0,3}([\p{Script=Devanagari}]{2,14}(?: [\p{Script=Devanagari}]{2,14})?)(?= (?:है|हूं|हूँ|जी|ने|से|को)|[\s,।.]|$)/u,
  ja: /^[\s:は]{0,3}([\p{Script=Han}\p{Script=Katakana}ー]{1,5}(?:[ ・]?[\p{Script=Han}\p{Script=Katakana}ー]{1,6})?)(?=です|と申|と言|さん|様|、|。|\s|$)/u,
  ko: new RegExp(
    `^[\\s:]{0,3}((?:${FAMILY_NAMES_KO})[가-힣]{1,3}?)(?=입니다|이고|이에요|예요|씨|님|라고|이라|[\\s,.]|$)`,
    'u',
  ),
  zh: new RegExp(
    `^[\\s:：]{0,2}((?:${FAMILY_NAMES_ZH})\\p{Script=Han}{1,2})(?![\\p{Script=Han}]{4})`,
    'u',
  ),
};
/** Matches a name before a word of respect, which Chinese, Japanese and Korean put after it. */
const BEFORE_HONORIFIC = [
  new RegExp(`(?:${FAMILY_NAMES_ZH})\\p{Script=Han}{0,2}(?=先生|女士|小姐)`, 'gu'),
  /[\p{Script=Han}]{2,4}(?=さん|様|氏)|[\p{Script=Katakana}ー]{2,8}(?=さん|様)/gu,
  new RegExp(`(?<![가-힣])(?:${FAMILY_NAMES_KO})[가-힣]{2}(?=씨|님)`, 'gu'),
];

/**
 * Finds names of persons after words such as "my name is" and "Dear", and before words of respect.
 * This is a best effort: a name without such a word is not found.
 */
export const name: Detector = {
  name: 'name',
  mayFind: () => true,
  *find(scan: Scan): Generator<Candidate> {
    for (const cue of scan.cues()) {
      if (!cue.topics.has('name')) continue;
      scan.checkTime();
      const found = readName(scan, cue);
      if (found !== undefined) yield found;
    }
    for (const pattern of BEFORE_HONORIFIC) {
      for (const { index: start, 0: value } of scan.text.matchAll(pattern)) {
        if (NOT_NAMES.has(value)) continue;
        yield { type: 'NAME', start, end: start + value.length, score: 0.6 };
      }
    }
  },
};

function readName({ text, language_code }: Scan, { start: from, end }: Cue): Candidate | undefined {
  if (isOtherWord(text, from, end)) return undefined;
  const window = text.slice(end, end + 100);
  const match = matchName(window, language_code);
  const value = match?.[1];
  if (match === null || value === undefined) return undefined;
  const first = value.split(' ')[0] ?? '';
  if (isShouting(text.slice(from, end)) && isShouting(first)) return undefined;
  if (NOT_NAMES.has(first.toLowerCase()) || NOT_NAMES.has(value)) return undefined;
  const start = end + match[0].indexOf(value);
  return { type: 'NAME', start, end: start + value.length, score: 0.6 };
}

/** In a text whose language is not known, the names of all scripts are tried. */
function matchName(window: string, language_code: string): RegExpExecArray | null {
  const own = SCRIPTS[language_code === 'zh-TW' ? 'zh' : language_code];
  if (language_code !== 'und') return own?.exec(window) ?? LATIN.exec(window);
  for (const script of [...Object.values(SCRIPTS), LATIN]) {
    const match = script.exec(window);
    if (match !== null) return match;
  }
  return null;
}

const ARABIC_PAIR = /^\p{Script=Arabic}{2}$/u;

/** Returns true for the verb "miss", and for an Arabic cue word that is a part of a longer word. */
function isOtherWord(text: string, start: number, end: number): boolean {
  if (text.slice(start, end) === 'miss') return true;
  return [start, end].some((edge) => ARABIC_PAIR.test(text.slice(Math.max(0, edge - 1), edge + 1)));
}

/** In a text in capitals, a word in capitals after "SENHOR" may be any word. */
function isShouting(word: string): boolean {
  return word.length > 2 && word === word.toUpperCase() && word !== word.toLowerCase();
}
