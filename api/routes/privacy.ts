import type { Context } from 'hono';
import {
  type ErasureResponse,
  type ErasureState,
  erasureParamsSchema,
  erasureRequestSchema,
  erasureResponseSchema,
  type PrivacyKind,
  type PrivacyRequest,
  type Selector,
  selectorSchema,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { notFound } from '../http/errors.ts';
import { parseBody, parseParams, parseWith } from '../http/parse.ts';
import { describeCaller } from '../http/record-reads.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/** A selection has a few short fields. */
const MAX_BODY_BYTES = 16_384;

const requestErasure: Route = {
  method: 'POST',
  path: '/privacy/erasures',
  operation_id: 'requestErasure',
  summary: "Erases records of the caller's tenant from every store",
  tag: 'Privacy',
  access: ['admin'],
  body: erasureRequestSchema,
  max_body_bytes: MAX_BODY_BYTES,
  answers: { 202: { description: 'The erasure will begin', schema: erasureResponseSchema } },
  errors: [...BODY_ERRORS, ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value } = await parseBody(c.req, erasureRequestSchema, MAX_BODY_BYTES);
    const { dry_run, all: _all, ...own } = value;
    const selector = parseWith(selectorSchema, { ...own, tenant: c.get('tenant') }, 'body');
    const request = await sendRequest(deps, c, { kind: 'erasure', selector, dry_run });
    return c.json(toErasureResponse(request, undefined), 202);
  },
};

const readErasure: Route = {
  method: 'GET',
  path: '/privacy/erasures/{erasure_id}',
  operation_id: 'readErasure',
  summary: 'How far an erasure is, and its signed report',
  tag: 'Privacy',
  access: ['admin'],
  params: erasureParamsSchema,
  answers: { 200: { description: 'The erasure', schema: erasureResponseSchema } },
  errors: ['NOT_FOUND', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { erasure_id } = parseParams(c.req, erasureParamsSchema, 'erasure');
    const request = await deps.privacy.get(c.get('tenant'), erasure_id);
    if (request?.kind !== 'erasure') throw notFound('erasure');
    return c.json(toErasureResponse(request, await deps.privacy.readErasure(erasure_id)), 200);
  },
};

export const privacyRoutes: Route[] = [requestErasure, readErasure];

/**
 * Hands a request to the function that does it. The audit trail gets the request first: if it takes none,
 * nothing is requested. The function writes the act itself to the trail before it begins.
 *
 * @throws {ServiceError} if the audit trail, the store or the queue does not answer.
 */
async function sendRequest(
  deps: Pick<ApiDeps, 'privacy' | 'record_read' | 'random_id' | 'now'>,
  c: Context<ApiEnv>,
  { kind, selector, dry_run }: { kind: PrivacyKind; selector: Selector; dry_run: boolean },
): Promise<PrivacyRequest> {
  const { tenant, source, before } = selector;
  const request_id = `${kind}_${deps.random_id()}`;
  const caller = describeCaller(c);
  const selectors = { request_id, ...(source && { source }), ...(before && { before }) };
  await deps.record_read({ caller, act: { act: `request_${kind}`, tenant, selectors } });
  const requested_at = new Date(deps.now()).toISOString();
  const request = { request_id, kind, tenant, requested_at, dry_run };
  await deps.privacy.put(request);
  await deps.privacy.send({ request, selector, caller, hops: 0 });
  return request;
}

function toErasureResponse(
  { request_id: erasure_id, requested_at, dry_run }: PrivacyRequest,
  state: ErasureState | undefined,
): ErasureResponse {
  const { step = null, counts = {}, signed = null } = state ?? {};
  const status = state === undefined ? 'requested' : signed === null ? 'running' : 'done';
  return { erasure_id, status, dry_run, requested_at, step, counts, signed };
}
