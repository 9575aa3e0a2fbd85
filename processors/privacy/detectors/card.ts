import credit_card from 'validator/lib/isCreditCard.js';
import luhn_number from 'validator/lib/isLuhnNumber.js';
import { listCandidates, type NumberCandidate, type NumberToken } from '../numbers.ts';
import {
  type Candidate,
  type Detector,
  findValuesAfter,
  type Scan,
  topicsBefore,
} from '../scan.ts';

const MIN_DIGITS = 12;
const LIMITS = {
  min: MIN_DIGITS,
  max: 19,
  accepts: isGrouping,
  mayStart: (token?: NumberToken) =>
    token?.groups[0] === 4 || (token?.groups[0] ?? 0) >= MIN_DIGITS,
};
const MASTERCARD_DIGITS = 16;

/** Finds card numbers by their brand and their check digit (Luhn). */
export const card_number: Detector = {
  name: 'card_number',
  mayFind: ({ text, has_digit }) => has_digit && /[0-9](?:[ -]?[0-9]){11}/.test(text),
  *find(scan: Scan): Generator<Candidate> {
    let done = 0;
    for (const candidate of listCandidates(scan.text, scan.numbers(), LIMITS)) {
      if (candidate.start < done) continue;
      scan.checkTime();
      const score = rate(scan, candidate);
      if (score === undefined) continue;
      done = candidate.end;
      yield { type: 'CREDIT_DEBIT_NUMBER', start: candidate.start, end: candidate.end, score };
    }
  },
};

/** Card numbers are written in one group, in groups of four, or as 4-6-5 and 4-6-4. */
function isGrouping(groups: number[]): boolean {
  const [first, second] = groups;
  if (groups.length === 1) return true;
  return first === 4 && (second === 4 || second === 6) && groups.length <= 5;
}

function rate(scan: Scan, { start, digits }: NumberCandidate): number | undefined {
  const topics = topicsBefore(scan, start);
  const has_cue = topics.has('card');
  if (topics.has('other') || topics.has('version')) return undefined;
  if (isBrand(digits)) return isOther(topics) ? FOREIGN_CUE_SCORE : 0.99;
  return has_cue && luhn_number.default(digits) ? 0.9 : undefined;
}

/**
 * Score of a card after the cue word of another number, such as "my number". It is lower than that of the
 * other number if that has the form and the check digit of its kind.
 */
const FOREIGN_CUE_SCORE = 0.9;

function isOther(topics: ReadonlySet<string>): boolean {
  return topics.size > 0 && !topics.has('card') && !topics.has('bank_account');
}

/** validator accepts a Mastercard number of any length, so its length is checked here. */
function isBrand(digits: string): boolean {
  if (digits.startsWith('5') && digits.length !== MASTERCARD_DIGITS) return false;
  return credit_card.default(digits);
}

const CVV = /(?<![0-9./-])[0-9]{3,4}(?![0-9]|[./-][0-9])/g;
const EXPIRY = /(?<![0-9./-])(?:0?[1-9]|1[0-2]) ?[/.-] ?(?:20)?[0-9]{2}(?![0-9]|[./-][0-9])/g;

export const card_cvv: Detector = {
  name: 'card_cvv',
  mayFind: ({ has_digit }) => has_digit,
  *find(scan: Scan): Generator<Candidate> {
    for (const { start, end } of findValuesAfter(scan, 'cvv', { pattern: CVV, reach: 16 })) {
      yield { type: 'CREDIT_DEBIT_CVV', start, end, score: 0.9 };
    }
  },
};

/** Finds the month in which a card expires, if the text also names a card. */
export const card_expiry: Detector = {
  name: 'card_expiry',
  mayFind: ({ has_digit }) => has_digit,
  *find(scan: Scan): Generator<Candidate> {
    const names_card = scan.cues().some(({ topics }) => topics.has('card') || topics.has('cvv'));
    if (!names_card) return;
    for (const { start, end } of findValuesAfter(scan, 'expiry', { pattern: EXPIRY, reach: 16 })) {
      yield { type: 'CREDIT_DEBIT_EXPIRY', start, end, score: 0.85 };
    }
  },
};
