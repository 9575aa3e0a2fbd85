import { expect, it } from 'vitest';
import {
  dropPseudonyms,
  findPlaceholders,
  hasOnlyPlaceholders,
  removePlaceholders,
} from '../../../../processors/privacy/placeholders.ts';

it('placeholders are found with their types, and other words in brackets are not', () => {
  const text = '[EMAIL] or [PHONE:3f9a0c1b2d4e5f60], [sic] [VERSION] [EMAIL:3f9a]';
  expect(findPlaceholders(text)).toEqual([
    { type: 'EMAIL', start: 0, end: 7 },
    { type: 'PHONE', start: 11, end: 35 },
  ]);
});

it('a pseudonym becomes the placeholder of its type', () => {
  expect(dropPseudonyms('to [EMAIL:3f9a0c1b2d4e5f60]!')).toBe('to [EMAIL]!');
  expect(dropPseudonyms('no [sic] placeholder')).toBe('no [sic] placeholder');
});

it('placeholders are no words', () => {
  expect(removePlaceholders('ja [EMAIL] nein [REDACTED]')).toBe('ja   nein  ');
});

it.each([
  ['[EMAIL]', true],
  [' [EMAIL], [PHONE:3f9a0c1b2d4e5f60].', true],
  ['[REDACTED]', true],
  ['[EMAIL] ok', false],
  ['[EMAIL] 👍', false],
  ['[EMAIL] 5', false],
  ['...', false],
  ['[sic]', false],
])('%j has only placeholders: %j', (text, expected) => {
  expect(hasOnlyPlaceholders(text)).toBe(expected);
});
