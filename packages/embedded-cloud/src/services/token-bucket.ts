/** A limit of a rate. Unused tokens are kept up to the burst. */
export interface TokenBucket {
  /** Takes tokens if there are enough. @returns false if the rate is exceeded */
  take(count: number): boolean;
  /**
   * Takes tokens even if there are not enough. Later calls then wait until the debt is paid.
   */
  charge(count: number): void;
  /** Returns the number of tokens. The number is negative if there is a debt. */
  tokens(): number;
}

/**
 * Creates a token bucket, which is full at first.
 *
 * @param options.rate tokens that are added in a second
 * @param options.burst largest number of tokens
 */
export function createTokenBucket(options: {
  rate: number;
  burst: number;
  now: () => number;
}): TokenBucket {
  const { rate, burst, now } = options;
  let tokens = burst;
  let filled_at = now();
  const fill = () => {
    const at = now();
    tokens = Math.min(burst, tokens + ((at - filled_at) / 1_000) * rate);
    filled_at = at;
  };
  return {
    take(count) {
      fill();
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },
    charge(count) {
      fill();
      tokens -= count;
    },
    tokens() {
      fill();
      return tokens;
    },
  };
}
