/**
 * Check digits for which no maintained package on npm is small enough. All take the compact form:
 * digits, or capital letters and digits.
 */

/**
 * Checks an NHS number of England, Wales and the Isle of Man.
 * Source: https://www.datadictionary.nhs.uk/attributes/nhs_number.html
 */
export function isNhsNumber(digits: string): boolean {
  if (!/^[0-9]{10}$/.test(digits)) return false;
  const sum = sumWeighted(digits.slice(0, 9), [10, 9, 8, 7, 6, 5, 4, 3, 2]);
  return (11 - (sum % 11)) % 11 === Number(digits.charAt(9));
}

/**
 * Checks a Japanese individual number (My Number).
 * Source: https://elaws.e-gov.go.jp/document?lawid=426M60000008085 (article 5)
 */
export function isMyNumber(digits: string): boolean {
  if (!/^[0-9]{12}$/.test(digits)) return false;
  const rest = sumWeighted(digits.slice(0, 11), [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest <= 1 ? 0 : 11 - rest) === Number(digits.charAt(11));
}

const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
/** Values of the letters A to Z; I, O and Q are not in use. */
const VIN_LETTERS = [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Checks the ninth character of a vehicle identification number. Vehicles for North America and
 * China have a check digit; those for Europe do not.
 * Source: https://www.ecfr.gov/current/title-49/part-565
 */
export function isVin(value: string): boolean {
  if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(value)) return false;
  let sum = 0;
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    const number = code < 65 ? code - 48 : (VIN_LETTERS[code - 65] ?? 0);
    sum += number * (VIN_WEIGHTS[i] ?? 0);
  }
  const check = sum % 11;
  return value.charAt(8) === (check === 10 ? 'X' : String(check));
}

function sumWeighted(digits: string, weights: number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * Number(digits.charAt(i)), 0);
}
