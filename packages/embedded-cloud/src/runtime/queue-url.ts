import { REGION } from '../gateway/types.ts';

const AWS_ENDPOINT = `https://sqs.${REGION}.amazonaws.com`;

/**
 * Returns the URL of a queue in the embedded cloud if the value is the URL of a queue on AWS.
 * Returns any other value unchanged. The URL must be replaced because the SDK sends requests to the
 * URL of the queue.
 */
export function localQueueUrl(value: string, endpoint: string): string {
  return value.startsWith(`${AWS_ENDPOINT}/`) ? value.replace(AWS_ENDPOINT, endpoint) : value;
}
