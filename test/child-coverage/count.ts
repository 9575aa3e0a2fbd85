import type { Profiler } from 'node:inspector';

/**
 * Returns how many times V8 ran the code at each offset. V8's ranges are nested. The count of an
 * offset is the count of the innermost range that contains the offset.
 *
 * @param offsets must be in ascending order.
 */
export function countAt(functions: Profiler.FunctionCoverage[], offsets: number[]): number[] {
  const ranges = functions
    .flatMap((entry) => entry.ranges)
    .sort(
      (left, right) => left.startOffset - right.startOffset || right.endOffset - left.endOffset,
    );
  const open: Profiler.CoverageRange[] = [];
  let next = 0;
  return offsets.map((offset) => {
    for (; next < ranges.length && ranges[next]!.startOffset <= offset; next += 1) {
      closeBefore(ranges[next]!.startOffset, open);
      open.push(ranges[next]!);
    }
    closeBefore(offset, open);
    return open.at(-1)?.count ?? 0;
  });
}

function closeBefore(offset: number, open: Profiler.CoverageRange[]): void {
  while (open.length > 0 && open.at(-1)!.endOffset <= offset) open.pop();
}
