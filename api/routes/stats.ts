import {
  overviewQuerySchema,
  overviewResponseSchema,
  statsQuerySchema,
  statsResponseSchema,
} from '../../schemas/index.ts';
import { answerWithEtag } from '../http/etag.ts';
import { parseQuery } from '../http/parse.ts';
import { ETAG, IF_NONE_MATCH, UNCHANGED } from './etag-headers.ts';
import { COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/** The parts that both routes share. Their answers change only when a count does. */
const COMMON = {
  method: 'GET',
  tag: 'Records and results',
  access: ['read'],
  headers: IF_NONE_MATCH,
  errors: ['VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
} satisfies Partial<Route>;

const stats: Route = {
  ...COMMON,
  path: '/stats',
  operation_id: 'stats',
  summary: 'Counts over time by sentiment, source and language; cache hits; units',
  query: statsQuerySchema,
  answers: {
    200: { description: 'The statistics', schema: statsResponseSchema, headers: ETAG },
    ...UNCHANGED,
  },
  handler: (deps) => async (c) => {
    const query = parseQuery(c.req, statsQuerySchema);
    return answerWithEtag(c, await deps.stats({ ...query, tenant: c.get('tenant') }));
  },
};

const overview: Route = {
  ...COMMON,
  path: '/overview',
  operation_id: 'overview',
  summary: 'All that a dashboard shows: counts, the period before, budget, lag and open jobs',
  query: overviewQuerySchema,
  answers: {
    200: { description: 'The overview', schema: overviewResponseSchema, headers: ETAG },
    ...UNCHANGED,
  },
  handler: (deps) => async (c) => {
    const query = parseQuery(c.req, overviewQuerySchema);
    return answerWithEtag(c, await deps.overview({ ...query, tenant: c.get('tenant') }));
  },
};

export const statsRoutes: Route[] = [stats, overview];
