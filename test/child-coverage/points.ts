import { eachMapping, TraceMap } from '@jridgewell/trace-mapping';

/**
 * A position in a source file. `offset` is the offset of the same code in the output of a tool such
 * as Vite.
 */
export interface Point {
  line: number;
  column: number;
  offset: number;
}

/**
 * Returns the points of each source file in a source map. The points are sorted by their positions
 * in the source file.
 */
export function pointsBySource(
  map: ConstructorParameters<typeof TraceMap>[0],
  line_lengths: number[],
): Map<string, Point[]> {
  const starts = lineStarts(line_lengths);
  const points = new Map<string, Point[]>();
  eachMapping(new TraceMap(map), (mapping) => {
    const start = starts[mapping.generatedLine - 1];
    if (mapping.source === null || start === undefined) return;
    const offset = start + mapping.generatedColumn;
    const point = { line: mapping.originalLine, column: mapping.originalColumn, offset };
    const known = points.get(mapping.source);
    if (known === undefined) points.set(mapping.source, [point]);
    else known.push(point);
  });
  for (const list of points.values()) list.sort(compare);
  return points;
}

/**
 * Returns the points of a script that ran without a transformation. The function takes the line and
 * the column of each point from `places`, and computes the offset of the point in the source file.
 */
export function identityPoints(places: Point[], source: string): Point[] {
  const starts = lineStarts(lengthsOf(source));
  return places.map(({ line, column }) => ({ line, column, offset: starts[line - 1]! + column }));
}

export function lengthsOf(text: string): number[] {
  return text.split('\n').map((line) => line.length);
}

function lineStarts(lengths: number[]): number[] {
  let start = 0;
  return lengths.map((length) => {
    const found = start;
    start += length + 1;
    return found;
  });
}

export const compare = (left: Point, right: Point): number =>
  left.line - right.line || left.column - right.column;
