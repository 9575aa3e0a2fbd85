import { randomUUID } from 'node:crypto';
import type { AwsReply } from '../gateway/types.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';

/** An answer of an AWS JSON 1.1 service. */
export function jsonReply(status: number, body: unknown): AwsReply {
  return {
    status,
    headers: { 'content-type': JSON_TYPE, 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify(body),
  };
}

/** An error of an AWS JSON 1.1 service: the SDK throws an exception of the name `type`. */
export function jsonError(status: number, type: string, message: string): AwsReply {
  return jsonReply(status, { __type: type, message });
}

/** The action that an AWS JSON request names: `PutRecord` of `Firehose_20150804.PutRecord`. Empty where there is none. */
export function targetAction(headers: Record<string, string>): string {
  return headers['x-amz-target']?.split('.').at(-1) ?? '';
}

/** The object in a JSON request's body; undefined where there is none. */
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

/** An answer in XML: S3's. */
export function xmlReply(
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

/** Text inside an XML element. XML 1.0 cannot hold most control characters: they become character references. */
export function xmlText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/\p{Cc}/gu, (character) => `&#x${character.codePointAt(0)!.toString(16)};`);
}

/** The inverse of `xmlText`, decimal references included. */
export function xmlUnescaped(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|amp|lt|gt|quot|apos);/gi, (all, name: string) => {
    if (name.startsWith('#x')) return codePoint(Number.parseInt(name.slice(2), 16), all);
    if (name.startsWith('#')) return codePoint(Number.parseInt(name.slice(1), 10), all);
    return Object.entries(ENTITIES).find(([, entity]) => entity === `&${name.toLowerCase()};`)![0];
  });
}

function codePoint(code: number, fallback: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : fallback;
}

/** The contents of every element of this name, not nested in one of the same name; namespaces are ignored. */
export function xmlElements(xml: string, name: string): string[] {
  const pattern = new RegExp(
    `<(?:\\w+:)?${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</(?:\\w+:)?${name}\\s*>)`,
    'g',
  );
  return [...xml.matchAll(pattern)].map((match) => match[1] ?? '');
}
