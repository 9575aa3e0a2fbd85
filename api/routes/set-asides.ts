import {
  type SetAsideCountsResponse,
  type SetAsideReplayResponse,
  type SetAsidesResponse,
  setAsideCountsResponseSchema,
  setAsideQuerySchema,
  setAsideReplayResponseSchema,
  setAsideReplaySchema,
  setAsidesResponseSchema,
} from '../../schemas/index.ts';
import { HttpError } from '../http/errors.ts';
import { parseBody, parseQuery } from '../http/parse.ts';
import { formatQueryCursor, parseQueryCursor } from '../http/query-cursor.ts';
import { describeCaller } from '../http/record-reads.ts';
import { countByReason, listPage } from '../set-asides/list.ts';
import { replayAll } from '../set-asides/replay.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

const TAG = 'Records and results';
/** A replay has a hundred ids, or one text. */
const MAX_BODY_BYTES = 262_144;

const counts: Route = {
  method: 'GET',
  path: '/set-asides/counts',
  operation_id: 'countSetAsides',
  summary: 'Number of records that could not be processed, by reason',
  tag: TAG,
  access: ['read'],
  answers: { 200: { description: 'The counts', schema: setAsideCountsResponseSchema } },
  errors: [...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const [{ refs, is_complete }, failed_batches] = await Promise.all([
      deps.set_asides.list(c.get('tenant')),
      deps.count_failed_batches(),
    ]);
    const by_reason = countByReason(refs);
    return c.json({ by_reason, is_complete, failed_batches } satisfies SetAsideCountsResponse);
  },
};

const list: Route = {
  method: 'GET',
  path: '/set-asides',
  operation_id: 'listSetAsides',
  summary: 'Records that could not be processed, with their bytes, newest first',
  tag: TAG,
  access: ['admin'],
  query: setAsideQuerySchema,
  answers: { 200: { description: 'A page of set-asides', schema: setAsidesResponseSchema } },
  errors: ['VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { limit, cursor, ...filters } = parseQuery(c.req, setAsideQuerySchema);
    const tenant = c.get('tenant');
    const query = { listing: 'set_asides', ...filters };
    const after = cursor === undefined ? undefined : parseQueryCursor(tenant, query, cursor);
    const { refs, is_complete } = await deps.set_asides.list(tenant);
    const page = await listPage(deps.set_asides, refs, { filters, limit, after });
    const { reason, source } = filters;
    const selectors = { ...(reason && { reason }), ...(source && { source }) };
    c.set('read', { act: 'read_set_asides', tenant, selectors });
    const { set_asides, next } = page;
    return c.json({
      ...{ set_asides, is_complete },
      ...(next === undefined ? {} : { next_cursor: formatQueryCursor(tenant, query, next) }),
    } satisfies SetAsidesResponse);
  },
};

const replay: Route = {
  method: 'POST',
  path: '/set-asides/replay',
  operation_id: 'replaySetAsides',
  summary: 'Puts records that could not be processed on the stream again',
  tag: TAG,
  access: ['admin'],
  body: setAsideReplaySchema,
  max_body_bytes: MAX_BODY_BYTES,
  answers: { 200: { description: 'The outcomes', schema: setAsideReplayResponseSchema } },
  errors: [...BODY_ERRORS, ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value } = await parseBody(c.req, setAsideReplaySchema, MAX_BODY_BYTES);
    const { set_aside_ids, fixed_text, dry_run } = value;
    if (fixed_text !== undefined && set_aside_ids.length > 1) {
      const message = 'fixed_text: replaces one set-aside; send one id';
      throw new HttpError('VALIDATION_ERROR', message, { field: 'fixed_text' });
    }
    const tenant = c.get('tenant');
    if (!dry_run) {
      const [first = ''] = set_aside_ids;
      const selectors = {
        set_asides: String(set_aside_ids.length),
        ...(set_aside_ids.length === 1 && { set_aside_id: first }),
      };
      const act = { act: 'replay_set_asides' as const, tenant, selectors };
      await deps.record_read({ caller: describeCaller(c), act });
    }
    const options = { tenant, fixed_text, dry_run };
    const outcomes = await replayAll(deps, set_aside_ids, options);
    return c.json({ outcomes } satisfies SetAsideReplayResponse);
  },
};

export const setAsideRoutes: Route[] = [counts, list, replay];
