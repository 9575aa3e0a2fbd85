import { createDocumentRoutes } from '../docs/routes.ts';
import { analyzeRoutes } from './analyze.ts';
import { jobRoutes } from './jobs.ts';
import { recordRoutes } from './records.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service.ts';
import { submitRoute } from './submit.ts';

/** Every route of the API. Another method of a known path is a 405, another path a 404. */
export const ROUTES: Route[] = [
  ...analyzeRoutes,
  submitRoute,
  ...jobRoutes,
  ...recordRoutes,
  ...serviceRoutes,
  ...createDocumentRoutes(() => ROUTES),
];
