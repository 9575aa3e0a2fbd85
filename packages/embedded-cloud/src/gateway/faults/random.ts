/** Numbers in [0, 1), the same for the same seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The standard normal's 99th percentile. */
const Z99 = 2.3263;

/** A latency with a long tail: log-normal through its median and 99th percentile. */
export function sampleLatency(
  { p50_ms, p99_ms }: { p50_ms: number; p99_ms: number },
  random: () => number,
): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return p50_ms * Math.exp((normal * Math.log(p99_ms / p50_ms)) / Z99);
}

/** @returns `size` positions of 0 … length-1, each equally likely, in order. */
export function samplePositions(length: number, size: number, random: () => number): number[] {
  const positions = Array.from({ length }, (_, position) => position);
  for (let last = length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [positions[last], positions[other]] = [positions[other]!, positions[last]!];
  }
  return positions.slice(0, size).sort((a, b) => a - b);
}
