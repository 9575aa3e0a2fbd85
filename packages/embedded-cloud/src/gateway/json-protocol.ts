import type { AwsCall, AwsReply } from './types.ts';

export type JsonObject = Record<string, unknown>;

/**
 * Builds replies in AWS's JSON protocols.
 * Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export interface JsonProtocol {
  reply(body: JsonObject, status?: number): AwsReply;
  /** Builds a reply whose body is in JSON already. */
  text(body: string | Buffer): AwsReply;
  error(status: number, code: string, message: string): AwsReply;
}

/**
 * Creates the reply functions of one version of the JSON protocol.
 * @param version the version of the protocol. DynamoDB uses 1.0, and the other services use 1.1.
 */
export function jsonProtocol(version: '1.0' | '1.1'): JsonProtocol {
  const text = (body: string | Buffer, status = 200): AwsReply => ({
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body,
  });
  const reply = (body: JsonObject, status = 200): AwsReply => text(JSON.stringify(body), status);
  return {
    reply,
    text: (body) => text(body),
    error: (status, code, message) => reply({ __type: code, message }, status),
  };
}

/**
 * Cache of the parsed bodies of calls. The policy check, the fault injection and the service all
 * read the body of a call, and the cache avoids parsing the body three times.
 */
const parsed = new WeakMap<Buffer, JsonObject | undefined>();

/**
 * Returns the JSON input of a call, or undefined if the body is not a JSON object. Do not modify
 * the returned object, because every caller of the function receives the same object.
 */
export function jsonBody({ body }: Pick<AwsCall, 'body'>): JsonObject | undefined {
  if (parsed.has(body)) return parsed.get(body);
  const value = parseObject(body.toString('utf8'));
  parsed.set(body, value);
  return value;
}

/**
 * Parses the text of a JSON object.
 * @returns undefined if the text is not a JSON object.
 */
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

/**
 * Returns the action in the header `X-Amz-Target`, for example `PutItem` for the value
 * `DynamoDB_20120810.PutItem`. Returns an empty string if the header is missing.
 */
export function targetAction(headers: Record<string, string>): string {
  return headers['x-amz-target']?.split('.')[1] ?? '';
}
