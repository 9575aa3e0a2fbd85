import { expect, it } from 'vitest';
import { measureFile, measureRoom } from '../../../scripts/sizes/measure.ts';

const SOURCE = `function outer() {
  const inner = () => {
    return 1;
  };
  return inner;
}
const short = () => 2;
`;

it('the sizes of a file are its lines and the lines of each function with a block body', () => {
  expect(measureFile('a.ts', SOURCE)).toEqual({
    file: 'a.ts',
    lines: 7,
    functions: [
      { name: 'outer', line: 1, lines: 6 },
      { name: 'inner', line: 2, lines: 3 },
    ],
  });
});

it('the size of a room has the median file, the 90th percentile and the maximum of functions', () => {
  const functions = Array.from({ length: 10 }, (_, i) => ({ name: 'f', line: 1, lines: i + 1 }));
  const files = [10, 30, 20].map((lines) => ({ file: 'a.ts', lines, functions: [] }));
  const size = measureRoom('lib', [...files, { file: 'b.ts', lines: 40, functions }]);
  expect(size).toEqual({
    room: 'lib',
    files: 4,
    lines: 100,
    median_file: 20,
    p90_function: 9,
    longest_function: 10,
  });
});

it('a room without files has sizes of zero', () => {
  expect(measureRoom('lib', [])).toMatchObject({
    median_file: 0,
    p90_function: 0,
    longest_function: 0,
  });
});
