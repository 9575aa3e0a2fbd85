import { REGION } from '../gateway/types.ts';

const AWS_ENDPOINT = `https://sqs.${REGION}.amazonaws.com`;

/** The SDK sends a request to the queue's URL, so a queue's URL must lead to the embedded cloud; other values stay. */
export function localQueueUrl(value: string, endpoint: string): string {
  return value.startsWith(`${AWS_ENDPOINT}/`) ? value.replace(AWS_ENDPOINT, endpoint) : value;
}
