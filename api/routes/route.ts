import type { Context } from 'hono';
import type { z } from 'zod';
import type { ErrorCode, Right } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';

/** Description of a route's answer. */
interface Answer {
  description: string;
  /** Schema of the JSON body. The schema is absent if the body is not JSON. */
  schema?: z.ZodType;
  /** Media types other than JSON that the body can have. */
  content?: string[];
  headers?: Record<string, string>;
}

/**
 * The callers that a route answers: `open` means all callers, also those without a key. A list means
 * callers that have one of the rights in it.
 */
type Access = 'open' | readonly [Right, ...Right[]];

/**
 * Route of the API. The app and the OpenAPI document are both built from the same routes. A route of
 * a function of its own names the dependencies that the function has.
 */
export interface Route<Deps = ApiDeps> {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path in OpenAPI's notation, such as `/status/{job_id}`. */
  path: string;
  operation_id: string;
  summary: string;
  tag: 'Alerts' | 'Digests' | 'Analysis' | 'Jobs' | 'Records and results' | 'Privacy' | 'Service';
  access: Access;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: Record<string, { schema: z.ZodType; description: string }>;
  body?: z.ZodType;
  /** Largest size of a request's body, in bytes. */
  max_body_bytes?: number;
  answers: Record<number, Answer>;
  errors: ErrorCode[];
  handler: (deps: Deps) => (c: Context<ApiEnv>) => Response | Promise<Response>;
}

/** Errors of each route that needs an API key. */
export const KEY_ERRORS: ErrorCode[] = ['UNAUTHORIZED', 'FORBIDDEN', 'MISSING_RIGHT'];
/** Errors that each route can return. */
export const COMMON_ERRORS: ErrorCode[] = [
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
];
/** Errors of each route whose requests have a JSON body. */
export const BODY_ERRORS: ErrorCode[] = [
  'VALIDATION_ERROR',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
