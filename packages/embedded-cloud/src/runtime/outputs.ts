import { localQueueUrl } from './queue-url.ts';
import type { RestApi } from './rest-api/api.ts';
import type { Stack } from './template/stack.ts';

/**
 * Returns the stack's outputs. URLs of the stack's REST APIs and queues are replaced by URLs of the
 * embedded cloud.
 */
export function localOutputs(
  stack: Stack,
  apis: RestApi[],
  endpoint: string,
): Record<string, string> {
  const local = (value: string): string => {
    const isApi = apis.some(({ id }) => value.startsWith(`https://${id}.execute-api.`));
    return isApi ? value.replace(/^https:\/\/[^/]+/, endpoint) : localQueueUrl(value, endpoint);
  };
  return Object.fromEntries(
    Object.entries(stack.outputs()).map(([name, value]) => [name, local(value)]),
  );
}
