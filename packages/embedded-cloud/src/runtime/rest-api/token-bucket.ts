/** Limit on a request rate. */
export interface Throttle {
  requests_per_second: number;
  burst: number;
}

/**
 * Creates a token bucket. The bucket holds at most `burst` tokens, and `requests_per_second` tokens
 * are added each second.
 * @returns a function that takes a token. If no token is free, the function returns false.
 */
export function createTokenBucket(
  { requests_per_second, burst }: Throttle,
  now: () => number,
): () => boolean {
  let tokens = burst;
  let filled_at = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - filled_at) / 1000) * requests_per_second);
    filled_at = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
