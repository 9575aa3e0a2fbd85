import { createRoutes } from '../../api/routes/index.ts';
import { settings } from '../../infra/settings.ts';
import { ANALYZERS } from '../../schemas/index.ts';

/** The routes of the API as they are deployed. */
export const ROUTES = createRoutes(ANALYZERS[settings.analysis.analyzer].languages);
