import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import { ApiError } from './errors.ts';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * The request's JSON body, parsed.
 *
 * @throws {ApiError} UNSUPPORTED_MEDIA_TYPE, or VALIDATION_ERROR naming each wrong field and never its value.
 */
export async function parseBody<Schema extends z.ZodType>(
  request: HonoRequest,
  schema: Schema,
): Promise<z.output<Schema>> {
  if (!JSON_TYPE.test(request.header('content-type')?.trim() ?? '')) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'The content type must be application/json');
  }
  const parsed = schema.safeParse(parseJson(await request.text()));
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.') || 'body',
    message: issue.message,
  }));
  const [first] = details;
  throw new ApiError('VALIDATION_ERROR', `${first!.field}: ${first!.message}`, {
    field: first!.field,
    details,
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own message quotes the body.
    throw new ApiError('VALIDATION_ERROR', 'body: is not valid JSON', { field: 'body' });
  }
}
