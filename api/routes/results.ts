import * as z from 'zod';
import {
  type HistoryResponse,
  historyQuerySchema,
  historyResponseSchema,
  type ResultsResponse,
  recordId,
  resultSchema,
  resultsQuerySchema,
  resultsResponseSchema,
  slug,
} from '../../schemas/index.ts';
import { throwBadCursor } from '../http/cursor.ts';
import { notFound } from '../http/errors.ts';
import { answerWithEtag } from '../http/etag.ts';
import { parseParams, parseQuery } from '../http/parse.ts';
import { formatQueryCursor, parseQueryCursor } from '../http/query-cursor.ts';
import { ETAG, IF_NONE_MATCH, UNCHANGED } from './etag-headers.ts';
import { COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

const resultParams = z.object({ source: slug, record_id: recordId });

const get: Route = {
  method: 'GET',
  path: '/results/{source}/{record_id}',
  operation_id: 'getResult',
  summary: 'The result of one record',
  tag: 'Records and results',
  access: ['read'],
  params: resultParams,
  answers: { 200: { description: 'The result', schema: resultSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const params = parseParams(c.req, resultParams, 'result');
    const tenant = c.get('tenant');
    const result = await deps.results.get({ tenant, ...params });
    if (result === undefined) throw notFound('result');
    const { source, record_id } = params;
    c.set('read', { act: 'read_result', tenant, selectors: { source }, persons: { record_id } });
    return c.json(result);
  },
};

const list: Route = {
  method: 'GET',
  path: '/results',
  operation_id: 'listResults',
  summary: 'Results by source, status, sentiment, language and time, newest first',
  tag: 'Records and results',
  access: ['read'],
  query: resultsQuerySchema,
  headers: IF_NONE_MATCH,
  answers: {
    200: { description: 'A page of results', schema: resultsResponseSchema, headers: ETAG },
    ...UNCHANGED,
  },
  errors: ['VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { limit, cursor, ...query } = parseQuery(c.req, resultsQuerySchema);
    const { include = '', ...filters } = query;
    const tenant = c.get('tenant');
    const after = cursor === undefined ? undefined : parseQueryCursor(tenant, query, cursor);
    const { next, ...page } = await deps.results
      .list({
        ...{ ...filters, tenant, limit, after },
        has_texts: include.includes('text'),
        has_withdrawn: include.includes('withdrawn'),
      })
      .catch(throwBadCursor);
    const next_cursor = next === undefined ? undefined : formatQueryCursor(tenant, query, next);
    const { source } = filters;
    const selectors = source === undefined ? {} : { source };
    if (include.includes('text')) c.set('read', { act: 'list_results', tenant, selectors });
    return answerWithEtag(c, { ...page, next_cursor } satisfies ResultsResponse);
  },
};

const history: Route = {
  method: 'GET',
  path: '/results/{source}/{record_id}/history',
  operation_id: 'listHistory',
  summary: 'The versions of one record and the runs they came from, newest first',
  tag: 'Records and results',
  access: ['read'],
  params: resultParams,
  query: historyQuerySchema,
  answers: { 200: { description: 'A page of versions', schema: historyResponseSchema } },
  errors: ['VALIDATION_ERROR', 'NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const record = parseParams(c.req, resultParams, 'result');
    const { limit, cursor } = parseQuery(c.req, historyQuerySchema);
    const tenant = c.get('tenant');
    const after = cursor === undefined ? undefined : parseRevision(tenant, record, cursor);
    const page = await deps.read_history({ tenant, ...record }, { limit, after });
    if (page === undefined) throw notFound('result');
    const { versions, next } = page;
    const next_cursor =
      next === undefined ? undefined : formatQueryCursor(tenant, record, String(next));
    return c.json({ ...record, versions, next_cursor } satisfies HistoryResponse);
  },
};

/** Reads the revision from a cursor of the history of this record. */
function parseRevision(tenant: string, record: object, cursor: string): number {
  const revision = Number(parseQueryCursor(tenant, record, cursor));
  return Number.isSafeInteger(revision) ? revision : throwBadCursor(new RangeError('No revision'));
}

export const resultRoutes: Route[] = [list, get, history];
