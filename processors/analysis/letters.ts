/** How many letters of each script a text has. */
export interface Letters {
  all: number;
  latin: number;
  han: number;
  kana: number;
  hangul: number;
  arabic: number;
  devanagari: number;
  /** Of scripts in which none of our languages is written. */
  other: number;
}

const SCRIPTS = {
  latin: /(?=\p{L})\p{Script=Latin}/gu,
  han: /\p{Script=Han}/gu,
  kana: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu,
  hangul: /\p{Script=Hangul}/gu,
  arabic: /(?=\p{L})\p{Script=Arabic}/gu,
  devanagari: /(?=\p{L})\p{Script=Devanagari}/gu,
};

export function letters(text: string): Letters {
  const counts = {
    latin: count(text, SCRIPTS.latin),
    han: count(text, SCRIPTS.han),
    kana: count(text, SCRIPTS.kana),
    hangul: count(text, SCRIPTS.hangul),
    arabic: count(text, SCRIPTS.arabic),
    devanagari: count(text, SCRIPTS.devanagari),
  };
  const known = Object.values(counts).reduce((sum, value) => sum + value, 0);
  const all = Math.max(known, count(text, /\p{L}/gu));
  return { ...counts, all, other: all - known };
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
