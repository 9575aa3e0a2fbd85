/** Headers that a web page of another origin may send. */
export const ALLOWED_HEADERS = [
  'Content-Type',
  'X-API-Key',
  'Authorization',
  'Idempotency-Key',
  'If-None-Match',
];

/** Headers of an answer that a web page of another origin may read. */
export const EXPOSED_HEADERS = [
  'Allow',
  'Content-Disposition',
  'ETag',
  'Link',
  'Retry-After',
  'X-Cache-Hit',
  'X-Job-Records',
  'X-Next-Cursor',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-Request-ID',
];
