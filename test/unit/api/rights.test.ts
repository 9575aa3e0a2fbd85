import { expect, it } from 'vitest';
import { RIGHTS, type Right } from '../../../schemas/index.ts';
import { ROUTES } from '../../support/routes.ts';
import { errorOf, testApi } from './app.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Requests a route with invented names, and with an empty object as the body. */
function requestRoute(
  route: (typeof ROUTES)[number],
  rights: readonly Right[],
  method: string = route.method,
) {
  const init = method === 'POST' ? { headers: JSON_HEADERS, body: '{}' } : {};
  const path = route.path.replaceAll(/\{\w+\}/g, 'never-there');
  return testApi().request(path, { method, ...init }, 'acme', rights);
}

const table = ROUTES.flatMap((route) =>
  RIGHTS.map((right) => [`${route.method} ${route.path}`, right, route] as const),
);

it.each(table)(
  '%s answers a caller with the right %s alone only if the route names it',
  async (_, right, route) => {
    const response = await requestRoute(route, [right]);
    if (route.access === 'open' || route.access.includes(right)) {
      expect(response.status).not.toBe(403);
      return;
    }
    expect(response.status).toBe(403);
    const error = await errorOf(response);
    expect(error).toMatchObject({ code: 'MISSING_RIGHT', required_rights: route.access });
    for (const needed of route.access) expect(error.message).toContain(needed);
    expect(error.message).toContain(`only ${right}`);
  },
);

it('a caller without rights can use open routes alone', async () => {
  for (const route of ROUTES) {
    const { status } = await requestRoute(route, []);
    expect(status === 403, route.path).toBe(route.access !== 'open');
  }
});

it('HEAD needs the same right as GET', async () => {
  for (const route of ROUTES.filter(
    ({ method, access }) => method === 'GET' && access !== 'open',
  )) {
    const others = RIGHTS.filter((right) => !(route.access as readonly Right[]).includes(right));
    expect((await requestRoute(route, others, 'HEAD')).status, route.path).toBe(403);
  }
});

it('only reading routes answer a read-only key, so that it can neither spend nor change anything', () => {
  const readable = ROUTES.filter(({ access }) => access !== 'open' && access.includes('read'));
  expect(new Set(readable.map(({ method }) => method))).toEqual(new Set(['GET']));
});

it('a key that expires is refused from its end on, also while API Gateway still remembers it', async () => {
  const { app, deps } = testApi();
  const end = deps.now() + 60_000;
  const ask = (expires_at: number) => {
    const authorizer = { tenant: 'acme', rights: 'read', expires_at: String(expires_at) };
    return app.request('/budget', {}, { requestContext: { authorizer } });
  };
  expect((await ask(end)).status).toBe(200);
  const refused = await ask(deps.now());
  expect(refused.status).toBe(403);
  expect(await errorOf(refused)).toMatchObject({ code: 'FORBIDDEN' });
});
