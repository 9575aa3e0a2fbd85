import { REGION } from '../gateway/types.ts';
import type { RestApi } from './rest-api/api.ts';
import type { Stack } from './template/stack.ts';

/** Where the SDK would send what it has for a queue: the URL is the endpoint. */
const SQS = `https://sqs.${REGION}.amazonaws.com`;

/** A queue's URL as it is reached here; anything else as it is. */
export function localQueueUrl(value: string, endpoint: string): string {
  return value.startsWith(`${SQS}/`) ? value.replace(SQS, endpoint) : value;
}

/** The stack's outputs, with URLs of its REST APIs as they are reached here. */
export function localOutputs(
  stack: Stack,
  apis: RestApi[],
  endpoint: string,
): Record<string, string> {
  const local = (value: string): string => {
    const api = apis.find(({ id }) => value.startsWith(`https://${id}.execute-api.`));
    return api === undefined
      ? localQueueUrl(value, endpoint)
      : value.replace(/^https:\/\/[^/]+/, endpoint);
  };
  return Object.fromEntries(
    Object.entries(stack.outputs()).map(([name, value]) => [name, local(value)]),
  );
}
