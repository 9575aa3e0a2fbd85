import {
  type ErasureResponse,
  type ErasureState,
  erasureParamsSchema,
  erasureRequestSchema,
  erasureResponseSchema,
  type PrivacyRequest,
} from '../../schemas/index.ts';
import { notFound } from '../http/errors.ts';
import { parseBody, parseParams } from '../http/parse.ts';
import { chooseStatus, findFailure } from './privacy-status.ts';
import { MAX_PRIVACY_BODY_BYTES, sendPrivacyRequest } from './request-privacy.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

const requestErasure: Route = {
  method: 'POST',
  path: '/privacy/erasures',
  operation_id: 'requestErasure',
  summary: "Erases records of the caller's tenant from every store",
  tag: 'Privacy',
  access: ['admin'],
  body: erasureRequestSchema,
  max_body_bytes: MAX_PRIVACY_BODY_BYTES,
  answers: { 202: { description: 'The erasure will begin', schema: erasureResponseSchema } },
  errors: [...BODY_ERRORS, ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value } = await parseBody(c.req, erasureRequestSchema, MAX_PRIVACY_BODY_BYTES);
    const { dry_run, ...selection } = value;
    const request = await sendPrivacyRequest(deps, c, { kind: 'erasure', selection, dry_run });
    return c.json(toErasureResponse(request, undefined, deps.now()), 202);
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
    const state = await deps.privacy.readErasure(erasure_id);
    return c.json(toErasureResponse(request, state, deps.now()), 200);
  },
};

export const erasureRoutes: Route[] = [requestErasure, readErasure];

function toErasureResponse(
  request: PrivacyRequest,
  state: ErasureState | undefined,
  now: number,
): ErasureResponse {
  const { request_id: erasure_id, requested_at, dry_run } = request;
  const { step = null, counts = {}, signed = null } = state ?? {};
  const failure = signed === null ? findFailure(request, now) : null;
  const status = signed === null ? chooseStatus(request, failure) : 'done';
  return { erasure_id, status, dry_run, requested_at, step, counts, signed, failure };
}
