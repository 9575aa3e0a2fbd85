import type { Route } from './api.ts';

export interface Match {
  route: Route;
  /** Percent-decoded parameters of the path, or null if the path has no parameters. */
  path_parameters: Record<string, string> | null;
}

/**
 * Creates a function that finds the route of a request by the rules of API Gateway. Exact segments
 * take precedence over `{parameter}`, and `{parameter}` takes precedence over `{proxy+}`. Within a
 * resource, the request's method takes precedence over `ANY`. The `path` of a request starts after
 * the stage, is percent-encoded, and has a leading slash.
 */
export function createRouter(routes: Route[]): (method: string, path: string) => Match | undefined {
  const resources = [...new Set(routes.map((route) => route.resource_path))].sort(bySpecificity);
  return (method, path) => {
    const segments = segmentsOf(path);
    for (const resource of resources) {
      const path_parameters = parametersOf(segmentsOf(resource), segments);
      if (path_parameters === undefined) continue;
      const methods = routes.filter((candidate) => candidate.resource_path === resource);
      const route =
        methods.find((candidate) => candidate.method === method) ??
        methods.find((candidate) => candidate.method === 'ANY');
      if (route === undefined) return undefined;
      const none = Object.keys(path_parameters).length === 0;
      return { route, path_parameters: none ? null : path_parameters };
    }
    return undefined;
  };
}

const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '');

/**
 * Reads the path parameters of a request.
 * @returns undefined if the path does not match the resource.
 */
function parametersOf(resource: string[], path: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, part] of resource.entries()) {
    const name = /^\{(.+?)(\+?)\}$/.exec(part);
    const segment = path[index];
    if (segment === undefined) return undefined;
    if (name?.[2] === '+') {
      parameters[name[1] ?? ''] = decodeSegment(path.slice(index).join('/'));
      return parameters;
    }
    if (name !== null) parameters[name[1] ?? ''] = decodeSegment(segment);
    else if (part !== decodeSegment(segment)) return undefined;
  }
  return resource.length === path.length ? parameters : undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function bySpecificity(left: string, right: string): number {
  const rank = (path: string) =>
    segmentsOf(path).map((part) => (part.endsWith('+}') ? 2 : part.startsWith('{') ? 1 : 0));
  const [a, b] = [rank(left), rank(right)];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return b.length - a.length;
}
