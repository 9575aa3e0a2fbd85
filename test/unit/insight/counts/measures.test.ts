import { expect, it } from 'vitest';
import { addMeasures, measureRow } from '../../../../insight/counts/measures.ts';
import { type CountedRow, countedRowSchema } from '../../../../schemas/index.ts';
import { countedRow } from '../../../support/changes.ts';

const row = (fields: Parameters<typeof countedRow>[0] = {}): CountedRow =>
  countedRowSchema.parse(countedRow(fields));
const without_verdict = {
  sentiment: undefined,
  scores: undefined,
  cache: undefined,
  analyzer: undefined,
};

it('a verdict counts by language and sentiment, cache, analyzer, units and scores in millionths', () => {
  expect(measureRow(row())).toEqual({
    'n.en.pos': 1,
    'cache.miss': 1,
    'units.billed': 3,
    'analyzer.comprehend@1': 1,
    'score.positive': 900_000,
    'score.negative': 50_000,
    'score.neutral': 50_000,
    'score.mixed': 0,
  });
});

it.each([
  ['empty', 'n.und.empty', undefined],
  ['unsupported_language', 'n.fi.lang', 'fi'],
  ['withdrawn', 'n.und.gone', undefined],
])('a record that is %s counts by its language alone, as %s', (status, name, language_code) => {
  expect(measureRow(row({ ...without_verdict, status, language_code }))).toEqual({ [name]: 1 });
});

const PII = { types: ['EMAIL', 'NAME'], count: 3, redacted: true, failed: false };

it('personal data counts by record, piece and type, and what is redacted or failed, without a value', () => {
  const piiOf = (fields: Parameters<typeof countedRow>[0]) =>
    Object.fromEntries(
      Object.entries(measureRow(row(fields))).filter(([name]) => name.startsWith('pii.')),
    );
  const found = { 'pii.records': 1, 'pii.count': 3, 'pii.EMAIL': 1, 'pii.NAME': 1 };
  expect(piiOf({ pii: PII })).toEqual({ ...found, 'pii.redacted': 1 });
  expect(piiOf({ pii: { ...PII, redacted: false } })).toEqual(found);
  expect(piiOf({ pii: { types: [], count: 0, redacted: true, failed: true } })).toEqual({
    ...{ 'pii.records': 1, 'pii.redacted': 1, 'pii.failed': 1 },
  });
  expect(piiOf({ ...without_verdict, status: 'empty', pii: PII })).toMatchObject(found);
  expect(piiOf({ ...without_verdict, status: 'withdrawn', pii: PII })).toEqual({});
  expect(piiOf({})).toEqual({});
});

it('a verdict without a sentiment counts nowhere', () => {
  expect(measureRow(row({ sentiment: undefined }))).toEqual({});
});

it.each(['batch', 'memory', 'table'])('the units of a verdict from the %s are avoided', (cache) => {
  const measures = measureRow(row({ cache }));
  expect(measures).toMatchObject({ [`cache.${cache}`]: 1, 'units.avoided': 3 });
  expect(measures).not.toHaveProperty('units.billed');
});

it.each([
  ['300 characters', { text: 'x'.repeat(300) }, 3],
  ['301 characters', { text: 'x'.repeat(301) }, 4],
  ['301 characters outside the basic plane', { text: '😀'.repeat(301) }, 4],
  ['two chunks', { chunks: 2 }, 6],
  ['450 bytes without a text', { text: undefined, text_bytes: 450 }, 5],
])('a text of %s has as many units as it is billed for', (_, fields, units) => {
  expect(measureRow(row(fields))['units.billed']).toBe(units);
});

it('measures that cancel each other out disappear', () => {
  const sum = { 'n.en.pos': 2, 'n.en.neg': 1 };
  addMeasures(sum, { 'n.en.pos': 1, 'n.en.neg': 1, 'cache.miss': 4 }, -1);
  expect(sum).toEqual({ 'n.en.pos': 1, 'cache.miss': -4 });
  addMeasures(sum, { 'cache.miss': 4 });
  expect(sum).toEqual({ 'n.en.pos': 1 });
});
