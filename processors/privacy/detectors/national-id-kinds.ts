import { validate as isCnpj } from 'stdnum/lib/cjs/br/cnpj.js';
import { validate as isCpf } from 'stdnum/lib/cjs/br/cpf.js';
import { validate as isSin } from 'stdnum/lib/cjs/ca/sin.js';
import { validate as isResidentId } from 'stdnum/lib/cjs/cn/ric.js';
import { validate as isSteuerId } from 'stdnum/lib/cjs/de/idnr.js';
import { validate as isDni } from 'stdnum/lib/cjs/es/dni.js';
import { validate as isNie } from 'stdnum/lib/cjs/es/nie.js';
import { validate as isNir } from 'stdnum/lib/cjs/fr/nir.js';
import { validate as isNino } from 'stdnum/lib/cjs/gb/nino.js';
import { validate as isUtr } from 'stdnum/lib/cjs/gb/utr.js';
import { validate as isAadhaar } from 'stdnum/lib/cjs/in/aadhaar.js';
import { validate as isPan } from 'stdnum/lib/cjs/in/pan.js';
import { validate as isCodiceFiscale } from 'stdnum/lib/cjs/it/codicefiscale.js';
import { validate as isRrn } from 'stdnum/lib/cjs/kr/rrn.js';
import { validate as isSsn } from 'stdnum/lib/cjs/us/ssn.js';
import type { PersonalDataType } from '../../../schemas/index.ts';
import type { Topic } from '../cues.ts';
import { isMyNumber, isNhsNumber } from './checksums.ts';

/** How the number of one country is written and checked. */
export interface NationalIdKind {
  type: PersonalDataType;
  /** Topic of the cue words for the number. */
  topic: Topic;
  pattern: RegExp;
  /** Checks the number in its compact form: capital letters and digits without separators. */
  isValid(compact: string): boolean;
  /**
   * Matches the ways of writing that are certain without a cue word. Undefined if a cue word must
   * stand before the number, because too many other numbers pass the check.
   */
  certain?: RegExp;
  /** True if a cue word stands for a check: newer numbers have no check digit. */
  cue_is_enough?: true;
}

const by =
  (validate: (value: string) => { isValid: boolean }) =>
  (compact: string): boolean =>
    validate(compact).isValid;
const ANY = /^/;

/** The numbers that the detectors know. Each pattern is global. */
export const NATIONAL_IDS: NationalIdKind[] = [
  {
    type: 'SSN',
    topic: 'ssn',
    pattern: /[0-8][0-9]{2}([ -]?)[0-9]{2}\1[0-9]{4}/g,
    isValid: by(isSsn),
    certain: /^[0-9]{3}-[0-9]{2}-[0-9]{4}$/,
  },
  {
    type: 'US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER',
    topic: 'itin',
    pattern: /9[0-9]{2}([ -]?)(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])\1[0-9]{4}/g,
    isValid: () => true,
    certain: /^[0-9]{3}-[0-9]{2}-[0-9]{4}$/,
  },
  {
    type: 'UK_NATIONAL_HEALTH_SERVICE_NUMBER',
    topic: 'nhs',
    pattern: /[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}/g,
    isValid: isNhsNumber,
  },
  {
    type: 'UK_NATIONAL_INSURANCE_NUMBER',
    topic: 'nino',
    pattern: /[A-Za-z]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-Da-d]/g,
    isValid: by(isNino),
    certain: /^[A-Z]/,
  },
  {
    type: 'UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER',
    topic: 'utr',
    pattern: /[0-9]{5} ?[0-9]{5}/g,
    isValid: by(isUtr),
  },
  {
    type: 'CA_SOCIAL_INSURANCE_NUMBER',
    topic: 'sin',
    pattern: /[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}/g,
    isValid: by(isSin),
  },
  {
    type: 'IN_AADHAAR',
    topic: 'aadhaar',
    pattern: /[2-9][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}/g,
    isValid: by(isAadhaar),
    certain: /^[0-9]{4} [0-9]{4} [0-9]{4}$/,
  },
  {
    type: 'IN_PERMANENT_ACCOUNT_NUMBER',
    topic: 'pan',
    pattern: /[A-Za-z]{5}[0-9]{4}[A-Za-z]/g,
    isValid: by(isPan),
    certain: /^[A-Z]/,
  },
  {
    type: 'DE_TAX_ID',
    topic: 'tax_id_de',
    pattern: /[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}/g,
    isValid: by(isSteuerId),
    certain: /^[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}$/,
  },
  {
    type: 'FR_SOCIAL_SECURITY_NUMBER',
    topic: 'insee',
    pattern:
      /[1-4][ .]?[0-9]{2}[ .]?[0-9]{2}[ .]?[0-9][0-9ABab][ .]?[0-9]{3}[ .]?[0-9]{3}[ .-]?[0-9]{2}/g,
    isValid: by(isNir),
    certain: ANY,
  },
  {
    type: 'ES_NATIONAL_ID',
    topic: 'dni',
    pattern: /[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-Za-z]/g,
    isValid: by(isDni),
    certain: /[A-Z]$/,
  },
  {
    type: 'ES_NATIONAL_ID',
    topic: 'dni',
    pattern: /[XYZxyz][ -]?[0-9]{7}[ -]?[A-Za-z]/g,
    isValid: by(isNie),
    certain: /[A-Z]$/,
  },
  {
    type: 'IT_FISCAL_CODE',
    topic: 'codice_fiscale',
    pattern:
      /[A-Za-z]{6}[0-9LMNP-Vlmnp-v]{2}[A-Za-z][0-9LMNP-Vlmnp-v]{2}[A-Za-z][0-9LMNP-Vlmnp-v]{3}[A-Za-z]/g,
    isValid: by(isCodiceFiscale),
    certain: ANY,
  },
  {
    type: 'BR_CPF',
    topic: 'cpf',
    pattern: /[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}/g,
    isValid: by(isCpf),
    certain: /^[0-9.]{11}-[0-9]{2}$/,
  },
  {
    type: 'BR_CNPJ',
    topic: 'cnpj',
    pattern: /[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}\/?[0-9]{4}-?[0-9]{2}/g,
    isValid: by(isCnpj),
    certain: /\/[0-9]{4}-[0-9]{2}$/,
  },
  {
    type: 'JP_MY_NUMBER',
    topic: 'my_number',
    pattern: /[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}/g,
    isValid: isMyNumber,
  },
  {
    type: 'KR_RESIDENT_REGISTRATION_NUMBER',
    topic: 'rrn',
    pattern: /[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[1-8][0-9]{6}/g,
    isValid: by(isRrn),
    certain: /-/,
    // Numbers that were given out since October 2020 have no check digit.
    cue_is_enough: true,
  },
  {
    type: 'CN_RESIDENT_ID',
    topic: 'cn_id',
    pattern: /[1-9][0-9]{16}[0-9Xx]/g,
    isValid: by(isResidentId),
    certain: ANY,
  },
];
