/**
 * BatchDetectSentiment calls a second that an account starts with: AWS' default of 2022, which it has not said again
 * since. Documents of a call: https://docs.aws.amazon.com/comprehend/latest/APIReference/API_BatchDetectSentiment.html
 */
export const QUOTA_CALLS_PER_SECOND = 10;
export const DOCUMENTS_PER_CALL = 25;

/** Of one request: the API references of DynamoDB and Firehose. */
export const KEYS_PER_READ = 100;
export const ITEMS_PER_WRITE = 25;
export const ITEM_BYTES = 400 * 1_024;
export const PUT_RECORDS = 500;
export const PUT_BYTES = 4 * 1_024 * 1_024;
export const PUT_RECORD_BYTES = 1_000 * 1_024;
/** Of a text: Comprehend's API reference. */
export const DOCUMENT_BYTES = 5_000;

/** A service refuses what is beyond its limits: its sender is measured as failing. */
export class LimitExceeded extends Error {
  override name = 'LimitExceeded';
}

/** @throws {LimitExceeded} */
export function atMost(value: number, limit: number): void {
  if (value > limit) throw new LimitExceeded(`${value} is more than ${limit}`);
}
