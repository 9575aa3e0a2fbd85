import { Hono, type MiddlewareHandler } from 'hono';
import { NO_CALLER, NO_VALID_CALLER } from '../schemas/http/refusals.ts';
import { parseRights, type Right } from '../schemas/index.ts';
import type { ApiDeps, AppDeps } from './deps.ts';
import { setCorsHeaders } from './http/cors.ts';
import type { ApiEnv } from './http/env.ts';
import { HttpError, toErrorResponse, toHttpError } from './http/errors.ts';
import { recordReads } from './http/record-reads.ts';
import { createRoutes } from './routes/index.ts';
import type { Route } from './routes/route.ts';

/** Creates the HTTP API as a Hono app, which an HTTP server or a Lambda function can run. */
export function createApi(deps: ApiDeps): Hono<ApiEnv> {
  return createApp(deps, createRoutes(deps.languages, deps.settings));
}

/** Creates an app with some routes of the API. */
export function createApp<Deps extends AppDeps>(
  deps: Deps,
  all_routes: Route<Deps>[],
): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use(observeRequests(deps, all_routes));
  app.use(recordReads(deps));
  for (const [path, routes] of groupByPath(all_routes)) {
    for (const route of routes) {
      // Hono answers a HEAD request like a GET request, without the body.
      app.on(route.method, path, requireAccess(deps, route), route.handler(deps));
    }
    app.all(path, () => {
      const Allow = routes.map(({ method }) => method).join(', ');
      throw new HttpError('METHOD_NOT_ALLOWED', `This path takes ${Allow}`, { headers: { Allow } });
    });
  }
  // This route answers requests for unknown paths. The app does not use app.notFound(), because an
  // error in app.notFound() would bypass the middleware above.
  app.all('*', () => {
    throw new HttpError('NOT_FOUND', 'This path does not exist');
  });
  app.onError((error, c) => {
    const request_id = c.get('request_id');
    const known = toHttpError(error);
    if (known === undefined) deps.on_error?.(error, request_id);
    const { status, headers, body } = toErrorResponse(known, request_id, deps.now());
    c.set('error_code', body.error.code);
    return c.json(body, status, headers);
  });
  return app;
}

/**
 * Assigns an id to each request, sets the common headers of each answer, and reports the answer.
 */
function observeRequests(deps: AppDeps, routes: Pick<Route, 'path'>[]): MiddlewareHandler<ApiEnv> {
  const findRoutePath = createFindPath(routes);
  return async (c, next) => {
    const started = deps.now();
    const bindings = c.env ?? {};
    const request_id = deps.request_id(bindings);
    c.set('request_id', request_id);
    await next();
    c.header('X-Request-ID', request_id);
    const rate_limit = bindings.requestContext?.authorizer?.rate_limit;
    if (rate_limit !== undefined) c.header('X-RateLimit-Limit', rate_limit);
    if (!c.res.headers.has('cache-control')) c.header('Cache-Control', 'no-store');
    setCorsHeaders(c, deps.settings.cors_origins);
    const error_code = c.get('error_code');
    deps.on_answer?.({
      request_id,
      route: findRoutePath(c.req.path) ?? 'unknown',
      method: c.req.method,
      status: c.res.status,
      duration_ms: deps.now() - started,
      ...(error_code === undefined ? {} : { error_code }),
    });
  };
}

/**
 * Stores the tenant that the authorizer returned, and refuses a caller to whom the route is not open.
 * The check is here and not in the authorizer, because API Gateway applies the authorizer's answer for
 * one path to other paths for some minutes. Source:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
function requireAccess(
  { now }: Pick<AppDeps, 'now'>,
  { access }: Pick<Route, 'access'>,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { tenant, rights = '', expires_at } = c.env?.requestContext?.authorizer ?? {};
    if (access !== 'open') {
      if (tenant === undefined) throw new HttpError('UNAUTHORIZED', NO_CALLER);
      if (expires_at !== undefined && Number(expires_at) <= now()) {
        throw new HttpError('FORBIDDEN', NO_VALID_CALLER);
      }
      requireRight(access, parseRights(rights));
    }
    if (tenant !== undefined) c.set('tenant', tenant);
    await next();
  };
}

/** @throws {HttpError} if the caller has none of the rights of which the route needs one. */
function requireRight(needed: readonly Right[], own: readonly Right[]): void {
  if (needed.some((right) => own.includes(right))) return;
  const has = own.length === 0 ? 'no rights' : `only ${own.join(', ')}`;
  throw new HttpError(
    'MISSING_RIGHT',
    `This request needs the right ${needed.join(' or ')}, and the caller has ${has}`,
    { required_rights: [...needed] },
  );
}

/** Groups the routes by path. The paths are written in the notation of Hono's router. */
function groupByPath<Deps>(routes: Route<Deps>[]): Map<string, Route<Deps>[]> {
  const paths = new Map<string, Route<Deps>[]>();
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    paths.set(path, [...(paths.get(path) ?? []), route]);
  }
  return paths;
}

/**
 * Creates a function that finds the route for the path of a request. The function returns the path
 * of the route in the notation of OpenAPI.
 */
function createFindPath(routes: Pick<Route, 'path'>[]): (path: string) => string | undefined {
  const patterns = routes.map((route) => ({
    path: route.path,
    pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  return (path) => patterns.find(({ pattern }) => pattern.test(path))?.path;
}
