import { expect, it } from 'vitest';
import { CORPUS_LANGUAGES, generateCorpus } from '../../../../bench/privacy/corpus.ts';
import { measureQuality, precisionOf, recallOf } from '../../../../bench/privacy/quality.ts';
import { CUE_LANGUAGES } from '../../../../processors/privacy/cues.ts';
import { createLocalDetection } from '../../../../processors/privacy/local-detector.ts';

const report = measureQuality(
  generateCorpus({ seed: 7, positives_per_language: 90, negatives_per_language: 90 }),
  createLocalDetection(),
);

/** Least recall and precision, in percent. They may only rise. */
const LEAST: Record<string, [recall: number, precision: number]> = {
  EMAIL: [97, 99],
  PHONE: [92, 96],
  IP_ADDRESS: [99, 99],
  // Without a word, one order number of 16 digits in forty passes for a card number.
  CREDIT_DEBIT_NUMBER: [99, 95],
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: [99, 99],
  SSN: [99, 99],
  NAME: [65, 95],
  ADDRESS: [65, 95],
};
const OTHERS: [number, number] = [95, 95];

it('The generated texts and the cue words cover the same 12 languages', () => {
  expect([...CORPUS_LANGUAGES].sort()).toEqual([...CUE_LANGUAGES].sort());
  expect(report.by_language.size).toBe(12);
});

it('The local detectors find at least the share of each type that was found before', () => {
  const worse = [...report.by_type].flatMap(([type, counts]) => {
    const [recall, precision] = LEAST[type] ?? OTHERS;
    const is_worse = recallOf(counts) < recall || precisionOf(counts) < precision;
    return is_worse
      ? [`${type}: recall ${recallOf(counts)}, precision ${precisionOf(counts)}`]
      : [];
  });
  expect(worse).toEqual([]);
  expect(report.by_type.size).toBeGreaterThan(35);
});

it('The local detectors find nothing in 99 of 100 texts with order numbers, hashes, prices and dates', () => {
  const alarms = [...report.false_alarms.values()].reduce((sum, count) => sum + count, 0);
  expect(report.negatives).toBeGreaterThan(1_000);
  expect(alarms / report.negatives).toBeLessThan(0.01);
});
