/**
 * Delays before the second, third and fourth attempt, in seconds. SQS can delay a message by at
 * most 900 seconds.
 */
const RETRY_DELAYS_SECONDS = [60, 300, 900];

/**
 * Returns the time between an attempt and the next attempt, in seconds. Returns undefined if the
 * attempt is the last.
 *
 * @param attempt number of the attempt, counted from 1.
 */
export function retryDelaySeconds(attempt: number): number | undefined {
  return RETRY_DELAYS_SECONDS[attempt - 1];
}
