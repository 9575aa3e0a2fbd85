import type { PlacedInUtf16 } from './offsets.ts';

/**
 * Sorts findings by their places, and removes those that have the type and the place of another. Of
 * these, the one with the highest score stays.
 */
export function mergeRepeats<Found extends PlacedInUtf16>(findings: readonly Found[]): Found[] {
  const best = new Map<string, Found>();
  for (const finding of findings) {
    const { type, utf16, score } = finding;
    const key = `${type} ${utf16.start} ${utf16.end}`;
    if (score > (best.get(key)?.score ?? -1)) best.set(key, finding);
  }
  return [...best.values()].sort(
    (a, b) => a.utf16.start - b.utf16.start || b.utf16.end - a.utf16.end,
  );
}
