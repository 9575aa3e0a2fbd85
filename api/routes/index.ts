import { createDocumentRoutes } from '../docs/routes.ts';
import { analyzeRoutes } from './analyze.ts';
import { jobRoutes } from './jobs.ts';
import { recordRoutes } from './records.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service.ts';
import { submitRoute } from './submit.ts';

/** Every route of the API: what else is asked of a known path is 405, any other path 404. */
export const ROUTES: Route[] = [
  ...analyzeRoutes,
  submitRoute,
  ...jobRoutes,
  ...recordRoutes,
  ...serviceRoutes,
  ...createDocumentRoutes(() => ROUTES),
];
