import type { RestApi } from './rest-api/api.ts';
import type { Stack } from './template/stack.ts';

/** The stack's outputs, with URLs of its REST APIs as they are reached here. */
export function localOutputs(
  stack: Stack,
  apis: RestApi[],
  endpoint: string,
): Record<string, string> {
  const local = (value: string): string => {
    const api = apis.find(({ id }) => value.startsWith(`https://${id}.execute-api.`));
    return api === undefined ? value : value.replace(/^https:\/\/[^/]+/, endpoint);
  };
  return Object.fromEntries(
    Object.entries(stack.outputs()).map(([name, value]) => [name, local(value)]),
  );
}
