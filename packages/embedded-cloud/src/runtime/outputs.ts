import { localQueueUrl } from './queue-url.ts';
import type { RestApi } from './rest-api/api.ts';
import type { Stack } from './template/stack.ts';

/**
 * Returns the stack's outputs. URLs of the REST APIs and queues are replaced by URLs of the embedded
 * cloud. Of the APIs with a stage of the same name, only the first has the short URL of its stage.
 */
export function localOutputs(
  stack: Stack,
  apis: RestApi[],
  endpoint: string,
): Record<string, string> {
  const local = (value: string): string => {
    const api = apis.find(({ id }) => value.startsWith(`https://${id}.execute-api.`));
    if (api === undefined) return localQueueUrl(value, endpoint);
    const has_short_url = apis.find(({ stage }) => stage === api.stage) === api;
    const base = has_short_url ? endpoint : `${endpoint}/_aws/execute-api/${api.id}`;
    return value.replace(/^https:\/\/[^/]+/, base);
  };
  return Object.fromEntries(
    Object.entries(stack.outputs()).map(([name, value]) => [name, local(value)]),
  );
}
