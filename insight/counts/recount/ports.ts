/**
 * The rows of the results table, as they are.
 *
 * @throws {ServiceError} if a call fails.
 */
export interface ResultRows {
  all(): AsyncIterable<Record<string, unknown>>;
}
