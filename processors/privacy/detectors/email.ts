import { createClass } from '../character-class.ts';
import type { Candidate, Detector } from '../scan.ts';

/**
 * Longest local part, domain and label of a domain, in characters.
 * Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1 and rfc1035#section-2.3.4
 */
const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;
const MAX_LABEL = 63;

const isLatin = createClass(/[\p{Script=Latin}0-9]/u);
const isLatinLocal = createClass(/[\p{Script=Latin}\p{M}0-9._%+'!#$&*~-]/u);
const isLatinDomain = createClass(/[\p{Script=Latin}\p{M}0-9.-]/u);
/** Characters of local parts and domains in other scripts (RFC 6531). */
const isOtherLocal = createClass(/[\p{L}\p{M}\p{N}._%+-]/u);
const isOtherDomain = createClass(/[\p{L}\p{M}\p{N}.-]/u);
const isEdge = createClass(/[\p{L}\p{N}_]/u);
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
  const at = address.indexOf('@');
  const local = address.slice(0, at);
  if (local.endsWith('.') || local.includes('..')) return false;
  return address
    .slice(at + 1)
    .split('.')
    .every((label) => label !== '' && label.length <= MAX_LABEL && !/^-|-$/.test(label));
}

/**
 * Finds the start of the local part. A local part in Latin letters ends at any other script, because
 * Chinese and Japanese write words before an address without a space.
 */
function findStart(text: string, at: number): number | undefined {
  const allowed = isLatin(text, at - 1) ? isLatinLocal : isOtherLocal;
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL && allowed(text, start - 1)) start -= 1;
  while (start < at && !isEdge(text, start)) start += 1;
  return start < at ? start : undefined;
}

function findEnd(text: string, at: number): number | undefined {
  const allowed = isLatin(text, at + 1) ? isLatinDomain : isOtherDomain;
  let end = at + 1;
  while (end < text.length && end - at < MAX_DOMAIN && allowed(text, end)) end += 1;
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
