import { createHash } from 'node:crypto';

/** Draws `count` items without repeating one; the same seed and items always give the same draw. */
export function drawSample(items: string[], count: number, seed: number): string[] {
  const rank = (item: string) => createHash('sha256').update(`${seed}\n${item}`).digest('hex');
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
}
