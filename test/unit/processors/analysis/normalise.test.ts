/// <reference lib="es2024.string" />
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../../../../processors/analysis/normalise.ts';

/**
 * Normalises a text by the definition of the normal form, without the optimisations of the product.
 */
const normaliseSimply = (text: string) =>
  text.toWellFormed().normalize('NFC').replace(/\s+/gu, ' ').trim();

const unit = fc.oneof(
  fc.constantFrom(' ', '\t', '\n', '\u00a0', '\u2028', '\ufeff', '\u3000'),
  fc.constantFrom(
    'e',
    'é',
    '\u0301',
    '\u0340',
    'Å',
    '\u212b',
    '\u1100',
    '\u1161',
    '\ud83d',
    '\ude00',
  ),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

describe('normalise', () => {
  it('normalise returns well-formed NFC with single spaces for any text', () => {
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        const text = units.join('');
        expect(normalise(text)).toBe(normaliseSimply(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('normalise keeps case and punctuation, which carry meaning', () => {
    expect(normalise(' GREAT!!  Really\u00a0great ')).toBe('GREAT!! Really great');
  });
});
