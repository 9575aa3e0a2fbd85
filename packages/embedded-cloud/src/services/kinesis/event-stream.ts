import { crc32 } from 'node:zlib';

/** Type of a header whose value is a text. */
const TEXT = 7;

/**
 * Encodes a message of an event stream.
 * Source: https://smithy.io/2.0/aws/amazon-eventstream.html
 */
function encodeMessage(headers: Record<string, string>, payload: string | Buffer): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(encodeHeader));
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(prelude.length + head.length + body.length + 4, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, head, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message), 0);
  return Buffer.concat([message, checksum]);
}

function encodeHeader([name, value]: [string, string]): Buffer {
  const key = Buffer.from(name);
  const text = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length, 0);
  return Buffer.concat([Buffer.from([key.length]), key, Buffer.from([TEXT]), length, text]);
}

const CONTENT_TYPE = 'application/x-amz-json-1.1';

export function encodeEvent(type: string, payload: string | Buffer): Buffer {
  const headers = { ':message-type': 'event', ':event-type': type, ':content-type': CONTENT_TYPE };
  return encodeMessage(headers, payload);
}

export function encodeException(type: string, message: string): Buffer {
  const headers = {
    ':message-type': 'exception',
    ':exception-type': type,
    ':content-type': CONTENT_TYPE,
  };
  return encodeMessage(headers, JSON.stringify({ message }));
}
