import type { Faker } from '@faker-js/faker';

/**
 * Generators of valid national numbers. Each computes the check digits itself, by the published
 * rule, so that the benchmark does not ask the validators of the detectors.
 */
export const NATIONAL_ID_GENERATORS: Record<string, (faker: Faker) => string> = {
  SSN: (faker) =>
    `${pick(faker, ['1', '2', '3', '4', '5', '7'])}${digits(faker, 1)}${inRange(faker, 1, 9)}-${pad(inRange(faker, 10, 99), 2)}-${pad(inRange(faker, 1000, 9998), 4)}`,
  US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER: (faker) =>
    `9${digits(faker, 2)}-${inRange(faker, 70, 79)}-${digits(faker, 4)}`,
  UK_NATIONAL_HEALTH_SERVICE_NUMBER: (faker) =>
    group(
      retry(() => {
        const body = `${inRange(faker, 4, 7)}${digits(faker, 8)}`;
        const check = 11 - (weigh(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
        return check === 10 ? undefined : body + (check === 11 ? 0 : check);
      }),
      [3, 3, 4],
      pick(faker, [' ', '']),
    ),
  UK_NATIONAL_INSURANCE_NUMBER: (faker) =>
    `${pick(faker, ['AB', 'CE', 'JK', 'PA', 'RS', 'WM'])}${group(digits(faker, 6), [2, 2, 2], pick(faker, [' ', '']))}${pick(faker, ['A', 'B', 'C', 'D'])}`,
  CA_SOCIAL_INSURANCE_NUMBER: (faker) =>
    group(
      addLuhn(`${inRange(faker, 1, 7)}${digits(faker, 7)}`),
      [3, 3, 3],
      pick(faker, [' ', '-', '']),
    ),
  IN_AADHAAR: (faker) =>
    group(addVerhoeff(`${inRange(faker, 2, 9)}${digits(faker, 10)}`), [4, 4, 4], ' '),
  IN_PERMANENT_ACCOUNT_NUMBER: (faker) =>
    `${letters(faker, 3)}P${letters(faker, 1)}${pad(inRange(faker, 1, 9998), 4)}${letters(faker, 1)}`,
  DE_TAX_ID: (faker) => group(createSteuerId(faker), [2, 3, 3, 3], pick(faker, [' ', ''])),
  FR_SOCIAL_SECURITY_NUMBER: (faker) => {
    const body = `${inRange(faker, 1, 2)}${digits(faker, 2)}${pad(inRange(faker, 1, 12), 2)}${inRange(faker, 10, 69)}${pad(inRange(faker, 1, 899), 3)}${pad(inRange(faker, 1, 899), 3)}`;
    return group(
      body + pad(97 - (Number(body) % 97), 2),
      [1, 2, 2, 2, 3, 3, 2],
      pick(faker, [' ', '']),
    );
  },
  ES_NATIONAL_ID: (faker) => {
    const number = inRange(faker, 1_000_000, 99_999_999);
    return pad(number, 8) + pick(faker, ['', '-']) + 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(number % 23);
  },
  IT_FISCAL_CODE: createFiscalCode,
  BR_CPF: (faker) => {
    const body = digits(faker, 9);
    const first = mod11(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]);
    const all = `${body}${first}${mod11(`${body}${first}`, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])}`;
    return all.replace(/(...)(...)(...)(..)/, '$1.$2.$3-$4');
  },
  BR_CNPJ: (faker) => {
    const body = `${digits(faker, 8)}0001`;
    const first = mod11(body, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    const all = `${body}${first}${mod11(`${body}${first}`, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])}`;
    return all.replace(/(..)(...)(...)(....)(..)/, '$1.$2.$3/$4-$5');
  },
  JP_MY_NUMBER: (faker) => {
    const body = digits(faker, 11);
    return body + mod11(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
  },
  KR_RESIDENT_REGISTRATION_NUMBER: (faker) => {
    const birth = `${pad(inRange(faker, 50, 99), 2)}${pad(inRange(faker, 1, 12), 2)}${pad(inRange(faker, 1, 28), 2)}`;
    const body = `${birth}${inRange(faker, 1, 2)}${pad(inRange(faker, 0, 95), 2)}${digits(faker, 3)}`;
    const check = (11 - (weigh(body, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;
    return `${birth}-${body.slice(6)}${check}`;
  },
  CN_RESIDENT_ID: (faker) => {
    const place = pick(faker, ['110105', '310104', '440305', '510107', '330106']);
    const body = `${place}${inRange(faker, 1950, 2004)}${pad(inRange(faker, 1, 12), 2)}${pad(inRange(faker, 1, 28), 2)}${digits(faker, 3)}`;
    const sum = weigh(body, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    return body + '10X98765432'.charAt(sum % 11);
  },
};

function pick<Item>(faker: Faker, items: Item[]): Item {
  return faker.helpers.arrayElement(items);
}

function inRange(faker: Faker, min: number, max: number): number {
  return faker.number.int({ min, max });
}

function digits(faker: Faker, length: number): string {
  return faker.string.numeric({ length, allowLeadingZeros: true });
}

function letters(faker: Faker, length: number): string {
  return faker.string.alpha({ length, casing: 'upper' });
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

export function group(value: string, lengths: number[], separator: string): string {
  const parts: string[] = [];
  for (const length of lengths) {
    const at = parts.join('').length;
    parts.push(value.slice(at, at + length));
  }
  return parts.join(separator);
}

function weigh(value: string, weights: number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * Number(value[i]), 0);
}

function mod11(value: string, weights: number[]): number {
  const rest = weigh(value, weights) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

function retry(create: () => string | undefined): string {
  for (;;) {
    const value = create();
    if (value !== undefined) return value;
  }
}

export function addLuhn(body: string): string {
  const sum = [...body].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return body + ((10 - (sum % 10)) % 10);
}

/** Appends the check digit of Verhoeff, computed in the dihedral group of order 10. */
function addVerhoeff(body: string): string {
  const multiply = (a: number, b: number): number => {
    if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
    return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
  };
  const permute = (digit: number, times: number): number => {
    let value = digit;
    for (let i = 0; i < times % 8; i += 1) value = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][value]!;
    return value;
  };
  const product = [...body]
    .reverse()
    .reduce((value, digit, i) => multiply(value, permute(Number(digit), i + 1)), 0);
  return body + (product === 0 || product > 4 ? product : 5 - product);
}

/** Ten digits of which exactly one stands twice, and a check digit of ISO 7064 (mod 11, 10). */
function createSteuerId(faker: Faker): string {
  const order = faker.helpers.shuffle([...'0123456789']);
  order[9] = order[3]!;
  const body = faker.helpers.shuffle(order);
  if (body[0] === '0') return createSteuerId(faker);
  let product = 10;
  for (const digit of body) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  const check = 11 - product;
  return body.join('') + (check === 10 ? 0 : check);
}

function createFiscalCode(faker: Faker): string {
  const month = pick(faker, [...'ABCDEHLMPRST']);
  const day = pad(inRange(faker, 1, 28), 2);
  const consonants = (length: number) =>
    Array.from({ length }, () => pick(faker, [...'BCDFGLMNPRSTVZ'])).join('');
  const body = `${consonants(6)}${pad(inRange(faker, 40, 99), 2)}${month}${day}H${pad(inRange(faker, 501, 799), 3)}`;
  const odd = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
  ];
  const sum = [...body].reduce((total, character, i) => {
    const value = /[0-9]/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
    return total + (i % 2 === 0 ? odd[value]! : value);
  }, 0);
  return body + String.fromCharCode(65 + (sum % 26));
}
