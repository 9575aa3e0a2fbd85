import { createDocumentRoutes } from '../docs/routes.ts';
import { createAnalyzeRoutes } from './analyze.ts';
import { budgetRoute } from './budget.ts';
import { jobRoutes } from './jobs.ts';
import { recordRoutes } from './records.ts';
import { resultRoutes } from './results.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service.ts';
import { statsRoutes } from './stats.ts';
import { submitRoute } from './submit.ts';

/**
 * Creates all routes of the API.
 *
 * @param languages codes of the languages that the analyzer supports.
 * @param serves_docs whether the API also serves its documentation as a page.
 */
export function createRoutes(languages: readonly string[], serves_docs = true): Route[] {
  const routes: Route[] = [
    ...createAnalyzeRoutes(languages),
    submitRoute,
    ...jobRoutes,
    ...recordRoutes,
    ...resultRoutes,
    ...statsRoutes,
    budgetRoute,
    ...serviceRoutes,
    ...createDocumentRoutes(() => routes, serves_docs),
  ];
  return routes;
}
