import type { Profiler } from 'node:inspector';
import { countAt } from './count.ts';
import { compare, type Point } from './points.ts';

/**
 * Each element belongs to one point of Vitest's output. The element lists the offsets in another
 * tool's output that correspond to the point.
 */
export type Projection = number[][];

/**
 * Finds the code of each of Vitest's points in another tool's output of the same source. The other
 * tool may have dropped the token at a point, such as `return` or a brace. The point then gets the
 * offsets of the next point in the same top-level statement. If the other tool dropped the whole
 * statement, as a bundler may do, the points of the statement get no offsets.
 *
 * @param statement_of returns the number of the top-level statement at an offset of Vitest's
 * output.
 */
export function project(
  vitest: Point[],
  other: Point[],
  statement_of: (offset: number) => number,
): Projection {
  const exact = matchExactly(vitest, other);
  const projection: Projection = exact.map((offsets) => offsets ?? []);
  for (let index = vitest.length - 2; index >= 0; index -= 1) {
    if (exact[index] !== undefined) continue;
    const isSame = statement_of(vitest[index]!.offset) === statement_of(vitest[index + 1]!.offset);
    if (isSame) projection[index] = projection[index + 1]!;
  }
  return projection;
}

function matchExactly(vitest: Point[], other: Point[]): (number[] | undefined)[] {
  let next = 0;
  return vitest.map((point) => {
    while (next < other.length && compare(other[next]!, point) < 0) next += 1;
    const offsets = [];
    for (let at = next; at < other.length && compare(other[at]!, point) === 0; at += 1) {
      offsets.push(other[at]!.offset);
    }
    return offsets.length === 0 ? undefined : offsets;
  });
}

/**
 * Length of `__name(`. The loader tsx changes `const f = () => …` to `const f=__name(()=>…,"f")`.
 * The loader's source map assigns the position of the arrow function to the call of `__name`.
 */
const NAME_CALL = '__name('.length;

/**
 * Returns how often the code at each of Vitest's points ran in another tool's output. If a point
 * has several offsets, the function returns the smallest of their counts. The reason is that the
 * call of `__name` runs even if the function in its argument never runs.
 */
export function countProjected(
  projection: Projection,
  functions: Profiler.FunctionCoverage[],
): number[] {
  const function_starts = new Set(functions.map(({ ranges }) => ranges[0]!.startOffset));
  const withNamed = (offset: number) =>
    function_starts.has(offset + NAME_CALL) ? [offset, offset + NAME_CALL] : [offset];
  const places = projection.map((offsets) => offsets.flatMap(withNamed));
  const sorted = [...new Set(places.flat())].sort((left, right) => left - right);
  const counts = countAt(functions, sorted);
  const count_of = new Map(sorted.map((offset, index) => [offset, counts[index]!]));
  return places.map((offsets) =>
    offsets.length === 0 ? 0 : Math.min(...offsets.map((offset) => count_of.get(offset)!)),
  );
}
