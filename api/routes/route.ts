import type { Context } from 'hono';
import type { z } from 'zod';
import type { ErrorCode } from '../../schemas/index.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';

/** One answer of a route that is not an error. */
interface Answer {
  description: string;
  /** The schema of its JSON body; absent if it has none: see `content`. */
  schema?: z.ZodType;
  /** Other media types of the body. */
  content?: string[];
  headers?: Record<string, string>;
}

/** A route: the app serves it and the OpenAPI document describes it, both from this object alone. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** As OpenAPI writes it: `/status/{job_id}`. */
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

/** Errors that any route with a key may give. */
export const KEY_ERRORS: ErrorCode[] = ['UNAUTHORIZED', 'FORBIDDEN', 'RATE_LIMIT_EXCEEDED'];
/** Errors that any route may give. */
export const COMMON_ERRORS: ErrorCode[] = ['INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'];
/** Errors of any route that takes a JSON body. */
export const BODY_ERRORS: ErrorCode[] = [
  'VALIDATION_ERROR',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
];
