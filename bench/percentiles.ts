/** The value that this share of all is not above (nearest rank). @throws {RangeError} where there are none. */
export function quantile(values: number[], share: number): number {
  if (values.length === 0) throw new RangeError('Nothing was measured');
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[Math.min(rank, sorted.length) - 1]!;
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}
