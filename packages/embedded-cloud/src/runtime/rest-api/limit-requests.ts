import { createTokenBucket } from '../../services/token-bucket.ts';

/** Limit on a request rate. */
export interface Throttle {
  requests_per_second: number;
  burst: number;
}

/**
 * Limits requests by a token bucket.
 * @returns a function that takes a token. If no token is free, the function returns false.
 */
export function limitRequests(
  { requests_per_second: rate, burst }: Throttle,
  now: () => number,
): () => boolean {
  const bucket = createTokenBucket({ rate, burst, now });
  return () => bucket.take(1);
}
