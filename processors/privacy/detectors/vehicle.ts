import {
  type Candidate,
  type Detector,
  findValuesAfter,
  type Scan,
  topicsBefore,
} from '../scan.ts';
import { isVin } from './checksums.ts';

const VIN = /(?<![A-Za-z0-9-])[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9-])/g;
const PLATE =
  /(?<![\p{Script=Latin}\p{N}])(?:[0-9]{2,3}[가-힣] ?[0-9]{4}|[\p{Script=Han}ぁ-ん]{1,4} ?[0-9]{2,3} ?[ぁ-ん] ?[0-9]{1,2}-?[0-9]{2}|\p{Script=Han}[A-Z][·. ]?[A-Z0-9]{5,6}|(?=[A-Z0-9 ·-]{0,6}[0-9])[A-Z0-9]{1,8}(?:[ ·-][A-Z0-9]{1,5}){0,3})(?![\p{Script=Latin}\p{N}])/gu;
/** A Chinese plate starts with the character of its province, so it needs no cue word. */
const CHINESE_PLATE =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·. ]?[A-Z0-9]{5,6}(?![A-Za-z0-9])/g;

/** Finds vehicle identification numbers. One without a check digit needs a cue word. */
export const vin: Detector = {
  name: 'vin',
  mayFind: ({ text, has_digit }) => has_digit && /[A-HJ-NPR-Z0-9]{17}/.test(text),
  *find(scan: Scan): Generator<Candidate> {
    for (const { index: start, 0: value } of scan.text.matchAll(VIN)) {
      const topics = topicsBefore(scan, start);
      const is_mixed = /[0-9]/.test(value) && /[A-Z]/.test(value);
      const has_cue = topics.has('vin');
      if (!is_mixed || (!has_cue && (topics.size > 0 || !isVin(value)))) continue;
      const score = isVin(value) ? 0.95 : 0.85;
      yield { type: 'VEHICLE_IDENTIFICATION_NUMBER', start, end: start + value.length, score };
    }
  },
};

export const license_plate: Detector = {
  name: 'license_plate',
  mayFind: ({ has_digit }) => has_digit,
  *find(scan: Scan): Generator<Candidate> {
    const options = { pattern: PLATE, reach: 14 };
    for (const { start, end, value } of findValuesAfter(scan, 'license_plate', options)) {
      if (/[0-9]/.test(value) && value.length > 3) {
        yield { type: 'LICENSE_PLATE', start, end, score: 0.8 };
      }
    }
    for (const { index: start, 0: value } of scan.text.matchAll(CHINESE_PLATE)) {
      if (/[0-9]/.test(value)) {
        yield { type: 'LICENSE_PLATE', start, end: start + value.length, score: 0.8 };
      }
    }
  },
};
