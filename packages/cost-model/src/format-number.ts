/**
 * Formats a number with three significant digits, or as an integer if the number is at least 100.
 */
export function formatNumber(value: number): string {
  const digits =
    Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString('en-US', digits);
}
