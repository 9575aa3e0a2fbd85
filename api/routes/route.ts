import type { Context } from 'hono';
import type { z } from 'zod';
import type { ErrorCode } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';

/** A successful answer of a route. */
interface Answer {
  description: string;
  /** The schema of the JSON body; absent if the body is not JSON. */
  schema?: z.ZodType;
  /** The media types of a body that is not JSON. */
  content?: string[];
  headers?: Record<string, string>;
}

/** A route. Both the app and the OpenAPI document are built from these objects. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** The path in OpenAPI's notation: `/status/{job_id}`. */
  path: string;
  operation_id: string;
  summary: string;
  tag: 'Analysis' | 'Jobs' | 'Records and results' | 'Service';
  needs_key: boolean;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: Record<string, { schema: z.ZodType; description: string }>;
  body?: z.ZodType;
  /** The largest body, in bytes. */
  max_body_bytes?: number;
  answers: Record<number, Answer>;
  errors: ErrorCode[];
  handler: (deps: ApiDeps) => (c: Context<ApiEnv>) => Response | Promise<Response>;
}

/** Errors of every route that needs a key. */
export const KEY_ERRORS: ErrorCode[] = ['UNAUTHORIZED', 'FORBIDDEN', 'RATE_LIMIT_EXCEEDED'];
/** Errors of every route. */
export const COMMON_ERRORS: ErrorCode[] = ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'];
/** Errors of every route with a JSON body. */
export const BODY_ERRORS: ErrorCode[] = [
  'VALIDATION_ERROR',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
