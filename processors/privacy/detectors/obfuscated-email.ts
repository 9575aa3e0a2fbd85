import type { Candidate, Detector } from '../scan.ts';

/** Matches the ways to write "at" in a hidden address. Brackets make a weak word certain. */
const AT =
  /\s{0,2}[[({<]\s{0,2}(?:at|@|arroba|arobase|chiocciola|ät)\s{0,2}[\])}>]\s{0,2}|\s{1,2}(?:at|arroba|arobase|chiocciola|ät|@|아트|골뱅이|アット|एट|آت)\s{1,2}|\s{0,2}(?:アットマーク|골뱅이|艾特)\s{0,2}/giu;
const BRACKETED = /[[({<]/;
/** Matches the ways to write the dots of a domain, with a top-level domain that is in use. */
const DOMAIN =
  /(?:[\p{L}\p{N}-]{1,63}(?:\s{0,2}[[({<]\s{0,2}(?:dot|\.|punkt|punto|point|ponto)\s{0,2}[\])}>]\s{0,2}|\s{1,2}(?:dot|punkt|punto|point|ponto|\.|डॉट|دوت|점|ドット|点|點)\s{1,2}|\s?(?:ドット|点|點|점)\s?|\.)){1,4}(?:com|net|org|edu|gov|info|biz|name|io|co|ai|me|app|dev|shop|online|site|xyz|store|tech|cat|eus|gal|de|es|fr|it|pt|br|uk|in|jp|kr|cn|tw|us|eu|mx|ar|ch|at)(?![\p{Script=Latin}\p{N}])/iuy;
const SPELLED_DOT = /dot|punkt|punto|point|ponto|डॉट|دوت|점|ドット|点|點|[[({<]|\s\.|\.\s/iu;
const LOCAL_CHARACTER = /[\p{Script=Latin}0-9_+-]/u;
/** Matches a spelled dot at the end of a text, for example in "john dot smith". */
const DOT_AT_END =
  /(?:\s{0,2}[[({<]\s{0,2}(?:dot|\.|punkt|punto|point|ponto)\s{0,2}[\])}>]\s{0,2}|\s{1,2}(?:dot|punkt|punto|point|ponto)\s{1,2}|\.)$/iu;
const MAX_LOCAL = 64;

/** Finds addresses that hide their signs, such as "name at mail dot com" and "name [at] mail.com". */
export const obfuscated_email: Detector = {
  name: 'obfuscated_email',
  mayFind: ({ text }) => /dot|punkt|punto|point|ponto|डॉट|دوت|점|ドット|点|點|[[({<@]/iu.test(text),
  *find({ text, checkTime }): Generator<Candidate> {
    for (const at of text.matchAll(AT)) {
      checkTime();
      DOMAIN.lastIndex = at.index + at[0].length;
      const domain = DOMAIN.exec(text);
      if (domain === null) continue;
      const is_hidden = BRACKETED.test(at[0]) || /@/.test(at[0]) || SPELLED_DOT.test(domain[0]);
      const start = findStart(text, at.index);
      if (!is_hidden || start === at.index) continue;
      yield { type: 'EMAIL', start, end: DOMAIN.lastIndex, score: 0.95 };
    }
  },
};

function findStart(text: string, end: number): number {
  let start = skipWord(text, end);
  for (let words = 0; words < 3; words += 1) {
    const dot = DOT_AT_END.exec(text.slice(Math.max(0, start - 12), start));
    if (dot === null) break;
    const before = skipWord(text, start - dot[0].length);
    if (before === start - dot[0].length) break;
    start = before;
  }
  return start;
}

function skipWord(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start < MAX_LOCAL && LOCAL_CHARACTER.test(text.charAt(start - 1))) {
    start -= 1;
  }
  return start;
}
