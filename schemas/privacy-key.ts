/** Prefix of the files of exports in the input bucket. A lifecycle rule deletes them. */
export const EXPORTS_PREFIX = 'exports/';

/** Prefix of the requests in the bucket of set-asides. The folder of each tenant is its own. */
export const REQUESTS_PREFIX = 'privacy-requests/';

/**
 * Returns the key of a part of an export. The checksum is in the key, so that a part which is written twice
 * after a crash, or by two deliveries of a message, is never another one than its checksum says.
 */
export function exportPartKey(
  { tenant, export_id }: { tenant: string; export_id: string },
  { number, sha256 }: { number: number; sha256: string },
): string {
  const name = `part-${String(number).padStart(5, '0')}-${sha256.slice(0, 16)}.ndjson`;
  return `${exportPrefix(tenant, export_id)}${name}`;
}

/** Returns the prefix of the files of an export, or of all exports of a tenant. */
export function exportPrefix(tenant: string, export_id?: string): string {
  return `${EXPORTS_PREFIX}${tenant}/${export_id === undefined ? '' : `${export_id}/`}`;
}

/** Returns the key of the mark that an erasure has deleted all exports of a tenant. */
export function exportsErasedKey(tenant: string): string {
  return `${REQUESTS_PREFIX}${tenant}/exports-erased.json`;
}

/** Returns the key of the state of an export, which is beside its request. */
export function exportStateKey(tenant: string, export_id: string): string {
  return `${REQUESTS_PREFIX}${tenant}/${export_id}/state.json`;
}

/** Returns the key of a request for an erasure or an export. */
export function privacyRequestKey(tenant: string, request_id: string): string {
  return `${REQUESTS_PREFIX}${tenant}/${request_id}.json`;
}
