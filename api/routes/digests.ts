import * as z from 'zod';
import { lastPeriod } from '../../insight/digests/period.ts';
import { renderDigest } from '../../insight/digests/render.ts';
import { nameEvents } from '../../insight/digests/send-due.ts';
import {
  type DigestDefinition,
  type DigestHistoryResponse,
  type DigestsResponse,
  type DigestView,
  digestHistoryResponseSchema,
  digestInputSchema,
  digestPreviewQuerySchema,
  digestPreviewSchema,
  digestsResponseSchema,
  digestViewSchema,
  MAX_DIGESTS,
  slug,
} from '../../schemas/index.ts';
import { HttpError, notFound } from '../http/errors.ts';
import { parseBody, parseParams, parseQuery } from '../http/parse.ts';
import { checkDestinations, recordChange } from './alerts.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

const MAX_BODY_BYTES = 65_536;
const TAG = 'Digests';
/** Number of the newest periods that the history of a digest shows. */
const SHOWN_PERIODS = 30;
const digestParams = z.object({ name: slug });

const preview: Route = {
  method: 'GET',
  path: '/digests/preview',
  operation_id: 'previewDigest',
  summary: 'What changed in the last day or week that is over, as JSON, HTML, text and a chart',
  tag: TAG,
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

const list: Route = {
  method: 'GET',
  path: '/digests',
  operation_id: 'digests',
  summary: 'Your digests, by name',
  tag: TAG,
  access: ['read'],
  answers: { 200: { description: 'All digests of the tenant', schema: digestsResponseSchema } },
  errors: [...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const digests = await deps.digests.list(c.get('tenant'));
    return c.json({ digests: digests.map(showDigest) } satisfies DigestsResponse);
  },
};

const set: Route = {
  method: 'POST',
  path: '/digests',
  operation_id: 'setDigest',
  summary: 'Creates a digest, or replaces the one with the same name',
  tag: TAG,
  access: ['admin'],
  body: digestInputSchema,
  max_body_bytes: MAX_BODY_BYTES,
  answers: { 200: { description: 'The digest', schema: digestViewSchema } },
  errors: [...BODY_ERRORS, 'CONFLICT', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value } = await parseBody(c.req, digestInputSchema, MAX_BODY_BYTES);
    checkDestinations(value.to, deps.settings.allow_loopback_callbacks);
    const tenant = c.get('tenant');
    const others = (await deps.digests.list(tenant)).filter(({ name }) => name !== value.name);
    if (others.length >= MAX_DIGESTS) {
      throw new HttpError('CONFLICT', `A tenant can have ${MAX_DIGESTS} digests; delete one first`);
    }
    await recordChange(deps, c, 'set_digest', value.name);
    const digest = { ...value, tenant, updated_at: new Date(deps.now()).toISOString() };
    await deps.digests.put(digest);
    return c.json(showDigest(digest));
  },
};

const remove: Route = {
  method: 'DELETE',
  path: '/digests/{name}',
  operation_id: 'deleteDigest',
  summary: 'Deletes a digest; what it has sent stays in its history until it expires',
  tag: TAG,
  access: ['admin'],
  params: digestParams,
  answers: { 200: { description: 'The deleted digest', schema: digestViewSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { name } = parseParams(c.req, digestParams, 'digest');
    await recordChange(deps, c, 'delete_digest', name);
    const digest = await deps.digests.delete(c.get('tenant'), name);
    if (digest === undefined) throw notFound('digest');
    return c.json(showDigest(digest));
  },
};

const history: Route = {
  method: 'GET',
  path: '/digests/{name}/history',
  operation_id: 'digestHistory',
  summary:
    'The periods that a digest has sent in the last 30 days, and to which hosts, newest first',
  tag: TAG,
  access: ['read'],
  params: digestParams,
  answers: { 200: { description: 'The periods', schema: digestHistoryResponseSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { name } = parseParams(c.req, digestParams, 'digest');
    const query = { tenant: c.get('tenant'), name: nameEvents(name), limit: SHOWN_PERIODS };
    const { events } = await deps.alert_events.list(query);
    const sent = events.map(({ fired_at, deliveries }) => ({ period_end: fired_at, deliveries }));
    return c.json({ name, sent } satisfies DigestHistoryResponse);
  },
};

export const digestRoutes: Route[] = [preview, list, set, remove, history];

function showDigest({ tenant, to, ...digest }: DigestDefinition): DigestView {
  return { ...digest, to: to.map(({ kind, url }) => ({ kind, host: new URL(url).host })) };
}
