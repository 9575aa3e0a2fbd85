import { dashboardRoutes } from '../dashboard/routes.ts';
import type { ApiDeps } from '../deps.ts';
import { createDocumentRoutes } from '../docs/routes.ts';
import { alertEventRoutes } from './alert-events.ts';
import { alertRoutes } from './alerts.ts';
import { createAnalyzeRoutes } from './analyze.ts';
import { budgetRoute } from './budget.ts';
import { digestRoutes } from './digests.ts';
import { erasureRoutes } from './erasures.ts';
import { exportRoutes } from './exports.ts';
import { jobRoutes } from './jobs.ts';
import { recordRoutes } from './records.ts';
import { resultRoutes } from './results.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service.ts';
import { setAsideRoutes } from './set-asides.ts';
import { statsRoutes } from './stats.ts';
import { submitRoute } from './submit.ts';

/**
 * Creates all routes of the API.
 *
 * @param languages codes of the languages that the analyzer supports.
 * @param serves whether the API also serves its documentation as a page, and the dashboard.
 */
export function createRoutes(
  languages: readonly string[],
  serves: Pick<ApiDeps['settings'], 'serves_docs' | 'serves_dashboard'> = {
    serves_docs: true,
    serves_dashboard: true,
  },
): Route[] {
  const routes: Route[] = [
    ...createAnalyzeRoutes(languages),
    submitRoute,
    ...jobRoutes,
    ...recordRoutes,
    ...resultRoutes,
    ...statsRoutes,
    ...alertRoutes,
    ...alertEventRoutes,
    ...digestRoutes,
    ...erasureRoutes,
    ...exportRoutes,
    ...setAsideRoutes,
    budgetRoute,
    ...serviceRoutes,
    ...createDocumentRoutes(() => routes, serves.serves_docs),
    ...(serves.serves_dashboard ? dashboardRoutes : []),
  ];
  return routes;
}
