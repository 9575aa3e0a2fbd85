import type { Context } from 'hono';
import {
  type PrivacyKind,
  type PrivacyRequest,
  type Selector,
  selectorSchema,
} from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { parseWith } from '../http/parse.ts';
import { describeCaller } from '../http/record-reads.ts';

/** A selection has a few short fields. */
export const MAX_PRIVACY_BODY_BYTES = 16_384;

/**
 * Hands a request to the function that does it. The audit trail gets the request first: if it takes none,
 * nothing is requested. The function writes the act itself to the trail before it begins.
 *
 * @param selection the fields of the body that select records of the caller's tenant.
 * @throws {HttpError} if the selection is not valid.
 * @throws {ServiceError} if the audit trail, the store or the queue does not answer.
 */
export async function sendPrivacyRequest(
  deps: Pick<ApiDeps, 'privacy' | 'record_read' | 'random_id' | 'now'>,
  c: Context<ApiEnv>,
  {
    kind,
    selection: { all: _all, ...own },
    dry_run,
  }: {
    kind: PrivacyKind;
    selection: Partial<Omit<Selector, 'tenant'>> & { all?: true | undefined };
    dry_run: boolean;
  },
): Promise<PrivacyRequest> {
  const selector = parseWith(selectorSchema, { ...own, tenant: c.get('tenant') }, 'body');
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
