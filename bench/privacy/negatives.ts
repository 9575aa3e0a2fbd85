import type { Faker } from '@faker-js/faker';

/** Creates values that look like personal data and are none, by the name of their slot. */
export const NEGATIVE_GENERATORS: Record<string, (faker: Faker, language: string) => string> = {
  order: (faker) =>
    pick(faker, [
      () => `${digits(faker, 3)}-${digits(faker, 7)}-${digits(faker, 7)}`,
      () => digits(faker, 10),
      () => digits(faker, 9),
      () => digits(faker, 16),
      () => `#${digits(faker, 6)}`,
      () => `${upper(faker, 2)}-${digits(faker, 8)}`,
      () => `${digits(faker, 4)}-${digits(faker, 4)}-${digits(faker, 4)}`,
      () => `${upper(faker, 4)}${digits(faker, 12)}`,
    ]),
  version: (faker) =>
    pick(faker, [
      () => faker.system.semver(),
      () =>
        `${faker.number.int(20)}.${faker.number.int(30)}.${faker.number.int(250)}.${faker.number.int(250)}`,
      () => `v${faker.system.semver()}`,
      () => `10.0.${digits(faker, 5)}`,
    ]),
  semver: (faker) => faker.system.semver(),
  hash: (faker) =>
    pick(faker, [
      () => faker.git.commitSha(),
      () => faker.git.commitSha({ length: 7 }),
      () => faker.string.hexadecimal({ length: 32, casing: 'lower', prefix: '' }),
      () => faker.string.hexadecimal({ length: 64, casing: 'lower', prefix: '' }),
    ]),
  uuid: (faker) => faker.string.uuid(),
  price: (faker, language) => {
    const price = faker.commerce.price({ min: 1, max: 99_999 });
    const currency = { ja: '¥', zh: '¥', ko: '₩', hi: '₹', en: '$' }[language];
    return currency === undefined ? `${price.replace('.', ',')} €` : `${currency}${price}`;
  },
  date: (faker) => {
    const iso = faker.date.past({ years: 3, refDate: '2026-11-01' }).toISOString();
    const [year, month, day] = iso.slice(0, 10).split('-');
    return pick(faker, [
      () => iso.slice(0, 10),
      () => iso,
      () => `${day}/${month}/${year}`,
      () => `${day}.${month}.${year}`,
      () => `${month}-${day}-${year}`,
    ]);
  },
  time: (faker) => `${faker.number.int({ min: 10, max: 23 })}:${digits(faker, 1)}5`,
  tracking: (faker) =>
    pick(faker, [
      () => `1Z${upper(faker, 3)}${digits(faker, 13)}`,
      () => digits(faker, 12),
      () => digits(faker, 20),
      () => `${upper(faker, 2)}${digits(faker, 9)}DE`,
    ]),
  count: (faker) => String(faker.number.int({ min: 2, max: 9_999 })),
  small: (faker) => String(faker.number.int({ min: 2, max: 9 })),
  weight: (faker) => `${faker.number.int({ min: 1, max: 40 })}.${digits(faker, 2)} kg`,
  model: (faker) =>
    pick(faker, [
      () => `${upper(faker, 2)}-${digits(faker, 4)}${upper(faker, 1)}`,
      () => `${upper(faker, 1)}${digits(faker, 3)}`,
      () => `${upper(faker, 3)}-${digits(faker, 3)}-${digits(faker, 4)}`,
    ]),
  isbn: (faker) => faker.commerce.isbn({ variant: 13, separator: '-' }),
};

function pick(faker: Faker, creators: (() => string)[]): string {
  return faker.helpers.arrayElement(creators)();
}

function digits(faker: Faker, length: number): string {
  return faker.string.numeric({ length, allowLeadingZeros: false });
}

function upper(faker: Faker, length: number): string {
  return faker.string.alpha({ length, casing: 'upper' });
}
