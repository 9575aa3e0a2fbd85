/// <reference lib="es2024.string" />
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLocalDetection } from '../../../../processors/privacy/local-detector.ts';
import { maskDetected, maskText } from '../../../../processors/privacy/mask.ts';
import { addOffsets } from '../../../../processors/privacy/offsets.ts';

const detect = createLocalDetection();
const mask = (text: string, policy = {}) => maskDetected(text, detect(text, 'en'), policy);
const pseudonym_key = Buffer.from('key of tenant a');

it('Findings become placeholders with their type', () => {
  expect(mask('Call (415) 555-2671 or write to ann@example.com.')).toBe(
    'Call [PHONE] or write to [EMAIL].',
  );
});

it('A text whose detection failed is masked whole', () => {
  const detection = { ok: false, reason: 'failed', detector: 'phone' } as const;
  expect(maskDetected('anything', detection)).toBe('[REDACTED]');
});

it('With a key, equal values have equal pseudonyms, however they are written', () => {
  const [first, second, third] = ['Ann@example.com', 'ａｎｎ@example.com', 'bob@example.com'].map(
    (text) => mask(text, { pseudonym_key }),
  );
  expect(first).toMatch(/^\[EMAIL:[0-9a-f]{16}\]$/);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(mask('call (415) 555-2671', { pseudonym_key })).toBe(
    mask('call 415-555-2671', { pseudonym_key }),
  );
});

it('Another tenant has other pseudonyms', () => {
  const other = Buffer.from('key of tenant b');
  expect(mask('ann@example.com', { pseudonym_key: other })).not.toBe(
    mask('ann@example.com', { pseudonym_key }),
  );
});

it('A policy can leave types and low scores alone', () => {
  const text = 'ann@example.com, My name is Ann Smith';
  expect(mask(text, { types: new Set(['NAME']) })).toBe('ann@example.com, My name is [NAME]');
  expect(mask(text, { min_score: 0.9 })).toBe('[EMAIL], My name is Ann Smith');
});

it('Findings that overlap become one placeholder, with the type of the longest', () => {
  const findings = addOffsets('see https://x.io/?m=ann@example.com now', [
    { type: 'EMAIL', score: 1, utf16: { start: 20, end: 35 } },
    { type: 'URL', score: 0.9, utf16: { start: 4, end: 35 } },
  ]);
  expect(maskText('see https://x.io/?m=ann@example.com now', findings)).toBe('see [URL] now');
});

it('Nothing of any finding remains, and the result is well-formed Unicode', () => {
  const unit = fc.oneof(
    fc.constantFrom('😀', '\ud800', 'é', 'a', ' '),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const anyCase = fc
    .string({ unit, minLength: 1, maxLength: 40 })
    .chain((text) =>
      fc.tuple(
        fc.constant(text),
        fc.array(fc.tuple(fc.nat(text.length - 1), fc.nat(10)), { maxLength: 6 }),
      ),
    );
  fc.assert(
    fc.property(anyCase, ([text, spans]) => {
      const placed = spans.map(([start, length]) => ({
        type: 'NAME' as const,
        score: 1,
        utf16: { start, end: Math.min(text.length, start + length + 1) },
      }));
      const masked = maskText(text, addOffsets(text, placed));
      const is_masked = (index: number) =>
        placed.some(({ utf16 }) => utf16.start <= index && index < utf16.end);
      const kept = Array.from({ length: text.length }, (_, i) =>
        is_masked(i) ? '\0' : text.charAt(i),
      );
      const expected = kept.join('').replace(/\0+/g, '\0');
      expect(masked.isWellFormed()).toBe(true);
      if (!text.includes('\0') && !text.includes('[NAME]')) {
        expect(masked.replaceAll('[NAME]', '\0').replace(/\0+/g, '\0')).toBe(
          expected.toWellFormed(),
        );
      }
    }),
  );
});

it('Masking a masked text changes nothing', () => {
  const once = mask(
    'My name is Ann Smith, ann@example.com, card 4111 1111 1111 1111, cvv 123, PIN 1234',
  );
  expect(once).toBe(
    'My name is [NAME], [EMAIL], card [CREDIT_DEBIT_NUMBER], cvv [CREDIT_DEBIT_CVV], PIN [PIN]',
  );
  expect(mask(once)).toBe(once);
});
