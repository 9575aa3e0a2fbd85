/** The rows of a long list that are near the visible part. `last` is not included. */
export interface Window {
  first: number;
  last: number;
}

/** Rows beyond each end of the visible part, so that scrolling shows no gap. */
const BEYOND = 6;

/**
 * Finds the rows of a list to draw. All rows have the same height, so that a list of any length costs
 * the same.
 */
export function findWindow(
  count: number,
  { top, height, row_height }: { top: number; height: number; row_height: number },
): Window {
  const first = Math.max(0, Math.floor(top / row_height) - BEYOND);
  const last = Math.min(count, Math.ceil((top + height) / row_height) + BEYOND);
  return { first: Math.min(first, last), last };
}
