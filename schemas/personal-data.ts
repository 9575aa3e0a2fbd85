import * as z from 'zod';

/**
 * Types of personal data that DetectPiiEntities of Amazon Comprehend knows.
 * Source: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_PiiEntity.html
 */
const COMPREHEND_PERSONAL_DATA_TYPES = [
  'ADDRESS',
  'AGE',
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'BANK_ACCOUNT_NUMBER',
  'BANK_ROUTING',
  'CA_HEALTH_NUMBER',
  'CA_SOCIAL_INSURANCE_NUMBER',
  'CREDIT_DEBIT_CVV',
  'CREDIT_DEBIT_EXPIRY',
  'CREDIT_DEBIT_NUMBER',
  'DATE_TIME',
  'DRIVER_ID',
  'EMAIL',
  'INTERNATIONAL_BANK_ACCOUNT_NUMBER',
  'IN_AADHAAR',
  'IN_NREGA',
  'IN_PERMANENT_ACCOUNT_NUMBER',
  'IN_VOTER_NUMBER',
  'IP_ADDRESS',
  'LICENSE_PLATE',
  'MAC_ADDRESS',
  'NAME',
  'PASSPORT_NUMBER',
  'PASSWORD',
  'PHONE',
  'PIN',
  'SSN',
  'SWIFT_CODE',
  'UK_NATIONAL_HEALTH_SERVICE_NUMBER',
  'UK_NATIONAL_INSURANCE_NUMBER',
  'UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER',
  'URL',
  'USERNAME',
  'US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER',
  'VEHICLE_IDENTIFICATION_NUMBER',
] as const;

/**
 * Languages in which DetectPiiEntities finds personal data.
 * Source: https://docs.aws.amazon.com/comprehend/latest/dg/supported-languages.html
 */
export const COMPREHEND_PERSONAL_DATA_LANGUAGES: readonly string[] = ['en', 'es'];

/**
 * Largest text of DetectPiiEntities, in bytes of UTF-8.
 * Source: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_DetectPiiEntities.html
 */
export const MAX_SEARCHED_BYTES = 100_000;

/**
 * Types that only the local detectors find, with names in the form of Comprehend's. `OTHER` stands
 * for types that Comprehend may add later.
 */
const LOCAL_PERSONAL_DATA_TYPES = [
  'API_TOKEN',
  'BR_CNPJ',
  'BR_CPF',
  'CN_RESIDENT_ID',
  'DE_TAX_ID',
  'ES_NATIONAL_ID',
  'FR_SOCIAL_SECURITY_NUMBER',
  'IT_FISCAL_CODE',
  'JP_MY_NUMBER',
  'KR_RESIDENT_REGISTRATION_NUMBER',
  'OTHER',
] as const;

/** A type of personal data, for example `EMAIL`. */
export const personalDataType = z.enum([
  ...COMPREHEND_PERSONAL_DATA_TYPES,
  ...LOCAL_PERSONAL_DATA_TYPES,
]);
export type PersonalDataType = z.infer<typeof personalDataType>;

/** The types and the number of the personal data in a record. It never has a value. */
export const piiSchema = z.object({
  types: z.array(personalDataType).describe('The types that were found, in alphabetical order.'),
  count: z.int().min(0).describe('How many pieces of personal data were found.'),
  redacted: z.boolean().describe('Whether placeholders stand for them in what is stored.'),
  failed: z
    .boolean()
    .describe('Whether a detector failed. The whole value is then masked, if it is redacted.'),
});
export type Pii = z.infer<typeof piiSchema>;
