import { hash } from 'node:crypto';
import type { Context } from 'hono';
import type { ApiEnv } from './env.ts';

/**
 * Answers with JSON and its `ETag`, or with status 304 if the caller already has this answer. The tag
 * is weak, because API Gateway may compress the answer.
 */
export function answerWithEtag(c: Context<ApiEnv>, body: object): Response {
  const json = JSON.stringify(body);
  const etag = `W/"${hash('sha256', json, 'base64url')}"`;
  c.header('ETag', etag);
  c.header('Cache-Control', 'private, no-cache');
  const known = (c.req.header('if-none-match') ?? '').split(',').map((tag) => tag.trim());
  if (known.includes('*') || known.some((tag) => weak(tag) === etag)) return c.body(null, 304);
  return c.body(json, 200, { 'Content-Type': 'application/json' });
}

/** `If-None-Match` compares tags as weak ones. Source: RFC 9110, 13.1.2. */
function weak(tag: string): string {
  return tag.startsWith('W/') ? tag : `W/${tag}`;
}
