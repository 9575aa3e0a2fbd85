import { createHash } from 'node:crypto';

/**
 * Selects `count` different items at random. The same seed and the same items always give the same
 * selection.
 */
export function drawSample(items: string[], count: number, seed: number): string[] {
  const rank = (item: string) => createHash('sha256').update(`${seed}\n${item}`).digest('hex');
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
}
