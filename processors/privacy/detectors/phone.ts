import {
  type CountryCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { listCandidates, type NumberCandidate, type NumberToken } from '../numbers.ts';
import { type Candidate, type Detector, type Scan, topicsAfter, topicsBefore } from '../scan.ts';
import { listRegions } from './phone-regions.ts';

const MIN_DIGITS = 7;
const MAX_DIGITS = 15;
const DATE =
  /^(?:[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{4})(?![0-9])/;

/**
 * Finds phone numbers. A number with a country code must be valid in the number plan. A number
 * without one needs a cue word such as "call", or must be valid and grouped as its country writes it.
 */
export const phone: Detector = {
  name: 'phone',
  mayFind: ({ text, has_digit }) => has_digit && /[0-9](?:[^0-9]{0,3}[0-9]){6}/.test(text),
  *find(scan: Scan): Generator<Candidate> {
    const mayStart = (...tokens: (NumberToken | undefined)[]) => mayStartPhone(scan, tokens);
    const limits = { min: MIN_DIGITS, max: MAX_DIGITS, accepts: isGrouping, mayStart };
    const rateOnce = createRating(scan);
    let done = 0;
    for (const candidate of listCandidates(scan.text, scan.numbers(), limits)) {
      if (candidate.start < done) continue;
      scan.checkTime();
      const score = rateOnce(candidate);
      if (score === undefined) continue;
      done = candidate.end;
      yield { type: 'PHONE', ...includeSigns(scan.text, candidate), score };
    }
  },
};

/**
 * Returns false for tokens that cannot start a number without a cue word. Texts full of short numbers
 * then take little time.
 */
function mayStartPhone(scan: Scan, [first, ...rest]: (NumberToken | undefined)[]): boolean {
  if (first === undefined) return false;
  if (first.digits.startsWith('0') || scan.number_cues().length > 0) return true;
  if (scan.text.slice(Math.max(0, first.start - 3), first.start).includes('+')) return true;
  return [first, ...rest].some((token) => token?.groups.some((length) => length >= 3));
}

/** Only the country code and the first digits after it may stand alone. */
function isGrouping(groups: number[]): boolean {
  return groups.slice(2).every((length) => length >= 2) && groups.length <= 7;
}

/**
 * Remembers the number plans' answers for the digits of one text, because reading a number takes
 * longer than all other work for it.
 */
function createRating(scan: Scan) {
  const plans = new Map<string, NumberPlan>();
  const askPlan = (digits: string): NumberPlan => {
    const known = plans.get(digits) ?? readPlan(digits, scan.language_code);
    plans.set(digits, known);
    return known;
  };
  return (candidate: NumberCandidate) => rate(scan, candidate, askPlan);
}

/** The answers of the number plans of a language's countries about digits. */
interface NumberPlan {
  is_possible: boolean;
  /** The number in each country in which it is valid. */
  valid: PhoneNumber[];
}

function readPlan(digits: string, language_code: string): NumberPlan {
  const numbers = listRegions(language_code).flatMap(
    (region) => parsePhoneNumberFromString(digits, region as CountryCode) ?? [],
  );
  return {
    is_possible: numbers.some((number) => number.isPossible()),
    valid: numbers.filter((number) => number.isValid()),
  };
}

type AskPlan = (digits: string) => NumberPlan;

function rate(scan: Scan, candidate: NumberCandidate, askPlan: AskPlan): number | undefined {
  const { text } = scan;
  if (DATE.test(text.slice(candidate.start, candidate.start + 11))) return undefined;
  const international = readInternational(text, candidate);
  if (international !== undefined) {
    const number = parsePhoneNumberFromString(`+${international}`);
    if (number?.isValid()) return 0.97;
  }
  const is_announceable = international !== undefined || scan.number_cues().length > 0;
  if (!is_announceable && !mayBeNational(candidate)) return undefined;
  const before = topicsBefore(scan, candidate.start);
  const has_cue = before.has('phone') || topicsAfter(scan, candidate.end).has('phone');
  if (!has_cue && before.size > 0) return undefined;
  const is_announced = has_cue || international !== undefined;
  if (!is_announced && !mayBeNational(candidate)) return undefined;
  const score = rateNational(candidate, askPlan(candidate.digits), is_announced);
  return (
    score ??
    (looksLikePhone(text, candidate) && askPlan(candidate.digits).is_possible ? 0.65 : undefined)
  );
}

/** Returns the digits after `+` or `00`, or undefined if the number has no such prefix. */
function readInternational(text: string, { start, digits }: NumberCandidate): string | undefined {
  if (/\+ ?\(?$/.test(text.slice(Math.max(0, start - 3), start))) return digits.replace(/^00/, '');
  return digits.startsWith('00') ? digits.slice(2) : undefined;
}

function rateNational(
  { groups }: NumberCandidate,
  { is_possible, valid }: NumberPlan,
  has_cue: boolean,
): number | undefined {
  if (has_cue) return valid.length > 0 ? 0.95 : is_possible ? 0.65 : undefined;
  if (valid.some((number) => isGroupedLike(number.formatNational(), groups))) return 0.8;
  return groups.length === 1 && valid.some(isMobile) ? 0.7 : undefined;
}

/** Returns false for groups that no country writes, before the number plans are asked. */
function mayBeNational({ digits, groups }: NumberCandidate): boolean {
  if (groups.length === 1) return mayStandAlone(digits);
  return digits.startsWith('0') || groups.some((length) => length >= 3);
}

/**
 * Returns true for digits in one group that may be a phone number without a cue word: those with a
 * trunk prefix, because other numbers seldom start with zero, and the eleven digits of a Chinese
 * mobile number.
 */
function mayStandAlone(digits: string): boolean {
  return /^0[1-9][0-9]{8,9}$|^1[3-9][0-9]{9}$/.test(digits);
}

function isMobile(number: PhoneNumber): boolean {
  const { country, nationalNumber } = number;
  // In other countries eleven digits that start with 1 are an order number as often.
  if (nationalNumber.length === 11 && country !== 'CN') return false;
  return number.getType() === 'MOBILE';
}

/**
 * Returns true for `(555) 010-0199` and `080-0000-1234`: people write nothing else in this way, even
 * if the number plan has no such number.
 */
function looksLikePhone(text: string, { start, end }: NumberCandidate): boolean {
  return /^(?:\([0-9]{3}\) ?[0-9]{3}[- ][0-9]{4}|0[0-9]{1,3}-[0-9]{2,4}-[0-9]{4}|0[0-9]{2,3}-[0-9]{7,8})$/.test(
    text.slice(text.charAt(start - 1) === '(' ? start - 1 : start, end),
  );
}

/** Returns true if the groups are those of the usual format, apart from a trunk prefix. */
function isGroupedLike(format: string, groups: number[]): boolean {
  const usual = format.match(/[0-9]+/g)?.map(({ length }) => length) ?? [];
  const [first = 0, ...rest] = usual;
  const [own = 0, ...own_rest] = groups.length > usual.length ? groups.slice(1) : groups;
  return usual.length > 1 && Math.abs(first - own) <= 1 && String(rest) === String(own_rest);
}

function includeSigns(text: string, { start, end }: { start: number; end: number }) {
  const sign = /(?:\+ ?\(?|\()$/.exec(text.slice(Math.max(0, start - 3), start));
  return { start: start - (sign?.[0].length ?? 0), end };
}
