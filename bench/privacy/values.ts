import type { Faker } from '@faker-js/faker';
import { createAddress } from './addresses.ts';
import { addLuhn, group, NATIONAL_ID_GENERATORS } from './national-ids.ts';
import { createPhone } from './phones.ts';

type Create = (faker: Faker, language: string) => string;

const COUNTRY: Record<string, string[]> = {
  en: ['GB'],
  es: ['ES'],
  fr: ['FR', 'BE', 'CH'],
  de: ['DE', 'AT', 'CH'],
  it: ['IT'],
  pt: ['BR', 'PT'],
  ar: ['SA', 'AE', 'JO'],
};

/** Creates a value of each type of personal data, in the way of the language. */
export const VALUE_GENERATORS: Record<string, Create> = {
  ...NATIONAL_ID_GENERATORS,
  EMAIL: createEmail,
  PHONE: createPhone,
  URL: (faker) =>
    faker.helpers.arrayElement([
      () => faker.internet.url(),
      () => `https://${faker.internet.domainName()}/reset?token=${faker.string.alphanumeric(24)}`,
      () =>
        `https://${faker.internet.domainWord()}:${faker.string.alphanumeric(8)}@${faker.internet.domainName()}/x`,
      () => `www.${faker.internet.domainName()}/${faker.string.alpha(6)}`,
    ])(),
  IP_ADDRESS: (faker) =>
    faker.datatype.boolean(0.7) ? faker.internet.ipv4() : faker.internet.ipv6(),
  MAC_ADDRESS: (faker) => faker.internet.mac({ separator: faker.helpers.arrayElement([':', '-']) }),
  CREDIT_DEBIT_NUMBER: createCard,
  CREDIT_DEBIT_CVV: (faker) => faker.finance.creditCardCVV(),
  CREDIT_DEBIT_EXPIRY: (faker) =>
    `${faker.helpers.arrayElement(['01', '04', '09', '12'])}/${faker.helpers.arrayElement(['27', '29', '2028'])}`,
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: (faker, language) =>
    faker.finance.iban({
      formatted: faker.datatype.boolean(),
      countryCode: faker.helpers.arrayElement(COUNTRY[language] ?? ['DE']),
    }),
  SWIFT_CODE: (faker) => faker.finance.bic({ includeBranchCode: faker.datatype.boolean() }),
  BANK_ACCOUNT_NUMBER: (faker, language) =>
    faker.finance.accountNumber(['ja', 'ko'].includes(language) ? 7 : 10),
  BANK_ROUTING: (faker, language) =>
    language === 'de'
      ? faker.string.numeric({ length: 8, allowLeadingZeros: false })
      : faker.finance.routingNumber(),
  PASSPORT_NUMBER: (faker) =>
    faker.string.alpha({ length: 2, casing: 'upper' }) + faker.string.numeric(7),
  DRIVER_ID: (faker) =>
    faker.string.alpha({ length: 1, casing: 'upper' }) + faker.string.numeric(8),
  DATE_TIME: createBirthDate,
  AGE: (faker) => String(faker.number.int({ min: 18, max: 95 })),
  ADDRESS: createAddress,
  NAME: (faker, language) => createName(faker, language),
  USERNAME: (faker) => `@${faker.internet.username().replace(/[^A-Za-z0-9_]/g, '')}x`,
  PASSWORD: (faker) =>
    `${faker.internet.password({ length: 9, pattern: /[A-Za-z0-9]/ })}${faker.helpers.arrayElement(['!', '#', '7'])}`,
  PIN: (faker) => faker.string.numeric({ length: 4, allowLeadingZeros: true }),
  LICENSE_PLATE: createPlate,
  VEHICLE_IDENTIFICATION_NUMBER: (faker) =>
    faker.vehicle.vin().replace(/[IOQ]/g, 'X').toUpperCase(),
  AWS_ACCESS_KEY: (faker) =>
    `AKIA${faker.string.fromCharacters('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
  API_TOKEN: (faker) =>
    faker.helpers.arrayElement(['ghp_', 'sk_live_', 'npm_']) + faker.string.alphanumeric(36),
};

const HINDI_FIRST = ['राहुल', 'प्रिया', 'अमित', 'सुनीता', 'विकास', 'अंजलि', 'रोहित', 'कविता'];
const HINDI_LAST = ['शर्मा', 'वर्मा', 'गुप्ता', 'सिंह', 'पटेल', 'यादव', 'मिश्रा', 'नायर'];

function createName(faker: Faker, language: string): string {
  if (language === 'hi') {
    return `${faker.helpers.arrayElement(HINDI_FIRST)} ${faker.helpers.arrayElement(HINDI_LAST)}`;
  }
  const [first, last] = [faker.person.firstName(), faker.person.lastName()];
  if (language === 'ko' || language.startsWith('zh')) return last + first;
  return language === 'ja' ? `${last}${first}` : `${first} ${last}`;
}

/** One address in six is hidden from collectors of addresses, and one in twenty has wide letters. */
function createEmail(faker: Faker): string {
  const address = faker.internet
    .email({ provider: faker.internet.domainName() })
    .replace(/[^\w.+@-]/g, '');
  const [local = '', domain = ''] = address.replace(/^[^A-Za-z0-9]+/, 'a').split('@');
  const dice = faker.number.int(60);
  if (dice < 5) return `${local} at ${domain.replaceAll('.', ' dot ')}`;
  if (dice < 10) return `${local} [at] ${domain}`;
  if (dice < 12) return `${local}(at)${domain.replaceAll('.', '(dot)')}`;
  if (dice < 15) return widen(`${local}@${domain}`);
  return `${local}@${domain}`;
}

function widen(text: string): string {
  return text.replace(/[!-~]/g, (character) =>
    String.fromCharCode(character.charCodeAt(0) + 0xfee0),
  );
}

function createCard(faker: Faker): string {
  const [prefix, length, groups] = faker.helpers.arrayElement([
    ['4', 16, [4, 4, 4, 4]],
    [`5${faker.number.int({ min: 1, max: 5 })}`, 16, [4, 4, 4, 4]],
    ['37', 15, [4, 6, 5]],
    ['6011', 16, [4, 4, 4, 4]],
    ['3528', 16, [4, 4, 4, 4]],
  ] as [string, number, number[]][]);
  const body =
    prefix + faker.string.numeric({ length: length - prefix.length - 1, allowLeadingZeros: true });
  const separator = faker.helpers.arrayElement(['', ' ', '-']);
  return group(addLuhn(body), groups, separator);
}

function createBirthDate(faker: Faker, language: string): string {
  const date = faker.date.birthdate();
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  if (['ja', 'zh', 'zh-TW'].includes(language)) return `${year}年${month}月${day}日`;
  if (language === 'ko') return `${year}년 ${month}월 ${day}일`;
  return faker.helpers.arrayElement([
    `${day}/${month}/${year}`,
    `${day}.${month}.${year}`,
    `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
  ]);
}

function createPlate(faker: Faker, language: string): string {
  const upper = (length: number) => faker.string.alpha({ length, casing: 'upper' });
  const number = (length: number) => faker.string.numeric(length);
  const plates: Record<string, () => string> = {
    de: () => `B-${upper(2)} ${number(4)}`,
    fr: () => `${upper(2)}-${number(3)}-${upper(2)}`,
    es: () => `${number(4)} ${faker.string.fromCharacters('BCDFGHJKLMNPRSTVWXYZ', 3)}`,
    it: () => `${upper(2)}${number(3)}${upper(2)}`,
    pt: () => `${upper(3)}${number(1)}${upper(1)}${number(2)}`,
    hi: () => `DL ${number(2)} ${upper(2)} ${number(4)}`,
    ja: () => `品川 ${number(3)} さ ${number(2)}-${number(2)}`,
    ko: () => `${number(2)}가 ${number(4)}`,
    zh: () => `京A${number(5)}`,
    'zh-TW': () => `${upper(3)}-${number(4)}`,
  };
  return (plates[language] ?? (() => `${upper(3)} ${number(4)}`))();
}
