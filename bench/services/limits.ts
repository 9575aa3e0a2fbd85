/**
 * Default quota of a new account for BatchDetectSentiment, in calls per second. AWS last published
 * the quota in 2022. The limit of 25 documents per call has another source:
 * https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchDetectSentiment.html
 */
export const QUOTA_CALLS_PER_SECOND = 10;
export const DOCUMENTS_PER_CALL = 25;

/** Limits of a request to DynamoDB or Firehose. Source: the API references of both services. */
export const KEYS_PER_READ = 100;
export const ITEMS_PER_WRITE = 25;
export const ITEM_BYTES = 400 * 1_024;
export const PUT_RECORDS = 500;
export const PUT_BYTES = 4 * 1_024 * 1_024;
export const PUT_RECORD_BYTES = 1_000 * 1_024;
/** Maximum number of bytes of a text. Source: Comprehend's API reference. */
export const DOCUMENT_BYTES = 5_000;

/**
 * The error of a request that exceeds a service's limit. The service refuses the request, and the
 * measurement of the program fails.
 */
export class LimitExceeded extends Error {
  override name = 'LimitExceeded';
}

/**
 * Checks that a value does not exceed a limit.
 *
 * @throws {LimitExceeded} if the value exceeds the limit.
 */
export function assertAtMost(value: number, limit: number): void {
  if (value > limit) throw new LimitExceeded(`Expected at most ${limit}, got ${value}`);
}
