import { countrySpecs, isValidBIC, ValidationErrorsIBAN, validateIBAN } from 'ibantools';
import { isWordCharacter } from '../numbers.ts';
import { type Candidate, type Detector, findValuesAfter, type Scan } from '../scan.ts';

const IBAN_START = /(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?[0-9]{2}/g;
const SEPARATOR = /[ -]/;
const ALPHANUMERIC = /[A-Za-z0-9]/;

/** Finds IBANs by the length of their country and their check digits. */
export const iban: Detector = {
  name: 'iban',
  mayFind: ({ has_digit, text }) => has_digit && /[A-Za-z]{2}[ -]?[0-9]{2}/.test(text),
  *find({ text, checkTime }: Scan): Generator<Candidate> {
    for (const { index: start, 0: head } of text.matchAll(IBAN_START)) {
      checkTime();
      const length = countrySpecs[head.slice(0, 2).toUpperCase()]?.chars;
      if (length === undefined || length === null) continue;
      const { end, value } = takeCharacters(text, start, length);
      if (isWordCharacter(text, end) || !isIban(value.toUpperCase())) continue;
      yield { type: 'INTERNATIONAL_BANK_ACCOUNT_NUMBER', start, end, score: 0.99 };
    }
  },
};

/**
 * Checks form and check digits of an IBAN. A wrong check digit of the bank within it is no reason to
 * show the number, because not all banks of a country use one.
 */
function isIban(value: string): boolean {
  const { valid, errorCodes } = validateIBAN(value);
  return (
    valid ||
    errorCodes.every((code) => code === ValidationErrorsIBAN.WrongAccountBankBranchChecksum)
  );
}

/** Takes letters and digits, and skips one separator between two of them. */
function takeCharacters(text: string, start: number, count: number) {
  let [value, end] = ['', start];
  for (let i = start; i < text.length && value.length < count; i += 1) {
    const character = text.charAt(i);
    if (ALPHANUMERIC.test(character)) {
      value += character;
      end = i + 1;
    } else if (!SEPARATOR.test(character) || SEPARATOR.test(text.charAt(i - 1))) break;
  }
  return { end, value };
}

const BIC = /(?<![A-Za-z0-9])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])/g;
const ACCOUNT = /(?<![A-Za-z0-9.])[0-9](?:[ -]?[0-9]){5,17}(?![A-Za-z0-9]|[.,][0-9])/g;
const ROUTING =
  /(?<![A-Za-z0-9])(?:[A-Z]{4}0[A-Z0-9]{6}|[0-9]{2}-[0-9]{2}-[0-9]{2}|[0-9]{3} ?[0-9]{3} ?[0-9]{2,3}|[0-9]{3}-[0-9]{3}|[0-9]{3,6}(?:-[0-9])?)(?![A-Za-z0-9])/g;

export const swift_code: Detector = {
  name: 'swift_code',
  mayFind: ({ text }) => /[A-Z]{6}[A-Z0-9]{2}/.test(text),
  *find(scan: Scan): Generator<Candidate> {
    for (const { start, end, value } of findValuesAfter(scan, 'swift', { pattern: BIC })) {
      if (isValidBIC(value)) yield { type: 'SWIFT_CODE', start, end, score: 0.95 };
    }
  },
};

/** Account numbers and routing numbers have too many forms to be found without a cue word. */
export const bank_account: Detector = {
  name: 'bank_account',
  mayFind: ({ has_digit }) => has_digit,
  *find(scan: Scan): Generator<Candidate> {
    for (const { start, end } of findValuesAfter(scan, 'bank_account', { pattern: ACCOUNT })) {
      yield { type: 'BANK_ACCOUNT_NUMBER', start, end, score: 0.85 };
    }
    for (const { start, end } of findValuesAfter(scan, 'bank_routing', {
      pattern: ROUTING,
      reach: 20,
    })) {
      yield { type: 'BANK_ROUTING', start, end, score: 0.85 };
    }
  },
};
