import type { AwsCall, AwsReply } from './types.ts';

export type JsonObject = Record<string, unknown>;

/** Replies of AWS's JSON protocols: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export interface JsonProtocol {
  reply(body: JsonObject, status?: number): AwsReply;
  error(status: number, code: string, message: string): AwsReply;
}

/** @param version DynamoDB speaks 1.0, the other services 1.1. */
export function jsonProtocol(version: '1.0' | '1.1'): JsonProtocol {
  const reply = (body: JsonObject, status = 200): AwsReply => ({
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: JSON.stringify(body),
  });
  return {
    reply,
    error: (status, code, message) => reply({ __type: code, message }, status),
  };
}

/** IAM, faults and the service all need the body: it is parsed once. */
const parsed = new WeakMap<Buffer, JsonObject | undefined>();

/** A call's JSON input; undefined if the body is not a JSON object. Do not modify it: it is shared. */
export function jsonBody({ body }: Pick<AwsCall, 'body'>): JsonObject | undefined {
  if (parsed.has(body)) return parsed.get(body);
  const value = parseObject(body.toString('utf8'));
  parsed.set(body, value);
  return value;
}

/** @returns undefined if the text is not a JSON object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The action of `X-Amz-Target: DynamoDB_20120810.PutItem`; empty if the header is missing. */
export function targetAction(headers: Record<string, string>): string {
  return headers['x-amz-target']?.split('.')[1] ?? '';
}
