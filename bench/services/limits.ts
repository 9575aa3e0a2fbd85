/**
 * The default quota of a new account for BatchDetectSentiment. AWS published it in 2022 and not since. The limit of
 * documents per call: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchDetectSentiment.html
 */
export const QUOTA_CALLS_PER_SECOND = 10;
export const DOCUMENTS_PER_CALL = 25;

/** Limits per request, from the API references of DynamoDB and Firehose. */
export const KEYS_PER_READ = 100;
export const ITEMS_PER_WRITE = 25;
export const ITEM_BYTES = 400 * 1_024;
export const PUT_RECORDS = 500;
export const PUT_BYTES = 4 * 1_024 * 1_024;
export const PUT_RECORD_BYTES = 1_000 * 1_024;
/** The limit of a text, from Comprehend's API reference. */
export const DOCUMENT_BYTES = 5_000;

/** A request exceeded a service's limit. The service refuses it, and the program's measurement fails. */
export class LimitExceeded extends Error {
  override name = 'LimitExceeded';
}

/** @throws {LimitExceeded} */
export function assertAtMost(value: number, limit: number): void {
  if (value > limit) throw new LimitExceeded(`Expected at most ${limit}, got ${value}`);
}
