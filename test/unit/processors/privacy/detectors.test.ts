import { describe, expect, it } from 'vitest';
import { findIn } from './find.ts';

type Case = [text: string, language: string, ...findings: string[]];

const FOUND: Record<string, Case[]> = {
  'e-mail addresses, also hidden ones': [
    ['Write to ann.smith+x@example.co.uk.', 'en', 'EMAIL ann.smith+x@example.co.uk'],
    ['(email=ann@example.com)', 'en', 'EMAIL ann@example.com'],
    ['メールはann@example.comです', 'ja', 'EMAIL ann@example.com'],
    ['müller@bücher.de!', 'de', 'EMAIL müller@bücher.de'],
    ['用户@例子.广告 联系', 'zh', 'EMAIL 用户@例子.广告'],
    ['ann at mail dot com', 'en', 'EMAIL ann at mail dot com'],
    ['ann [at] mail.com', 'en', 'EMAIL ann [at] mail.com'],
    ['john dot doe (at) mail (dot) org', 'en', 'EMAIL john dot doe (at) mail (dot) org'],
    ['ana arroba correo punto es', 'es', 'EMAIL ana arroba correo punto es'],
    ['ann @ example.com', 'en', 'EMAIL ann @ example.com'],
    ['ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ja', 'EMAIL ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ'],
    ['an\u200bn@exam\u200bple.com', 'en', 'EMAIL an\u200bn@exam\u200bple.com'],
  ],
  'phone numbers by number plan, way of writing or cue word': [
    ['+1 415-555-2671', 'en', 'PHONE +1 415-555-2671'],
    ['Try (415) 555-2671 now', 'en', 'PHONE (415) 555-2671'],
    ['call 4155552671', 'en', 'PHONE 4155552671'],
    ['مكالمة: اتصل ٠٥٠١٢٣٤٥٦٧', 'ar', 'PHONE ٠٥٠١٢٣٤٥٦٧'],
    ['मोबाइल ९८७६५४३२१०', 'hi', 'PHONE ९८७६५४३२१०'],
    ['090-1234-5678に電話', 'ja', 'PHONE 090-1234-5678'],
    ['打１３８００１３８０００', 'zh', 'PHONE １３８００１３８０００'],
    ['06 12 34 56 78', 'fr', 'PHONE 06 12 34 56 78'],
    ['0171/1234567 ist meine Handynummer', 'de', 'PHONE 0171/1234567'],
  ],
  'web addresses': [
    ['see https://u:p@host.io/x?token=1.', 'en', 'URL https://u:p@host.io/x?token=1'],
    ['(www.example.com/a_(b))', 'en', 'URL www.example.com/a_(b)'],
    ['example.org/reset#1 and example.com', 'en', 'URL example.org/reset#1', 'URL example.com'],
  ],
  'addresses of networks': [
    ['from 203.0.113.7:8080', 'en', 'IP_ADDRESS 203.0.113.7'],
    ['2001:db8::8a2e:370:7334', 'en', 'IP_ADDRESS 2001:db8::8a2e:370:7334'],
    [
      '00:1B:44:11:3A:B7 or 001b.4411.3ab7',
      'en',
      'MAC_ADDRESS 00:1B:44:11:3A:B7',
      'MAC_ADDRESS 001b.4411.3ab7',
    ],
  ],
  'cards with their code and month': [
    ['4111 1111 1111 1111', 'en', 'CREDIT_DEBIT_NUMBER 4111 1111 1111 1111'],
    ['3782-822463-10005', 'en', 'CREDIT_DEBIT_NUMBER 3782-822463-10005'],
    [
      '５５５５５５５５５５５５４４４４',
      'ja',
      'CREDIT_DEBIT_NUMBER ５５５５５５５５５５５５４４４４',
    ],
    ['my visa, exp 12/27, cvv 123', 'en', 'CREDIT_DEBIT_EXPIRY 12/27', 'CREDIT_DEBIT_CVV 123'],
  ],
  'cards after the cue word of another number': [
    ['my number is 4111 1111 1111 1111', 'en', 'CREDIT_DEBIT_NUMBER 4111 1111 1111 1111'],
    ['マイナンバー 4111-1111-1111-1111', 'ja', 'CREDIT_DEBIT_NUMBER 4111-1111-1111-1111'],
    ['Passport 4111 1111 1111 1111', 'en', 'CREDIT_DEBIT_NUMBER 4111 1111 1111 1111'],
    ['driving licence 4111 1111 1111 1111', 'en', 'CREDIT_DEBIT_NUMBER 4111 1111 1111 1111'],
    ['Call 4111 1111 1111 1111', 'en', 'CREDIT_DEBIT_NUMBER 4111 1111 1111 1111'],
    ['my number is 1234 5678 9018', 'en', 'JP_MY_NUMBER 1234 5678 9018'],
    ['My Number 1234 5678 9018 1234 5678 9018', 'en', 'JP_MY_NUMBER 1234 5678 9018'],
  ],
  'bank accounts': [
    [
      'DE89 3704 0044 0532 0130 00 bitte',
      'de',
      'INTERNATIONAL_BANK_ACCOUNT_NUMBER DE89 3704 0044 0532 0130 00',
    ],
    ['gb29nwbk60161331926819', 'en', 'INTERNATIONAL_BANK_ACCOUNT_NUMBER gb29nwbk60161331926819'],
    ['BIC: DEUTDEFF', 'de', 'SWIFT_CODE DEUTDEFF'],
    [
      'account number 12345678, sort code 20-00-00',
      'en',
      'BANK_ACCOUNT_NUMBER 12345678',
      'BANK_ROUTING 20-00-00',
    ],
  ],
  'national numbers by their check digits': [
    ['SSN 123-45-6789', 'en', 'SSN 123-45-6789'],
    ['ITIN 912-70-1234', 'en', 'US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER 912-70-1234'],
    ['NHS number 943 476 5919', 'en', 'UK_NATIONAL_HEALTH_SERVICE_NUMBER 943 476 5919'],
    ['my NI is AB 12 34 56 C', 'en', 'UK_NATIONAL_INSURANCE_NUMBER AB 12 34 56 C'],
    ['social insurance number 046 454 286', 'en', 'CA_SOCIAL_INSURANCE_NUMBER 046 454 286'],
    ['आधार 2341 2341 2346', 'hi', 'IN_AADHAAR 2341 2341 2346'],
    ['PAN AAPPA1234A', 'hi', 'IN_PERMANENT_ACCOUNT_NUMBER AAPPA1234A'],
    ['Steuer-ID 36574261809', 'de', 'DE_TAX_ID 36574261809'],
    ['2 95 10 99 126 111 93', 'fr', 'FR_SOCIAL_SECURITY_NUMBER 2 95 10 99 126 111 93'],
    ['DNI 12345678Z, NIE X1234567L', 'es', 'ES_NATIONAL_ID 12345678Z', 'ES_NATIONAL_ID X1234567L'],
    ['RSSMRA85T10A562S', 'it', 'IT_FISCAL_CODE RSSMRA85T10A562S'],
    [
      '529.982.247-25 e 11.222.333/0001-81',
      'pt',
      'BR_CPF 529.982.247-25',
      'BR_CNPJ 11.222.333/0001-81',
    ],
    ['マイナンバー 123456789018', 'ja', 'JP_MY_NUMBER 123456789018'],
    ['주민등록번호 900101-1234567', 'ko', 'KR_RESIDENT_REGISTRATION_NUMBER 900101-1234567'],
    ['11010519491231002X', 'zh', 'CN_RESIDENT_ID 11010519491231002X'],
  ],
  'documents and vehicles': [
    ['passport no. C01X00T47', 'de', 'PASSPORT_NUMBER C01X00T47'],
    ['護照號碼 300123456', 'zh-TW', 'PASSPORT_NUMBER 300123456'],
    ["driver's license D1234567", 'en', 'DRIVER_ID D1234567'],
    ['1M8GDM9AXKP042788', 'en', 'VEHICLE_IDENTIFICATION_NUMBER 1M8GDM9AXKP042788'],
    ['Kennzeichen B-MW 1234', 'de', 'LICENSE_PLATE B-MW 1234'],
    ['京A12345', 'zh', 'LICENSE_PLATE 京A12345'],
  ],
  'birthdays and ages': [
    ['born on 3 May 1980', 'en', 'DATE_TIME 3 May 1980'],
    ['生年月日は1980年5月3日', 'ja', 'DATE_TIME 1980年5月3日'],
    ['geboren am 03.05.1980', 'de', 'DATE_TIME 03.05.1980'],
    ['I am 34 years old', 'en', 'AGE 34 years old'],
    ['tengo 34 años', 'es', 'AGE 34 años'],
    ['我今年34岁', 'zh', 'AGE 34岁'],
  ],
  'names after and before words that announce them': [
    ['My name is Ann-Marie van der Berg.', 'en', 'NAME Ann-Marie van der Berg'],
    ['我叫王小明，', 'zh', 'NAME 王小明'],
    ['田中さんは親切', 'ja', 'NAME 田中'],
    ['제 이름은 김민수입니다', 'ko', 'NAME 김민수'],
    ['मेरा नाम राहुल शर्मा है', 'hi', 'NAME राहुल शर्मा'],
  ],
  'postal addresses': [
    ['at 221b Baker Street, London', 'en', 'ADDRESS 221b Baker Street, London'],
    ['Musterstraße 12, 10115 Berlin', 'de', 'ADDRESS Musterstraße 12, 10115 Berlin'],
    ['12 rue de la Paix, 75002 Paris', 'fr', 'ADDRESS 12 rue de la Paix, 75002 Paris'],
    ['東京都渋谷区神南1-2-3', 'ja', 'ADDRESS 東京都渋谷区神南1-2-3'],
  ],
  'handles, passwords and keys': [
    ['thanks @jane_doe!', 'en', 'USERNAME @jane_doe'],
    ['password: hunter', 'en', 'PASSWORD hunter'],
    ['das Passwort lautet x9!abc', 'de', 'PASSWORD x9!abc'],
    ['PIN 1234', 'en', 'PIN 1234'],
    [
      'AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'en',
      'AWS_ACCESS_KEY AKIAIOSFODNN7EXAMPLE',
      'AWS_SECRET_KEY wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ],
    [`ghp_${'a1B2'.repeat(9)}`, 'en', `API_TOKEN ghp_${'a1B2'.repeat(9)}`],
  ],
};

describe.each(Object.entries(FOUND))('The local detectors find %s', (_, cases) => {
  it.each(cases)('They find the data in "%s" (%s)', (text, language, ...findings) => {
    expect(findIn(text, language)).toEqual(findings);
  });
});

const NOT_FOUND: [text: string, language: string][] = [
  ['my number is 4111 1111 1111 1112', 'en'],
  ['order number 4111 1111 1111 1111', 'en'],
  ['Order 112-1234567-1234567 of 2026-11-03', 'en'],
  ['order number 4155552671', 'en'],
  ['Bestellnummer 4111111111111111', 'de'],
  ['version 1.2.3.4, v10.0.0.1', 'en'],
  ['commit da39a3ee5e6b4b0d3255bfef95601890afd80709', 'en'],
  ['5326559e-2660-4738-a4ca-3cb74f216850', 'en'],
  ['it costs 1,234,567.89 or 12 345 678 in total', 'en'],
  ['hace 3 años de garantía, nach 5 Jahren', 'es'],
  ['look at example dot', 'en'],
  ['meet me at noon. The dot is red', 'en'],
  ['the password is wrong', 'en'],
  ['4111 1111 1111 1112', 'en'],
  ['DE00370400440532013000', 'de'],
  ['Dear customer, Dear Sir', 'en'],
  ['5 stars, 100 %, 12:30:45, 3x4', 'en'],
  ['I miss CFB', 'en'],
  ['21세기에 만난 봤으면 인간적으로 9점', 'ko'],
  ['wifi密码也是萌得不要不要的', 'zh'],
  ['نقابة المهندسين هنا', 'ar'],
  ['O SENHOR ESTÁ AQUI', 'pt'],
];

it.each(NOT_FOUND)('Nothing is found in "%s" (%s)', (text, language) => {
  expect(findIn(text, language)).toEqual([]);
});
