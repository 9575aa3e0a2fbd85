import { randomUUID } from 'node:crypto';
import type { AwsReply } from '../gateway/types.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';

/** Creates the reply of an AWS JSON 1.1 service. */
export function jsonReply(status: number, body: unknown): AwsReply {
  return {
    status,
    headers: { 'content-type': JSON_TYPE, 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify(body),
  };
}

/** Creates an error reply of an AWS JSON 1.1 service. The SDK throws an exception named `type`. */
export function jsonError(status: number, type: string, message: string): AwsReply {
  return jsonReply(status, { __type: type, message });
}

/** Reads the action of an AWS JSON request: `PutRecord` of `Firehose_20150804.PutRecord`. @returns '' without one */
export function targetAction(headers: Record<string, string>): string {
  return headers['x-amz-target']?.split('.').at(-1) ?? '';
}

/** Parses the body of a JSON request. @returns undefined if it is not a JSON object */
export function jsonBody(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8') || '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Creates a reply in XML. */
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

/** Escapes a text for an XML element. Control characters become character references. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/\p{Cc}/gu, (character) => `&#x${character.codePointAt(0)!.toString(16)};`);
}

/** The inverse of `escapeXml`. Decimal references are decoded too. */
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
 * Finds the contents of all elements with this name. Namespaces are ignored; nesting in the same name is not supported.
 */
export function findXmlElements(xml: string, name: string): string[] {
  const pattern = new RegExp(
    `<(?:\\w+:)?${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</(?:\\w+:)?${name}\\s*>)`,
    'g',
  );
  return [...xml.matchAll(pattern)].map((match) => match[1] ?? '');
}
