import { lastPeriod } from '../../insight/digests/period.ts';
import { renderDigest } from '../../insight/digests/render.ts';
import { digestPreviewQuerySchema, digestPreviewSchema } from '../../schemas/index.ts';
import { parseQuery } from '../http/parse.ts';
import { COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

const preview: Route = {
  method: 'GET',
  path: '/digests/preview',
  operation_id: 'previewDigest',
  summary: 'What changed in the last day or week that is over, as JSON, HTML, text and a chart',
  tag: 'Digests',
  access: ['read'],
  query: digestPreviewQuerySchema,
  answers: { 200: { description: 'The digest in each of its forms', schema: digestPreviewSchema } },
  errors: ['VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { cadence, source } = parseQuery(c.req, digestPreviewQuerySchema);
    const tenant = c.get('tenant');
    const period = lastPeriod(cadence, deps.now());
    const digest = await deps.computeDigest({ tenant, cadence, source, period });
    const selectors = source === undefined ? {} : { source };
    if (digest.texts.length > 0) c.set('read', { act: 'read_digest', tenant, selectors });
    return c.json(renderDigest(digest));
  },
};

export const digestRoutes: Route[] = [preview];
