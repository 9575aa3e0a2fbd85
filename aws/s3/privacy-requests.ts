import type { PrivacyRequests } from '../../api/ports.ts';
import type { PrivacyRequestLog } from '../../operations/privacy/ports.ts';
import {
  erasureStateSchema,
  privacyRequestKey,
  privacyRequestSchema,
} from '../../schemas/index.ts';
import { type BucketDeps, openBucket } from './bucket.ts';
import { createErasureStates } from './erasable-objects.ts';
import { createExportStore } from './exports.ts';

/** Creates the store of requests for erasures and exports, as the function that does them writes to it. */
export function createPrivacyRequestLog(deps: BucketDeps): PrivacyRequestLog {
  const bucket = openBucket(deps);
  return {
    put: (request) =>
      bucket.put(
        privacyRequestKey(request.tenant, request.request_id),
        JSON.stringify(request),
        'application/json',
      ),
  };
}

/**
 * Creates the store of requests for erasures and exports, as the API uses it.
 *
 * @param files name of the bucket with the files of exports.
 */
export function createPrivacyRequests(
  deps: BucketDeps,
  files: string,
): Omit<PrivacyRequests, 'send'> {
  const bucket = openBucket(deps);
  const erasures = createErasureStates(deps);
  const exports = createExportStore({ ...deps, files, states: deps.bucket_name });
  return {
    ...createPrivacyRequestLog(deps),
    async get(tenant, request_id) {
      const text = await bucket.getText(privacyRequestKey(tenant, request_id));
      return text === undefined ? undefined : privacyRequestSchema.parse(JSON.parse(text));
    },
    async readErasure(erasure_id) {
      const text = await erasures.get(erasure_id);
      return text === undefined ? undefined : erasureStateSchema.parse(JSON.parse(text));
    },
    readExport: exports.readState,
    readErasedAt: exports.readErasedAt,
  };
}
