/** A generator of pseudo-random numbers. The numbers depend only on the seed. */
export interface Random {
  /** Returns a number that is at least 0 and less than 1. */
  next(): number;
  /** Returns an integer from 0 to n - 1. */
  int(n: number): number;
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /**
   * Returns a new generator. Drawing from the new generator does not change the numbers that this
   * generator draws.
   */
  fork(): Random;
}

/** Creates an sfc32 generator. Source: Chris Doty-Humphrey, PractRand. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed >>> 0;
  let counter = (seed / 2 ** 32) >>> 0 || 1;
  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i += 1) draw();
  const random: Random = {
    next: () => draw() / 2 ** 32,
    int: (n) => Math.floor(random.next() * n),
    between: (from, to) => from + random.next() * (to - from),
    chance: (probability) => random.next() < probability,
    pick: (items) => items[random.int(items.length)]!,
    fork: () => createRandom(draw() * 2 ** 20 + (draw() % 2 ** 20)),
  };
  return random;
}
