import { expect, it } from 'vitest';
import { splitByEntities } from '../../../../../dashboard/pages/try/split.ts';

const entity = (type: 'EMAIL' | 'NAME', start: number, end: number) => ({
  ...{ type, score: 1 },
  utf16: { start, end },
  utf8: { start, end },
});

it('a text is split at its personal data, in whatever order they come', () => {
  const parts = splitByEntities('Hi Ann, a@b.c!', [entity('EMAIL', 8, 13), entity('NAME', 3, 6)]);
  expect(parts).toEqual([
    { part: 'Hi ' },
    { part: 'Ann', type: 'NAME' },
    { part: ', ' },
    { part: 'a@b.c', type: 'EMAIL' },
    { part: '!' },
  ]);
});

it('no character is lost or doubled where personal data overlap or stand at an end', () => {
  const text = 'a@b.c d';
  const parts = splitByEntities(text, [entity('EMAIL', 0, 5), entity('NAME', 2, 7)]);
  expect(parts.map(({ part }) => part).join('')).toBe(text);
  expect(splitByEntities(text, [])).toEqual([{ part: text }]);
});
