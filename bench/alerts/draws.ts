/** Random values. The same seed gives the same values. */
export interface Draws {
  /** Draws from 0 up to, but not including, 1. */
  uniform(): number;
  between(least: number, most: number): number;
  /** Draws a positive factor with the mean 1 and the given standard deviation. */
  around(deviation: number): number;
  poisson(mean: number): number;
  binomial(tries: number, share: number): number;
}

/** Creates random values with the generator mulberry32. */
export function createDraws(seed: number): Draws {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    between: (least, most) => least + (most - least) * uniform(),
    around: (deviation) => Math.exp(deviation * normal() - deviation ** 2 / 2),
    poisson: (mean) => {
      // Knuth's product needs as many draws as there are records, and no minute has thousands.
      const least = Math.exp(-mean);
      let count = 0;
      for (let product = uniform(); product > least; product *= uniform()) count += 1;
      return count;
    },
    binomial: (tries, share) => {
      let count = 0;
      for (let i = 0; i < tries; i += 1) if (uniform() < share) count += 1;
      return count;
    },
  };
}
