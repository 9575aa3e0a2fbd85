import { expect, it } from 'vitest';
import { countHanVariants } from '../src/han.ts';

it.each([
  ['国图书馆万无', { simplified: 6, traditional: 0, japanese: 0 }],
  ['圖書館國萬無', { simplified: 0, traditional: 6, japanese: 0 }],
  ['気駅売読円', { simplified: 0, traditional: 0, japanese: 5 }],
  ['人好大', { simplified: 0, traditional: 0, japanese: 0 }],
])(
  'countHanVariants assigns each character of %s to one writing system at most',
  (text, counts) => {
    expect(countHanVariants(text)).toEqual(counts);
  },
);
