/**
 * Returns a generator of random numbers in [0, 1), which uses the algorithm mulberry32. The same
 * seed always gives the same sequence of numbers.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.3263;

/**
 * Draws a random latency in milliseconds from a log-normal distribution. The parameters are the
 * median and the 99th percentile of the distribution.
 */
export function sampleLatency(
  { p50_ms, p99_ms }: { p50_ms: number; p99_ms: number },
  random: () => number,
): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return p50_ms * Math.exp((normal * Math.log(p99_ms / p50_ms)) / Z99);
}

/**
 * Chooses positions at random from the range 0 to `length - 1`. The parameter `size` is the number
 * of chosen positions. Every position is equally likely.
 * @returns the chosen positions in ascending order.
 */
export function samplePositions(length: number, size: number, random: () => number): number[] {
  const drawn: number[] = [];
  for (let position = 0; position < length; position += 1) {
    const wanted = size - drawn.length;
    if (random() * (length - position) < wanted) drawn.push(position);
  }
  return drawn;
}
