import type { PrivacyRequests } from '../../api/ports.ts';
import { erasureStateSchema, privacyRequestSchema } from '../../schemas/index.ts';
import { type BucketDeps, openBucket } from './bucket.ts';
import { createErasureStates } from './erasable-objects.ts';

/** Prefix of the requests in the bucket of set-asides. The folder of each tenant is its own. */
const REQUESTS = 'privacy-requests/';

/** Creates the store of requests for erasures and exports. */
export function createPrivacyRequests(deps: BucketDeps): Omit<PrivacyRequests, 'send'> {
  const bucket = openBucket(deps);
  const states = createErasureStates(deps);
  const keyOf = (tenant: string, request_id: string) => `${REQUESTS}${tenant}/${request_id}.json`;
  return {
    put: (request) =>
      bucket.put(
        keyOf(request.tenant, request.request_id),
        JSON.stringify(request),
        'application/json',
      ),
    async get(tenant, request_id) {
      const text = await bucket.getText(keyOf(tenant, request_id));
      return text === undefined ? undefined : privacyRequestSchema.parse(JSON.parse(text));
    },
    async readErasure(erasure_id) {
      const text = await states.get(erasure_id);
      return text === undefined ? undefined : erasureStateSchema.parse(JSON.parse(text));
    },
  };
}
