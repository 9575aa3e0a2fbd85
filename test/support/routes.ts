import { createRoutes } from '../../api/routes/index.ts';
import { settings } from '../../infra/settings.ts';
import { ANALYZERS } from '../../schemas/index.ts';

/** The deployed routes of the API. */
export const ROUTES = createRoutes(ANALYZERS[settings.analysis.analyzer].languages);
