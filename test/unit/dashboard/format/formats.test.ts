import { expect, it } from 'vitest';
import { createFormats } from '../../../../dashboard/format/formats.ts';

const en = createFormats('en');

it('numbers have the form of the language', () => {
  expect(en.count(12_345)).toBe('12,345');
  expect(createFormats('de').count(12_345)).toBe('12.345');
  expect(en.compact(12_345)).toBe('12.3K');
  expect(en.percent(0.1234)).toBe('12.3%');
  expect(en.score(0.5)).toBe('0.50');
});

it('changes have a sign, and a minus is as wide as a plus', () => {
  expect([en.points(12.34), en.points(-3), en.points(0)]).toEqual(['+12.3', '−3', '0']);
  expect([en.change(0.5), en.change(-0.125)]).toEqual(['+50%', '−13%']);
});

it('amounts of money have three digits that count, also when they are small', () => {
  expect([en.usd(1_625.4), en.usd(0.001625)]).toEqual(['$1,630', '$0.00163']);
});

it.each([
  [5, '5 ms'],
  [1_500, '1.5 sec'],
  [90_000, '1.5 min'],
  [36 * 3_600_000, '1.5 days'],
])('%i milliseconds are %s', (ms, text) => {
  expect(en.duration(ms)).toBe(text);
});

it.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [1_250_000, '1.3 MB'],
  [5e12, '5,000 GB'],
])('%i bytes are %s', (size, text) => {
  expect(en.bytes(size)).toBe(text);
});

it('a language has its name in the language of the page, and an unknown one its code', () => {
  expect([en.language('ja'), createFormats('de').language('ja')]).toEqual([
    'Japanese',
    'Japanisch',
  ]);
  expect(en.language('not a code')).toBe('not a code');
});

it('a day of the counts is a day in UTC, wherever the reader is', () => {
  expect(en.date('2026-11-28T00:00:00Z', 'UTC')).toBe('Nov 28, 2026');
});
