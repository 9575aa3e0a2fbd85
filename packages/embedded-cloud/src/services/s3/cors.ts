import type { AwsReply } from '../../gateway/types.ts';
import { createErrorReply } from './errors.ts';

/** A CORS rule of a bucket, with the names of CloudFormation. */
export interface CorsRule {
  AllowedOrigins: string[];
  AllowedMethods: string[];
  AllowedHeaders?: string[];
  ExposedHeaders?: string[];
  MaxAge?: number | string;
}

interface CorsRequest {
  method: string;
  headers: Record<string, string>;
}

/**
 * Answers a preflight request as S3 does. The first rule that allows the origin, the method and all
 * headers of the later request applies. A preflight request is not signed.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/testing-cors.html
 */
export function answerPreflight(rules: CorsRule[] | undefined, request: CorsRequest): AwsReply {
  const { origin, 'access-control-request-method': method = '' } = request.headers;
  if (origin === undefined || method === '') {
    return createErrorReply(
      400,
      'BadRequest',
      'Insufficient information. Origin request header needed.',
    );
  }
  if (rules === undefined) {
    return refuse('CORSResponse: CORS is not enabled for this bucket.');
  }
  const asked = listNames(request.headers['access-control-request-headers']);
  const rule = rules
    .filter((one) => allows(one, origin, method))
    .find(({ AllowedHeaders = [] }) =>
      asked.every((header) => AllowedHeaders.some((pattern) => matches(pattern, header))),
    );
  if (rule === undefined) {
    return refuse('CORSResponse: This CORS request is not allowed.');
  }
  return {
    status: 200,
    headers: {
      ...originHeaders(rule, origin),
      ...(asked.length === 0 ? {} : { 'access-control-allow-headers': asked.join(', ') }),
      ...(rule.MaxAge === undefined ? {} : { 'access-control-max-age': String(rule.MaxAge) }),
    },
    body: '',
  };
}

/** Returns whether a bucket decides itself about a request of a web page of another origin. */
export function hasCorsRule(
  rules: CorsRule[] | undefined,
  { method, headers: { origin = '' } }: CorsRequest,
): boolean {
  if (rules === undefined) return false;
  return method === 'OPTIONS' || rules.some((rule) => allows(rule, origin, method));
}

/** Adds the headers that let a web page of an allowed origin read the reply. */
export function addCorsHeaders(
  rules: CorsRule[] | undefined,
  { method, headers: { origin } }: CorsRequest,
  reply: AwsReply,
): AwsReply {
  if (origin === undefined) return reply;
  const rule = rules?.find((one) => allows(one, origin, method));
  if (rule === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, ...originHeaders(rule, origin) } };
}

function originHeaders(rule: CorsRule, origin: string): Record<string, string> {
  const { ExposedHeaders = [] } = rule;
  return {
    'access-control-allow-origin': rule.AllowedOrigins.includes('*') ? '*' : origin,
    'access-control-allow-methods': rule.AllowedMethods.join(', '),
    ...(ExposedHeaders.length === 0
      ? {}
      : { 'access-control-expose-headers': ExposedHeaders.join(', ') }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function allows(rule: CorsRule, origin: string, method: string): boolean {
  return (
    rule.AllowedMethods.includes(method) &&
    rule.AllowedOrigins.some((pattern) => matches(pattern, origin))
  );
}

/** Returns whether a pattern with at most one `*` matches a value. */
function matches(pattern: string, value: string): boolean {
  const [start = '', end] = pattern.toLowerCase().split('*');
  const text = value.toLowerCase();
  if (end === undefined) return text === start;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

function listNames(header = ''): string[] {
  return header
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

function refuse(message: string): AwsReply {
  return createErrorReply(403, 'AccessForbidden', message);
}
