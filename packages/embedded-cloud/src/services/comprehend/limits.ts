import type { AwsReply } from '../../gateway/types.ts';
import { createTokenBucket, type TokenBucket } from '../token-bucket.ts';
import { jsonError } from '../wire.ts';

/**
 * Limits of the synchronous operations. The calls per second are the quotas of 2022, because AWS
 * has adjusted the quotas dynamically since 2022.
 * Sources: @aws-sdk/client-comprehend, Comprehend's guidelines and limits, and
 * https://docs.aws.amazon.com/general/latest/gr/comprehend.html
 */
export const MAX_DOCUMENTS = 25;
export const MAX_DOCUMENT_BYTES = 5_000;
export const CALLS_PER_SECOND: Record<string, number> = {
  BatchDetectSentiment: 10,
  DetectSentiment: 20,
  BatchDetectDominantLanguage: 10,
  DetectDominantLanguage: 40,
  // AWS lists no figure for this action; it has that of the other actions for one document.
  DetectPiiEntities: 20,
};

export const SENTIMENT_LANGUAGES = 'en es fr de it pt ar hi ja ko zh zh-TW'.split(' ');

const CHARACTERS_PER_UNIT = 100;
const LEAST_UNITS = 3;

/**
 * Counts the billed units of a document. One unit is 100 characters, and at least 3 units are
 * billed for each document.
 * Source: https://aws.amazon.com/comprehend/pricing/
 */
export function countUnits(text: string): number {
  return Math.max(LEAST_UNITS, Math.ceil([...text].length / CHARACTERS_PER_UNIT));
}

/**
 * Largest burst of an action, in seconds of its quota. AWS publishes no figure, and may change the
 * rate at any time. One second is the strictest rule that still allows the quota in whole calls.
 * Source: https://docs.aws.amazon.com/comprehend/latest/dg/guidelines-and-limits.html
 */
const BURST_SECONDS = 1;

/**
 * Limits the calls per second of each action by a token bucket.
 *
 * @returns a function that returns an error reply for a call above the limit, and undefined for any
 * other call
 */
export function createThrottle(deps: {
  now: () => number;
  calls_per_second: Record<string, number>;
}) {
  const buckets = new Map<string, TokenBucket>();
  return (action: string): AwsReply | undefined => {
    const rate = deps.calls_per_second[action];
    if (rate === undefined) return undefined;
    const burst = Math.max(1, rate * BURST_SECONDS);
    const bucket = buckets.get(action) ?? createTokenBucket({ rate, burst, now: deps.now });
    buckets.set(action, bucket);
    return bucket.take(1) ? undefined : jsonError(400, 'ThrottlingException', 'Rate exceeded');
  };
}

/**
 * Creates the error reply for a violated constraint of the input. AWS checks such constraints
 * before the service handles the request.
 */
export function createViolation(member: string, constraint: string): AwsReply {
  return jsonError(
    400,
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );
}

export function createTooLong(bytes: number, max_bytes = MAX_DOCUMENT_BYTES): AwsReply {
  return jsonError(
    400,
    'TextSizeLimitExceededException',
    `Input text size exceeds limit. Max length of request text allowed is ${max_bytes} bytes while in this request the text size is ${bytes} bytes`,
  );
}
