import type { aws_apigateway as apigateway } from 'aws-cdk-lib';
import type { Settings } from '../settings.ts';

/** Path of the method whose response is streamed. */
export const DOWNLOAD_PATH = '/jobs/{job_id}/download';

/**
 * The paths whose methods need an API key. A method whose response is streamed has a path of its own,
 * and so have the paths above and beside it: AWS does not document whether `/{proxy+}` takes a path for
 * which a more specific resource without methods exists.
 */
export const KEYED_PATHS = [
  '/',
  '/{proxy+}',
  '/jobs',
  '/jobs/{job_id}',
  '/jobs/{job_id}/{proxy+}',
  DOWNLOAD_PATH,
];

/** Lists the paths that a client can read without an API key. */
export function listOpenPaths({ serves_docs, serves_dashboard }: Settings['api']): string[] {
  const docs = serves_docs ? ['/docs', '/docs/{proxy+}'] : [];
  const dashboard = serves_dashboard ? ['/dashboard', '/dashboard/{proxy+}'] : [];
  return ['/health', '/ready', '/openapi.json', ...docs, ...dashboard];
}

/** Returns the limits of the methods that have limits of their own. */
export function limitMethods(
  api: Settings['api'],
): Record<string, apigateway.MethodDeploymentOptions> {
  const open_paths = listOpenPaths(api);
  const limits = [
    ...open_paths.flatMap((path) => [
      [`${path}/GET`, api.open_method] as const,
      [`${path}/HEAD`, api.open_method] as const,
    ]),
    [`${DOWNLOAD_PATH}/GET`, api.download.method] as const,
    ...(api.cors_origins.length === 0 ? [] : [...KEYED_PATHS, ...open_paths]).map(
      (path) => [`${path}/OPTIONS`, api.preflight_method] as const,
    ),
  ];
  return Object.fromEntries(
    limits.map(([method, { requests_per_second, burst_requests }]) => [
      method,
      { throttlingRateLimit: requests_per_second, throttlingBurstLimit: burst_requests },
    ]),
  );
}
