import { expect, it } from 'vitest';
import { findWindow } from '../../../../dashboard/format/window.ts';

const at = (top: number, count = 100_000) =>
  findWindow(count, { top, height: 600, row_height: 60 });

it('a list of any length draws the visible rows and a few beyond each end', () => {
  expect(at(0)).toEqual({ first: 0, last: 16 });
  expect(at(60_000)).toEqual({ first: 994, last: 1_016 });
  expect(at(60 * 100_000 - 600)).toEqual({ first: 99_984, last: 100_000 });
});

it('a list that has become shorter than where the user was draws nothing beyond its end', () => {
  expect(at(60_000, 5)).toEqual({ first: 5, last: 5 });
  expect(at(0, 0)).toEqual({ first: 0, last: 0 });
});
