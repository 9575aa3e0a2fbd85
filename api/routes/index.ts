import { createDocumentRoutes } from '../docs/routes.ts';
import { createAnalyzeRoutes } from './analyze.ts';
import { jobRoutes } from './jobs.ts';
import { recordRoutes } from './records.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service.ts';
import { submitRoute } from './submit.ts';

/**
 * Creates every route of the API. Another method of a known path is a 405, another path a 404.
 *
 * @param languages that the analyzer supports.
 */
export function createRoutes(languages: readonly string[]): Route[] {
  const routes: Route[] = [
    ...createAnalyzeRoutes(languages),
    submitRoute,
    ...jobRoutes,
    ...recordRoutes,
    ...serviceRoutes,
    ...createDocumentRoutes(() => routes),
  ];
  return routes;
}
