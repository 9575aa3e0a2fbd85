import type { AwsReply } from '../../gateway/types.ts';
import { jsonError } from '../wire.ts';

/**
 * Limits of the synchronous operations. Source: @aws-sdk/client-comprehend and Comprehend's guidelines and limits; the
 * calls per second are the quotas of 2022, which AWS now calls dynamic.
 */
export const MAX_DOCUMENTS = 25;
export const MAX_DOCUMENT_BYTES = 5_000;
export const CALLS_PER_SECOND: Record<string, number> = {
  BatchDetectSentiment: 10,
  DetectSentiment: 20,
  BatchDetectDominantLanguage: 10,
  DetectDominantLanguage: 40,
};

export const SENTIMENT_LANGUAGES = 'en es fr de it pt ar hi ja ko zh zh-TW'.split(' ');

const CHARACTERS_PER_UNIT = 100;
const LEAST_UNITS = 3;

/** What a document costs: a unit per 100 characters, at least 3. Source: https://aws.amazon.com/comprehend/pricing/ */
export function unitsOf(text: string): number {
  return Math.max(LEAST_UNITS, Math.ceil([...text].length / CHARACTERS_PER_UNIT));
}

/** Lets so many calls through in a second, and answers the others as Comprehend does. */
export function createThrottle(deps: {
  now: () => number;
  calls_per_second: Record<string, number>;
}) {
  const buckets = new Map<string, { tokens: number; filled_at: number }>();
  return (action: string): AwsReply | undefined => {
    const rate = deps.calls_per_second[action];
    if (rate === undefined) return undefined;
    const now = deps.now();
    const bucket = buckets.get(action) ?? { tokens: rate, filled_at: now };
    bucket.tokens = Math.min(rate, bucket.tokens + ((now - bucket.filled_at) / 1_000) * rate);
    bucket.filled_at = now;
    buckets.set(action, bucket);
    if (bucket.tokens < 1) return jsonError(400, 'ThrottlingException', 'Rate exceeded');
    bucket.tokens -= 1;
    return undefined;
  };
}

export function invalid(message: string): AwsReply {
  return jsonError(400, 'InvalidRequestException', message);
}

/** The constraints that AWS checks before the service sees the call. */
export function violation(member: string, constraint: string): AwsReply {
  return jsonError(
    400,
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );
}

export function tooLong(bytes: number): AwsReply {
  return jsonError(
    400,
    'TextSizeLimitExceededException',
    `Input text size exceeds limit. Max length of request text allowed is ${MAX_DOCUMENT_BYTES} bytes while in this request the text size is ${bytes} bytes`,
  );
}
