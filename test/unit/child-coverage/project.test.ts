import type { Profiler } from 'node:inspector';
import { transformSync } from 'esbuild';
import { expect, it } from 'vitest';
import { countAt } from '../../child-coverage/count.ts';
import { lengthsOf, type Point, pointsBySource } from '../../child-coverage/points.ts';
import { countProjected, project } from '../../child-coverage/project.ts';

const range = (startOffset: number, endOffset: number, count: number) => ({
  startOffset,
  endOffset,
  count,
});

function functionOf(...ranges: Profiler.CoverageRange[]): Profiler.FunctionCoverage {
  return { functionName: '', isBlockCoverage: true, ranges };
}

/**
 * Compiles a source with esbuild, because tsx and the bundles use esbuild too.
 * @returns the compiled code and the points of its source map
 */
function transform(source: string, options: Parameters<typeof transformSync>[1] = {}) {
  const { code, map } = transformSync(source, { loader: 'ts', sourcemap: true, ...options });
  return { code, points: [...pointsBySource(JSON.parse(map), lengthsOf(code)).values()].flat() };
}

/** Returns how often the code at `token` ran. The token must be in the first line of the source. */
function countOf(token: string, source: string, counts: number[], points: Point[]): number {
  const column = source.indexOf(token);
  return counts[points.findIndex((point) => point.line === 1 && point.column === column)]!;
}

const sameStatement = () => 0;

it('an offset has the count of the innermost range that holds it', () => {
  const functions = [functionOf(range(0, 100, 1)), functionOf(range(10, 50, 4), range(20, 30, 0))];
  expect(countAt(functions, [5, 10, 20, 29, 30, 50, 99, 100])).toEqual([1, 4, 0, 0, 4, 1, 1, 0]);
});

it('a branch that a child process never entered counts 0, whatever white space its output dropped', () => {
  const source = 'if (a) { left(); } else { right(); }';
  const vitest = transform(source);
  const child = transform(source, { minifyWhitespace: true });
  const block = child.code.indexOf('{left');
  const functions = [
    functionOf(range(0, child.code.length, 1), range(block, child.code.indexOf('else'), 0)),
  ];
  const projection = project(vitest.points, child.points, sameStatement);
  const counts = countProjected(projection, functions);
  expect(countOf('left', source, counts, vitest.points)).toBe(0);
  expect(countOf('right', source, counts, vitest.points)).toBe(1);
});

it('a token that the other output lacks has the count of the next token in its statement', () => {
  const source = 'if (a) { left(); }';
  const vitest = transform(source);
  const child = transform(source, { minify: true });
  expect(child.code.trim()).toBe('a&&left();');
  const functions = [
    functionOf(range(0, child.code.length, 5), range(child.code.indexOf('left'), 9, 2)),
  ];
  const projection = project(vitest.points, child.points, sameStatement);
  const counts = countProjected(projection, functions);
  expect(countOf('if', source, counts, vitest.points)).toBe(5);
  expect(countOf('left', source, counts, vitest.points)).toBe(2);
});

it('a statement that a bundler removed counts 0, although the statement after it ran', () => {
  const place = (column: number, offset: number) => ({ line: 1, column, offset });
  const vitest = [place(0, 0), place(4, 4), place(20, 20)];
  const projection = project(vitest, [place(20, 0)], (offset) => (offset < 20 ? 1 : 2));
  expect(countProjected(projection, [functionOf(range(0, 10, 7))])).toEqual([0, 0, 7]);
});

it('an arrow function that was defined and never called counts 0, although tsx calls __name with it', () => {
  const source = 'const f = (x) => x;';
  const child = transform(source, { minifyWhitespace: true, keepNames: true });
  const start = child.code.indexOf('x=>');
  const functions = [
    functionOf(range(0, child.code.length, 1)),
    functionOf(range(start, start + 4, 0)),
  ];
  const vitest = transform(source);
  const projection = project(vitest.points, child.points, sameStatement);
  const counts = countProjected(projection, functions);
  expect(countOf('(x)', source, counts, vitest.points)).toBe(0);
  expect(countOf('f', source, counts, vitest.points)).toBe(1);
});
