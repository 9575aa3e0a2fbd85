import email_check from 'validator/lib/isEmail.js';
import type { Candidate, Detector } from '../scan.ts';

/**
 * Longest local part and domain of an address, in characters.
 * Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
 */
const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;

const LATIN = /[\p{Script=Latin}0-9]/u;
const LATIN_LOCAL = /[\p{Script=Latin}\p{M}0-9._%+'!#$&*~-]/u;
const LATIN_DOMAIN = /[\p{Script=Latin}\p{M}0-9.-]/u;
/** Characters of local parts and domains in other scripts (RFC 6531). */
const OTHER_LOCAL = /[\p{L}\p{M}\p{N}._%+-]/u;
const OTHER_DOMAIN = /[\p{L}\p{M}\p{N}.-]/u;
const EDGE = /[\p{L}\p{N}_]/u;
const TOP_LEVEL = /\.\p{L}[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}]$/u;
/** How many labels after the address are tried as words of the text. */
const MAX_CUTS = 4;

/** Finds e-mail addresses at each `@`. */
export const email: Detector = {
  name: 'email',
  mayFind: ({ text }) => text.includes('@'),
  *find({ text, checkTime }): Generator<Candidate> {
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      checkTime();
      const start = findStart(text, at);
      const end = findEnd(text, at);
      if (start === undefined || end === undefined) continue;
      if (!isAddress(text.slice(start, end))) continue;
      yield { type: 'EMAIL', start, end, score: 0.99 };
    }
  },
};

function isAddress(address: string): boolean {
  return email_check.default(address, { allow_utf8_local_part: true, ignore_max_length: true });
}

/**
 * Finds the start of the local part. A local part in Latin letters ends at any other script, because
 * Chinese and Japanese write words before an address without a space.
 */
function findStart(text: string, at: number): number | undefined {
  const allowed = LATIN.test(text.charAt(at - 1)) ? LATIN_LOCAL : OTHER_LOCAL;
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL && allowed.test(text.charAt(start - 1))) start -= 1;
  while (start < at && !EDGE.test(text.charAt(start))) start += 1;
  return start < at ? start : undefined;
}

function findEnd(text: string, at: number): number | undefined {
  const allowed = LATIN.test(text.charAt(at + 1)) ? LATIN_DOMAIN : OTHER_DOMAIN;
  let end = at + 1;
  while (end < text.length && end - at < MAX_DOMAIN && allowed.test(text.charAt(end))) end += 1;
  // A text may go on after the address without a space: "mail me@example.com.I wait".
  for (let cuts = 0; cuts < MAX_CUTS; cuts += 1) {
    const domain = text.slice(at + 1, end);
    if (TOP_LEVEL.test(domain)) return end;
    const length = domain.endsWith('-') ? domain.length - 1 : domain.lastIndexOf('.');
    if (length <= 0) return undefined;
    end = at + 1 + length;
  }
  return undefined;
}
