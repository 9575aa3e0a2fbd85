import * as z from 'zod';
import { createPublisher, type PublishOutcome } from '../../ingest/index.ts';
import {
  type ListedResult,
  MAX_JOB_BODY_BYTES,
  type RecordInput,
  type RecordsResponse,
  type ResultsResponse,
  recordId,
  recordsRequestSchema,
  recordsResponseSchema,
  resultSchema,
  resultsQuerySchema,
  resultsResponseSchema,
  slug,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import { requireBudget } from '../http/budget.ts';
import { throwBadCursor } from '../http/cursor.ts';
import { notFound } from '../http/errors.ts';
import { parseBody, parseParams, parseQuery } from '../http/parse.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/**
 * Number of attempts of the publisher for each record. The number is lower than the publisher's
 * default, because the caller is waiting.
 */
const MAX_ATTEMPTS = 4;
/**
 * Maximum number of rows that the API reads for one page. If few rows have the sentiment of the
 * query, the page ends with a cursor although the page is not full.
 */
const MAX_ROWS_READ = 1_000;

const publish: Route = {
  method: 'POST',
  path: '/records',
  operation_id: 'publish',
  summary: 'Puts up to 500 records on the stream',
  tag: 'Records and results',
  needs_key: true,
  body: recordsRequestSchema,
  max_body_bytes: MAX_JOB_BODY_BYTES,
  answers: {
    202: { description: 'An outcome for each record, in order', schema: recordsResponseSchema },
  },
  errors: [...BODY_ERRORS, 'BUDGET_EXCEEDED', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value } = await parseBody(c.req, recordsRequestSchema, MAX_JOB_BODY_BYTES);
    const tenant = c.get('tenant');
    if (!value.records.every(isWithdrawal)) await requireBudget(deps, tenant);
    const publisher = createPublisher({
      stream: deps.stream,
      claims: deps.claims,
      linger_ms: 0,
      max_attempts: MAX_ATTEMPTS,
    });
    const publishing = value.records.map((record) =>
      isObject(record) ? publisher.publish(assignTenant(record, tenant)) : refuseNonObject(),
    );
    await publisher.flush();
    const outcomes = await Promise.all(publishing);
    const records = outcomes.map(toPublicOutcome);
    const count = (status: string) => records.filter((one) => one.status === status).length;
    return c.json(
      {
        accepted: count('accepted'),
        refused: count('refused'),
        failed: count('failed'),
        records,
      } satisfies RecordsResponse,
      202,
    );
  },
};

/** Returns true for a record that needs no analysis. */
function isWithdrawal(record: unknown): boolean {
  return isObject(record) && record.deleted === true;
}

const resultParams = z.object({ source: slug, record_id: recordId });

const get: Route = {
  method: 'GET',
  path: '/results/{source}/{record_id}',
  operation_id: 'getResult',
  summary: 'The result of one record',
  tag: 'Records and results',
  needs_key: true,
  params: resultParams,
  answers: { 200: { description: 'The result', schema: resultSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const params = parseParams(c.req, resultParams, 'result');
    const result = await deps.results.get({ tenant: c.get('tenant'), ...params });
    if (result === undefined) throw notFound('result');
    return c.json(result);
  },
};

const list: Route = {
  method: 'GET',
  path: '/results',
  operation_id: 'listResults',
  summary: 'Results of a source, newest first',
  tag: 'Records and results',
  needs_key: true,
  query: resultsQuerySchema,
  answers: { 200: { description: 'A page of results', schema: resultsResponseSchema } },
  errors: ['VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const query = parseQuery(c.req, resultsQuerySchema);
    const page = await listResults(deps, { ...query, tenant: c.get('tenant') });
    return c.json(page satisfies ResultsResponse);
  },
};

export const recordRoutes: Route[] = [publish, list, get];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Sets the record's tenant to the tenant of the API key. Removes the fields that only AuraStream
 * itself may set.
 */
function assignTenant(record: Record<string, unknown>, tenant: string): RecordInput {
  const { job_id, job_index, text_claim, analysis_run, ...own } = record;
  return { ...own, tenant } as RecordInput;
}

async function refuseNonObject(): Promise<PublishOutcome> {
  const issues = [{ path: '', message: 'must be a JSON object' }];
  return { status: 'refused', reason: 'invalid_record', issues };
}

function toPublicOutcome(outcome: PublishOutcome): RecordsResponse['records'][number] {
  switch (outcome.status) {
    case 'accepted':
      return { status: 'accepted', record_id: outcome.record_id };
    case 'failed':
      return {
        status: 'failed',
        error: outcome.code,
        ...(outcome.record_id === '' ? {} : { record_id: outcome.record_id }),
      };
    case 'refused':
      return { status: 'refused', issues: outcome.issues };
  }
}

/**
 * Reads pages until enough results match the query, until {@link MAX_ROWS_READ} rows have been
 * read, or until no page is left.
 */
async function listResults(
  deps: ApiDeps,
  query: { tenant: string; source: string; limit: number } & {
    from?: string | undefined;
    to?: string | undefined;
    sentiment?: string | undefined;
    cursor?: string | undefined;
  },
): Promise<ResultsResponse> {
  const { tenant, source, limit, sentiment, from, to } = query;
  const results: ListedResult[] = [];
  let { cursor } = query;
  let rows_read = 0;
  do {
    const page = await deps.results
      .list({
        tenant,
        source,
        limit: limit - results.length,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      .catch(throwBadCursor);
    results.push(
      ...page.results.filter((one) => sentiment === undefined || one.sentiment === sentiment),
    );
    rows_read += page.results.length;
    cursor = page.cursor;
  } while (cursor !== undefined && results.length < limit && rows_read < MAX_ROWS_READ);
  return { results, ...(cursor === undefined ? {} : { next_cursor: cursor }) };
}
