import type { Span } from './ports.ts';

/** A group of digits, and how it is joined to the group before it. */
interface Group extends Span {
  joined: 'tightly' | 'loosely' | 'not';
}

/**
 * Digits that one separator without a space joins, such as `555-123-4567`. A part of them is never
 * a number of its own, because `112-1234567-1234567` does not contain a phone number.
 */
export interface NumberToken extends Span {
  digits: string;
  /** Lengths of the groups, for example 3, 3 and 4. */
  groups: number[];
  /** True if a space, or a space and a sign, joins the token to the token before it. */
  follows: boolean;
}

/** Longest token that is a candidate. A longer token is no number of a person. */
const MAX_TOKEN_DIGITS = 40;
const TIGHT = /^[-./]$/;
const LOOSE = /^(?: | - |\) ?|\)[-.]| ?\(| \/ )$/;
const DIGITS = /[0-9]+/g;

/** Lists the number tokens of a folded text, in the order of the text. */
export function listNumberTokens(text: string): NumberToken[] {
  const tokens: NumberToken[] = [];
  let open: NumberToken | undefined;
  for (const { start, end, joined } of listGroups(text)) {
    const digits = end - start > MAX_TOKEN_DIGITS ? '' : text.slice(start, end);
    if (open !== undefined && joined === 'tightly') {
      open.end = end;
      // A token that is too long keeps no digits, so that its size stays small.
      const is_long = open.digits.length + digits.length > MAX_TOKEN_DIGITS || digits === '';
      open.digits = open.digits === '' || is_long ? '' : open.digits + digits;
      if (open.groups.length <= MAX_TOKEN_DIGITS) open.groups.push(end - start);
      continue;
    }
    open = { start, end, digits, groups: [end - start], follows: joined === 'loosely' };
    tokens.push(open);
  }
  return tokens;
}

function* listGroups(text: string): Generator<Group> {
  let previous_end = -1;
  for (const match of text.matchAll(DIGITS)) {
    const start = match.index;
    const gap = start - previous_end;
    const between = previous_end < 0 || gap > 3 ? '' : text.slice(previous_end, start);
    const joined = TIGHT.test(between) ? 'tightly' : LOOSE.test(between) ? 'loosely' : 'not';
    yield { start, end: start + match[0].length, joined };
    previous_end = start + match[0].length;
  }
}

/** Several tokens that spaces join, read as one number. */
export interface NumberCandidate extends Span {
  digits: string;
  groups: number[];
}

/**
 * Lists the sequences of tokens with a number of digits within the limits. Longer sequences come
 * first. No sequence starts or ends within a word.
 *
 * @param limits.accepts returns false if no number of the kind starts with these groups. Texts with
 * many short groups then give few sequences.
 */
export function* listCandidates(
  text: string,
  tokens: NumberToken[],
  limits: Limits,
): Generator<NumberCandidate> {
  for (const [first, token] of tokens.entries()) {
    const is_alone = !tokens[first + 1]?.follows;
    if (token.digits === '' || (is_alone && token.digits.length < limits.min)) continue;
    if (limits.mayStart?.(token, tokens[first + 1], tokens[first + 2]) === false) continue;
    if (goesOnBefore(text, token.start)) continue;
    yield* listFrom(text, tokens, first, limits);
  }
}

interface Limits {
  min: number;
  max: number;
  accepts: (groups: number[]) => boolean;
  /** Returns false if no number of the kind starts with the first of these tokens. */
  mayStart?: (...tokens: (NumberToken | undefined)[]) => boolean;
}

/** Lists the sequences that start with one token, the longest first. */
function listFrom(text: string, tokens: NumberToken[], first: number, limits: Limits) {
  const found: NumberCandidate[] = [];
  let [digits, groups]: [string, number[]] = ['', []];
  for (let last = first; last < tokens.length; last += 1) {
    const next = tokens[last];
    if (next === undefined || next.digits === '' || (last > first && !next.follows)) break;
    digits += next.digits;
    groups = last === first ? next.groups : [...groups, ...next.groups];
    if (digits.length > limits.max || !limits.accepts(groups)) break;
    if (digits.length >= limits.min && !goesOnAfter(text, next.end)) {
      found.unshift({ start: tokens[first]?.start ?? 0, end: next.end, digits, groups });
    }
  }
  return found;
}

/** Returns true if a word goes on here, also over a hyphen: numbers in a UUID are no numbers. */
function goesOnBefore(text: string, start: number): boolean {
  if (isWordCharacter(text, start - 1)) return true;
  return text.charAt(start - 1) === '-' && isWordCharacter(text, start - 2);
}

function goesOnAfter(text: string, end: number): boolean {
  return isWordCharacter(text, end) || (text.charAt(end) === '-' && isWordCharacter(text, end + 1));
}

const WORD_CHARACTER = /[A-Za-z0-9_\u00c0-\u024f]/;

/** Returns true if the character at the index is a Latin letter, a digit or an underscore. */
export function isWordCharacter(text: string, index: number): boolean {
  return index >= 0 && index < text.length && WORD_CHARACTER.test(text.charAt(index));
}
