import { type Candidate, type Detector, findValuesAfter, type Scan } from '../scan.ts';

const PASSPORT = /(?<![A-Za-z0-9])(?=[A-Z]{0,4}[0-9])[A-Z0-9]{6,12}(?![A-Za-z0-9])/g;
const LICENCE =
  /(?<![A-Za-z0-9])(?=[A-Z]{0,6}[ -]?[0-9])[A-Z0-9]{1,18}(?:[ -](?=[A-Z]{0,5}[0-9])[A-Z0-9]{2,12}){0,4}(?![A-Za-z0-9])/g;
const LEAST_DIGITS = 4;

/** Finds passport numbers and the numbers of driving licences, which need a cue word. */
export const documents: Detector = {
  name: 'documents',
  mayFind: ({ has_digit }) => has_digit,
  *find(scan: Scan): Generator<Candidate> {
    for (const { start, end, value } of findValuesAfter(scan, 'passport', { pattern: PASSPORT })) {
      if (hasDigits(value)) yield { type: 'PASSPORT_NUMBER', start, end, score: 0.85 };
    }
    for (const { start, end, value } of findValuesAfter(scan, 'driver_id', { pattern: LICENCE })) {
      if (hasDigits(value)) yield { type: 'DRIVER_ID', start, end, score: 0.8 };
    }
  },
};

function hasDigits(value: string): boolean {
  return value.replace(/[^0-9]/g, '').length >= LEAST_DIGITS && value.length >= 6;
}
