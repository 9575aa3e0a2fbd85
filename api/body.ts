import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import { parseWellFormedJson, translateIssues } from '../schemas/index.ts';
import { ApiError } from './errors.ts';
import type { Route } from './routes/route.ts';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * The request's JSON body, parsed, and as it came.
 *
 * @throws {ApiError} PAYLOAD_TOO_LARGE before anything is read of it, UNSUPPORTED_MEDIA_TYPE, or VALIDATION_ERROR
 * naming each wrong field and never its value.
 */
export async function parseBody<Schema extends z.ZodType>(
  request: HonoRequest,
  schema: Schema,
  max_bytes: number,
): Promise<{ value: z.output<Schema>; raw: string }> {
  if (!JSON_TYPE.test(request.header('content-type')?.trim() ?? '')) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'The content type must be application/json');
  }
  if (Number(request.header('content-length') ?? 0) > max_bytes) throw tooLarge(max_bytes);
  const raw = await request.text();
  if (Buffer.byteLength(raw) > max_bytes) throw tooLarge(max_bytes);
  return { value: checked(schema, parseJson(raw), 'body'), raw };
}

/** The query's parameters. @throws {ApiError} VALIDATION_ERROR */
export function parseQuery<Schema extends z.ZodType>(
  request: HonoRequest,
  schema: Schema,
): z.output<Schema> {
  return checked(schema, request.query(), 'query');
}

/** A parameter of the path; one that nothing can be called is nothing. @throws {ApiError} NOT_FOUND */
export function parseParam(request: HonoRequest, route: Route, name: string, what: string): string {
  const parsed = route.params!.safeParse(request.param());
  if (!parsed.success) throw notFound(what);
  return String((parsed.data as Record<string, unknown>)[name]);
}

export function notFound(what: string): ApiError {
  return new ApiError('NOT_FOUND', `There is no such ${what}`);
}

/** @throws {ApiError} VALIDATION_ERROR */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  whole: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = translateIssues(parsed.error).map(({ path, message }) => ({
    field: path || whole,
    message,
  }));
  const [first] = details;
  throw new ApiError('VALIDATION_ERROR', `${first!.field}: ${first!.message}`, {
    field: first!.field,
    details,
  });
}

function tooLarge(max_bytes: number): ApiError {
  return new ApiError('PAYLOAD_TOO_LARGE', `The body must be at most ${max_bytes} bytes`);
}

function parseJson(body: string): unknown {
  try {
    return parseWellFormedJson(body);
  } catch {
    // The parser's own message quotes the body.
    throw new ApiError('VALIDATION_ERROR', 'body: is not valid JSON', { field: 'body' });
  }
}
