/**
 * Computes a quantile of the values by the nearest-rank method.
 *
 * @throws {RangeError} if there are no values.
 */
export function computeQuantile(values: number[], share: number): number {
  if (values.length === 0) throw new RangeError('A quantile needs at least one value');
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[Math.min(rank, sorted.length) - 1]!;
}

export function computeMedian(values: number[]): number {
  return computeQuantile(values, 0.5);
}
