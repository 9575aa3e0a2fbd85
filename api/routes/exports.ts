import type { Context } from 'hono';
import {
  type ExportPart,
  type ExportResponse,
  type ExportState,
  exportParamsSchema,
  exportPartKey,
  exportQuerySchema,
  exportRequestSchema,
  exportResponseSchema,
  type PrivacyRequest,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { notFound } from '../http/errors.ts';
import { parseBody, parseParams, parseQuery } from '../http/parse.ts';
import { chooseStatus, findFailure } from './privacy-status.ts';
import { MAX_PRIVACY_BODY_BYTES, sendPrivacyRequest } from './request-privacy.ts';
import { BODY_ERRORS, COMMON_ERRORS, KEY_ERRORS, type Route } from './route.ts';

/** Largest number of URLs in an answer. Each has up to 2 KB. */
const MAX_URLS = 100;

const requestExport: Route = {
  method: 'POST',
  path: '/privacy/exports',
  operation_id: 'requestExport',
  summary: "Writes all that is held on records of the caller's tenant to files",
  tag: 'Privacy',
  access: ['admin'],
  body: exportRequestSchema,
  max_body_bytes: MAX_PRIVACY_BODY_BYTES,
  answers: { 202: { description: 'The export will begin', schema: exportResponseSchema } },
  errors: [...BODY_ERRORS, ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { value } = await parseBody(c.req, exportRequestSchema, MAX_PRIVACY_BODY_BYTES);
    const job = { kind: 'export', selection: value, dry_run: false } as const;
    const request = await sendPrivacyRequest(deps, c, job);
    return c.json(describeExport(request, undefined, { now: deps.now() }), 202);
  },
};

const readExport: Route = {
  method: 'GET',
  path: '/privacy/exports/{export_id}',
  operation_id: 'readExport',
  summary: 'How far an export is, its signed report, and URLs of its files',
  tag: 'Privacy',
  access: ['admin'],
  params: exportParamsSchema,
  query: exportQuerySchema,
  answers: { 200: { description: 'The export', schema: exportResponseSchema } },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', ...KEY_ERRORS, ...COMMON_ERRORS],
  handler: (deps) => async (c) => {
    const { export_id } = parseParams(c.req, exportParamsSchema, 'export');
    const { after } = parseQuery(c.req, exportQuerySchema);
    const tenant = c.get('tenant');
    const request = await deps.privacy.get(tenant, export_id);
    if (request?.kind !== 'export') throw notFound('export');
    const [state, erased_at] = await Promise.all([
      deps.privacy.readExport(tenant, export_id),
      deps.privacy.readErasedAt(tenant),
    ]);
    const answer = describeExport(request, state, { erased_at, now: deps.now() });
    if (state === undefined || answer.status !== 'done') return c.json(answer, 200);
    return c.json({ ...answer, ...(await offerDownloads(deps, c, { tenant, state, after })) }, 200);
  },
};

export const exportRoutes: Route[] = [requestExport, readExport];

/** Signs the URLs of the next files. The answer is in the audit trail before the caller has it. */
async function offerDownloads(
  { sign_downloads }: Pick<ApiDeps, 'sign_downloads'>,
  c: Context<ApiEnv>,
  { tenant, state, after }: { tenant: string; state: ExportState; after: number },
): Promise<Pick<ExportResponse, 'downloads' | 'urls_expire_at' | 'next_after'>> {
  const { export_id, parts } = state;
  const offered = parts.slice(after, after + MAX_URLS);
  if (offered.length === 0) return { downloads: [], urls_expire_at: null, next_after: null };
  const keyOf = (part: ExportPart) => exportPartKey({ tenant, export_id }, part);
  const { urls, expires_at } = await sign_downloads(offered.map(keyOf));
  c.set('read', {
    act: 'download_export',
    tenant,
    selectors: { request_id: export_id, after: String(after) },
  });
  return {
    downloads: offered.map((part, i) => ({ ...part, url: urls[i] ?? '' })),
    urls_expire_at: expires_at,
    next_after: after + MAX_URLS < parts.length ? after + MAX_URLS : null,
  };
}

function describeExport(
  request: PrivacyRequest,
  state: ExportState | undefined,
  { erased_at = 0, now }: { erased_at?: number | undefined; now: number },
): ExportResponse {
  const { request_id: export_id, requested_at } = request;
  const { step = null, lines = {}, signed = null } = state ?? {};
  const failure = signed === null ? findFailure(request, now) : null;
  const is_deleted =
    state !== undefined && (state.expires_at <= now || erased_at >= state.begun_at);
  const status = signed === null ? chooseStatus(request, failure) : 'done';
  return {
    ...{ export_id, status: status === 'done' && is_deleted ? 'deleted' : status, requested_at },
    ...{ step, lines, signed },
    ...{ downloads: [], urls_expire_at: null, next_after: null },
    expires_at: state === undefined ? null : new Date(state.expires_at).toISOString(),
    failure,
  };
}
