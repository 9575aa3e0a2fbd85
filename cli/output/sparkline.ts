const LEVELS = [...'▁▂▃▄▅▆▇█'];

/**
 * Draws a series of counts as a line of blocks, one for each entry. If there are more entries than
 * columns, a block stands for several, and shows their sum. The lowest block stands only for 0.
 *
 * @param most is the count of the highest block. Default: the largest in the series.
 *
 * @example
 * drawSparkline([0, 1, 4, 8], { columns: 80 });
 * // '▁▂▅█'
 */
export function drawSparkline(
  series: number[],
  { columns, most }: { columns: number; most?: number },
): string {
  const sums = sumGroups(series, columns);
  const highest = Math.max(1, most ?? Math.max(...sums));
  return sums
    .map((count) => LEVELS[count === 0 ? 0 : Math.max(1, Math.round((count / highest) * 7))] ?? '█')
    .join('');
}

/** Adds up neighbours, so that at most `columns` sums are left. All but the last are of equally many. */
export function sumGroups(series: number[], columns: number): number[] {
  const length = Math.max(1, Math.ceil(series.length / Math.max(1, columns)));
  const sums: number[] = [];
  for (const [i, count] of series.entries()) {
    const group = Math.floor(i / length);
    sums[group] = (sums[group] ?? 0) + count;
  }
  return sums;
}
