import { randomUUID } from 'node:crypto';
import { parseObject } from '../gateway/json-protocol.ts';
import type { AwsReply } from '../gateway/types.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';

/** Creates the reply of a service that uses the AWS JSON 1.1 protocol. */
export function jsonReply(status: number, body: unknown): AwsReply {
  return {
    status,
    headers: { 'content-type': JSON_TYPE, 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify(body),
  };
}

/**
 * Creates an error reply of a service that uses the AWS JSON 1.1 protocol. When the SDK receives
 * the reply, the SDK throws an exception. The name of the exception is the value of `type`.
 */
export function jsonError(status: number, type: string, message: string): AwsReply {
  return jsonReply(status, { __type: type, message });
}

/**
 * Reads the action of an AWS JSON request from the header `x-amz-target`. For example, the action
 * of `Firehose_20150804.PutRecord` is `PutRecord`.
 *
 * @returns an empty string if the request has no such header
 */
export function targetAction(headers: Record<string, string>): string {
  return headers['x-amz-target']?.split('.').at(-1) ?? '';
}

/**
 * The bodies of calls that have been parsed. The policy check, the service and the meter read the
 * body of a call, which may have megabytes.
 */
const parsed = new WeakMap<Buffer, Record<string, unknown> | undefined>();

/**
 * Parses the body of a JSON request. Do not change the returned object, because every caller with the
 * same body receives the same object.
 *
 * @returns undefined if the body is not a JSON object
 */
export function jsonBody(body: Buffer): Record<string, unknown> | undefined {
  if (parsed.has(body)) return parsed.get(body);
  const value = parseObject(body.toString('utf8') || '{}');
  parsed.set(body, value);
  return value;
}

/** Creates a reply with an XML body. */
export function createXmlReply(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): AwsReply {
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes a string for use in an XML element. Control characters become character references. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/\p{Cc}/gu, (character) => `&#x${character.codePointAt(0)!.toString(16)};`);
}

/** Decodes a string that `escapeXml` escaped. Decimal character references are decoded too. */
export function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|amp|lt|gt|quot|apos);/gi, (all, name: string) => {
    if (name.startsWith('#x')) return decodeCodePoint(Number.parseInt(name.slice(2), 16), all);
    if (name.startsWith('#')) return decodeCodePoint(Number.parseInt(name.slice(1), 10), all);
    return Object.entries(ENTITIES).find(([, entity]) => entity === `&${name.toLowerCase()};`)![0];
  });
}

function decodeCodePoint(code: number, fallback: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : fallback;
}

/**
 * Finds the contents of all elements with the given name. Namespace prefixes are ignored. An
 * element inside another element of the same name is not supported.
 */
export function findXmlElements(xml: string, name: string): string[] {
  const pattern = new RegExp(
    `<(?:\\w+:)?${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</(?:\\w+:)?${name}\\s*>)`,
    'g',
  );
  return [...xml.matchAll(pattern)].map((match) => match[1] ?? '');
}
