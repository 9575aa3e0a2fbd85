import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import { parseWellFormedJson, translateIssues } from '../../schemas/index.ts';
import { readBody } from './body.ts';
import { HttpError, notFound } from './errors.ts';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * Parses the JSON body of a request. Returns the parsed value, and the unparsed body as `raw`.
 *
 * @throws {HttpError} UNSUPPORTED_MEDIA_TYPE if the content type is not JSON or the coding is not
 * gzip, PAYLOAD_TOO_LARGE if the body is larger than `max_bytes`, and VALIDATION_ERROR if the body is
 * not UTF-8 or does not match the schema.
 * A validation error names each invalid field but does not contain the field's value.
 */
export async function parseBody<Schema extends z.ZodType>(
  request: HonoRequest,
  schema: Schema,
  max_bytes: number,
): Promise<{ value: z.output<Schema>; raw: string }> {
  if (!JSON_TYPE.test(request.header('content-type')?.trim() ?? '')) {
    throw new HttpError('UNSUPPORTED_MEDIA_TYPE', 'The content type must be application/json');
  }
  const raw = await readBody(request, max_bytes);
  return { value: parseWith(schema, parseJson(raw), 'body'), raw };
}

/**
 * Parses the query parameters of a request.
 *
 * @throws {HttpError} VALIDATION_ERROR if the parameters do not match the schema.
 */
export function parseQuery<Schema extends z.ZodType>(
  request: HonoRequest,
  schema: Schema,
): z.output<Schema> {
  return parseWith(schema, request.query(), 'query');
}

/**
 * Parses the parameters in the path of a request.
 *
 * @param kind noun that the error message uses for the requested thing, such as `job`.
 * @throws {HttpError} NOT_FOUND if a parameter is invalid, because no job or result has an invalid
 * id.
 */
export function parseParams<Schema extends z.ZodType>(
  request: HonoRequest,
  schema: Schema,
  kind: string,
): z.output<Schema> {
  const parsed = schema.safeParse(request.param());
  if (!parsed.success) throw notFound(kind);
  return parsed.data;
}

/**
 * Parses a value that belongs to a request.
 *
 * @param whole name that the error message uses if the whole value is invalid. The name is `body`,
 * `query` or the name of a header.
 * @throws {HttpError} VALIDATION_ERROR if the value does not match the schema.
 */
export function parseWith<Schema extends z.ZodType>(
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
  const { field, message } = details[0] ?? { field: whole, message: 'is invalid' };
  throw new HttpError('VALIDATION_ERROR', `${field}: ${message}`, { field, details });
}

function parseJson(body: string): unknown {
  try {
    return parseWellFormedJson(body);
  } catch {
    // The parser's own message must not reach the caller, because that message quotes the body.
    throw new HttpError('VALIDATION_ERROR', 'body: is not valid JSON', { field: 'body' });
  }
}
