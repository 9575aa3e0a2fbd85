import { expect, it } from 'vitest';
import { matchesFilter } from '../../../../insight/alerts/match.ts';
import type { AlertFilter } from '../../../../schemas/index.ts';

const row = {
  status: 'analyzed',
  source: 'app',
  sentiment: 'NEGATIVE',
  score: 0.8,
  confidence: 0.6,
  language_code: 'en',
  attributes: { stars: '1', product: 'kettle' },
  text: 'I want a REFUND, now!',
} as const;

const matching: [string, AlertFilter][] = [
  ['one of its sentiments', { sentiments: ['MIXED', 'NEGATIVE'] }],
  ['its least score', { least_score: 0.8 }],
  ['its least confidence', { least_confidence: 0.6 }],
  ['one of its sources', { sources: ['web', 'app'] }],
  ['one of its languages', { languages: ['en'] }],
  ['a value of each attribute', { attributes: { stars: ['1', '2'], product: ['kettle'] } }],
  ['one of its words in any case', { words: ['invoice', 'refund'] }],
  ['a phrase', { words: ['a refund'] }],
];
const other: [string, AlertFilter][] = [
  ['sentiments', { sentiments: ['POSITIVE'] }],
  ['score', { least_score: 0.81 }],
  ['confidence', { least_confidence: 0.61 }],
  ['sources', { sources: ['web'] }],
  ['languages', { languages: ['de'] }],
  ['attributes', { attributes: { stars: ['1'], product: ['pan'] } }],
  ['unknown attributes', { attributes: { country: ['DE'] } }],
  ['words', { words: ['fund'] }],
];

it.each(matching)('a record matches a filter by %s', (_, filter) => {
  expect(matchesFilter(filter, row)).toBe(true);
});

it.each(other)('a record does not match a filter whose %s are others', (_, filter) => {
  expect(matchesFilter(filter, row)).toBe(false);
});

it('a record must match every field of a filter', () => {
  expect(matchesFilter({ sentiments: ['NEGATIVE'], sources: ['web'] }, row)).toBe(false);
});

it('a withdrawn record matches no filter, and neither does one without a verdict', () => {
  for (const status of ['withdrawn', 'empty', 'unsupported_language'] as const) {
    expect(matchesFilter({ sources: ['app'] }, { ...row, status })).toBe(false);
  }
});

it('a record whose text is not stored has no words', () => {
  expect(matchesFilter({ words: ['refund'] }, { ...row, text: undefined })).toBe(false);
});

it.each([
  ['返金', '返金してください', true],
  ['refund', 'refundable', false],
  ['refund', 'unrefund', false],
  ['refund', 'refund', true],
  ['refund', 'no refunds, no refund.', true],
  ['größe', 'falsche GRÖSSE', false],
  ['größe', 'falsche GRÖßE', true],
  ['ＲＥＦＵＮＤ', 'a refund', true],
  ['cat', '😀cat😀', true],
  ['cat', '𝒜cat', false],
])('the word %s is searched in %s as a whole word', (word, text, is_found) => {
  expect(matchesFilter({ words: [word] }, { ...row, text })).toBe(is_found);
});
